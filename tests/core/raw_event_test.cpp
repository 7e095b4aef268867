// Raw events within one process: delivery, merging, full channels, unregistering and freeing.
#include <tocsin/core/raw_event.h>

#include <cerrno>
#include <gtest/gtest.h>
#include <memory>
#include <thread>

#include <tests/core/does.h>
#include <tests/core/full_channel.h>
#include <tests/core/open_descriptors.h>
#include <tests/core/patience.h>
#include <tests/core/sanitized.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

struct Counted {
    explicit Counted(Loop& loop) { EXPECT_FALSE(event.register_with(loop)); }

    int delivered = 0;
    RawEvent event{base::Callback<>{[this] { ++delivered; }}};
};

TEST(RawEvent, a_post_is_delivered_once) {
    Loop loop;
    Counted counted{loop};
    loop.run_until_idle();
    EXPECT_EQ(counted.delivered, 0);
    counted.event.post();
    loop.turn(Wait::yes);
    EXPECT_EQ(counted.delivered, 1);
    loop.run_until_idle();
    EXPECT_EQ(counted.delivered, 1);
}

TEST(RawEvent, posts_before_the_delivery_are_merged) {
    Loop loop;
    Counted counted{loop};
    for (int post = 0; post < 1000; ++post) {
        counted.event.post();
    }
    loop.run_until_idle();
    EXPECT_EQ(counted.delivered, 1);
}

TEST(RawEvent, a_post_inside_its_own_handler_is_a_new_one) {
    Loop loop;
    RawEvent event;
    int delivered = 0;
    Does<> post_again{[&] {
        if (++delivered < 5) {
            event.post();
        }
    }};
    event.set_handler(post_again);
    ASSERT_FALSE(event.register_with(loop));
    event.post();
    loop.run_until_idle();
    EXPECT_EQ(delivered, 5);
}

TEST(RawEvent, a_post_does_nothing_while_it_is_not_registered) {
    Loop loop;
    int delivered = 0;
    RawEvent event{base::Callback<>{[&delivered] { ++delivered; }}};
    errno = EDOM;
    event.post();
    EXPECT_EQ(errno, EDOM);
    RawPoster{}.post();
    ASSERT_FALSE(event.register_with(loop));
    loop.run_until_idle();
    EXPECT_EQ(delivered, 0);
    event.post();
    event.unregister();
    event.post();
    ASSERT_FALSE(event.register_with(loop));
    loop.run_until_idle();
    EXPECT_EQ(delivered, 0) << "the post of before is dropped";
}

TEST(RawEvent, may_be_freed_inside_its_own_handler) {
    Loop loop;
    auto event = std::make_unique<RawEvent>();
    Does<> free{[&] {
        event->post();
        event.reset();
    }};
    event->set_handler(free);
    ASSERT_FALSE(event->register_with(loop));
    event->post();
    loop.turn(Wait::yes);
    EXPECT_EQ(event, nullptr);
    EXPECT_FALSE(loop.turn(Wait::no));
    EXPECT_EQ(loop.registered_count(), 0U);
}

TEST(RawEvent, may_be_freed_inside_the_handler_of_another_with_a_post_pending) {
    Loop loop;
    std::unique_ptr<Counted> victims[2] = {std::make_unique<Counted>(loop),
                                           std::make_unique<Counted>(loop)};
    RawEvent freer;
    Does<> free{[&] { victims[0].reset(), victims[1].reset(); }};
    freer.set_handler(free);
    ASSERT_FALSE(freer.register_with(loop));
    freer.post();
    victims[0]->event.unregister();
    ASSERT_FALSE(victims[0]->event.register_with(loop));
    victims[0]->event.post();
    victims[1]->event.post();
    loop.turn(Wait::yes);
    EXPECT_FALSE(loop.turn(Wait::no));
    EXPECT_EQ(loop.registered_count(), 1U);
}

TEST(RawEvent, gives_back_every_descriptor) {
    Loop loop;
    const std::set<int> before = open_descriptors();
    for (int round = 0; round < 10; ++round) {
        RawEvent event;
        RawPoster poster;
        ASSERT_FALSE(event.register_with(loop));
        ASSERT_FALSE(event.make_poster(poster));
        const std::size_t used = open_descriptors().size() - before.size();
        EXPECT_LE(used, 3U) << "one or two for the channel, one for the poster";
    }
    EXPECT_EQ(open_descriptors(), before);
}

TEST(RawEvent, a_post_to_a_full_channel_returns_at_once_and_is_delivered) {
    Loop loop;
    Counted counted{loop};
    RawPoster poster;
    ASSERT_FALSE(counted.event.make_poster(poster));
    fill(poster.descriptor());
    errno = EDOM;
    counted.event.post();
    poster.post();
    EXPECT_EQ(errno, EDOM);
    loop.run_until_idle();
    EXPECT_GE(counted.delivered, 1);
    EXPECT_LE(counted.delivered, 2) << "once for this process, and once for what filled it";
    const int before = counted.delivered;
    poster.post();
    loop.turn(Wait::yes);
    EXPECT_EQ(counted.delivered, before + 1);
}

TEST(RawEvent, a_poster_of_an_event_that_is_not_registered_is_an_error) {
    const RawEvent event;
    RawPoster poster;
    EXPECT_EQ(event.make_poster(poster), std::errc::bad_file_descriptor);
    EXPECT_EQ(poster.descriptor(), -1);
}

TEST(RawEvent, what_was_written_before_a_post_is_seen_by_a_handler_run_that_follows) {
    const std::int64_t posts = rounds_or(100'000, 10'000);
    Loop loop;
    std::atomic<std::int64_t> written{0};
    std::atomic<std::int64_t> seen{0};
    RawEvent event;
    Does<> look{[&] { seen.store(written.load(std::memory_order_relaxed)); }};
    event.set_handler(look);
    ASSERT_FALSE(event.register_with(loop));
    std::jthread poster{[&](const std::stop_token& stop) {
        for (std::int64_t post = 1; post <= posts && !stop.stop_requested(); ++post) {
            written.store(post, std::memory_order_relaxed);
            event.post();
            while (post % 3 == 0 && seen.load() < post && !stop.stop_requested()) {
                std::this_thread::yield();
            }
        }
    }};
    EXPECT_TRUE(turn_until(loop, [&] { return seen.load() == posts; })) << "a post was lost";
    poster.join();
    loop.run_until_idle();
}

}  // namespace
}  // namespace tocsin::core
