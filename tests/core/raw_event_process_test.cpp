// Raw posts from other processes, and to receivers that are gone.
#include <tocsin/core/raw_event.h>

#include <cerrno>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <utility>

#include <tests/core/forked.h>
#include <tests/core/patience.h>
#include <tests/core/pipe.h>
#include <tests/core/socket_pair.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

struct Counted {
    int delivered = 0;
    RawEvent event{base::Callback<>{[this] { ++delivered; }}};
};

// Whether `count` posts of `poster` leave errno alone and come back.
bool post_many(const RawPoster& poster, int count) {
    errno = EDOM;
    for (int post = 0; post < count; ++post) {
        poster.post();
    }
    return errno == EDOM;
}

TEST(RawEventProcess, a_child_that_inherited_the_event_posts_it) {
    Loop loop;
    Counted counted;
    ASSERT_FALSE(counted.event.register_with(loop));
    EXPECT_EQ(in_child([&counted] {
                  counted.event.post();
                  return true;
              }),
              0);
    EXPECT_TRUE(turn_until(loop, [&counted] { return counted.delivered == 1; }));
}

TEST(RawEventProcess, a_child_posts_with_the_poster_that_it_inherited) {
    Loop loop;
    Counted counted;
    RawPoster poster;
    ASSERT_FALSE(counted.event.register_with(loop));
    ASSERT_FALSE(counted.event.make_poster(poster));
    const pid_t child = start_child([&] {
        counted.event.unregister();  // The poster does not need it.
        return post_many(poster, 1000);
    });
    EXPECT_TRUE(turn_until(loop, [&counted] { return counted.delivered > 0; }));
    EXPECT_EQ(status_of(child), 0);
}

TEST(RawEventProcess, a_poster_taken_over_by_its_descriptor_posts_by_the_right_medium) {
    Loop loop;
    Counted counted;
    RawPoster made;
    ASSERT_FALSE(counted.event.register_with(loop));
    ASSERT_FALSE(counted.event.make_poster(made));
    const RawPoster taken_over{base::Descriptor{::fcntl(made.descriptor(), F_DUPFD_CLOEXEC, 0)}};
    taken_over.post();
    EXPECT_TRUE(turn_until(loop, [&counted] { return counted.delivered == 1; }));
}

TEST(RawEventProcess, posting_after_the_receiver_unregistered_harms_nobody) {
    Loop loop;
    Counted counted;
    RawPoster poster;
    ASSERT_FALSE(counted.event.register_with(loop));
    ASSERT_FALSE(counted.event.make_poster(poster));
    counted.event.unregister();
    EXPECT_TRUE(post_many(poster, 300'000)) << "more than any channel holds";
    EXPECT_FALSE(loop.turn(Wait::no));
}

TEST(RawEventProcess, posting_to_a_process_that_is_gone_harms_nobody) {
    const Pipe parent_is_ready;
    const Pipe child_is_ready;
    Loop loop;
    Counted counted;
    RawPoster poster;
    ASSERT_FALSE(counted.event.register_with(loop));
    ASSERT_FALSE(counted.event.make_poster(poster));
    // The child is the poster; this process stops to be a receiver.
    const pid_t child = start_child([&] {
        counted.event.unregister();
        child_is_ready.write_byte();
        return comes_true([&] { return parent_is_ready.read_all() > 0; }) &&
               post_many(poster, 300'000);
    });
    EXPECT_TRUE(comes_true([&] { return child_is_ready.read_all() > 0; }));
    counted.event.unregister();
    poster = RawPoster{};
    parent_is_ready.write_byte();
    EXPECT_EQ(status_of(child), 0) << "a negative number is the signal that killed the poster";
}

// The child is the receiver; it passes a poster to this process.
pid_t start_receiver(const SocketPair& sockets, bool waits_for_post) {
    return start_child([&sockets, waits_for_post] {
        Loop loop;
        Counted counted;
        RawPoster poster;
        if (counted.event.register_with(loop) || counted.event.make_poster(poster) ||
            !send_descriptor(sockets.there.number(), poster.descriptor())) {
            return false;
        }
        poster = RawPoster{};
        return !waits_for_post || turn_until(loop, [&counted] { return counted.delivered > 0; });
    });
}

RawPoster receive_poster(const SocketPair& sockets) {
    base::Descriptor received;
    EXPECT_TRUE(comes_true([&] {
        received = receive_descriptor(sockets.here.number());
        return static_cast<bool>(received);
    }));
    return RawPoster{std::move(received)};
}

TEST(RawEventProcess, a_poster_passed_over_a_socket_reaches_the_other_process) {
    const SocketPair sockets;
    const pid_t child = start_receiver(sockets, true);
    const RawPoster poster = receive_poster(sockets);
    poster.post();
    EXPECT_EQ(status_of(child), 0);
}

TEST(RawEventProcess, a_poster_passed_over_a_socket_outlives_the_other_process) {
    const SocketPair sockets;
    const pid_t child = start_receiver(sockets, false);
    const RawPoster poster = receive_poster(sockets);
    EXPECT_EQ(status_of(child), 0);
    EXPECT_TRUE(post_many(poster, 300'000));
}

}  // namespace
}  // namespace tocsin::core
