// Shows that events between processes are taken in order, each once, and that numbers that lie do
// no harm.
#include <atomic>
#include <cstring>
#include <sys/mman.h>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/qnx/link/mailbox.h>
#include <tocsin/qnx/link/sleepers.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

struct ::sigevent event_of(int number) {
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, 1, 10, 1, number);
    return event;
}

// Both ends, in one process.
class Mailboxes : public testing::Test {
protected:
    [[nodiscard]] int take() {
        struct ::sigevent event = {};
        return client.take(event) ? event.sigev_value.sival_int : -1;
    }

    base::Descriptor memory;
    Mailbox client{memory};
    Mailbox server{std::as_const(memory)};
};

TEST_F(Mailboxes, the_first_one_wants_to_be_told_and_those_behind_it_do_not) {
    EXPECT_TRUE(server.valid());
    EXPECT_EQ(take(), -1);
    EXPECT_EQ(server.put(event_of(1)), Mailbox::Put::first);
    EXPECT_EQ(server.put(event_of(2)), Mailbox::Put::behind_others);
    EXPECT_EQ(take(), 1);
    EXPECT_EQ(server.put(event_of(3)), Mailbox::Put::behind_others);
    EXPECT_EQ(take(), 2);
    EXPECT_EQ(take(), 3);
    EXPECT_EQ(take(), -1);
    EXPECT_EQ(server.put(event_of(4)), Mailbox::Put::first);
}

TEST_F(Mailboxes, a_full_one_takes_no_more_until_there_is_room) {
    for (int round = 0; round < 3; ++round) {
        for (int number = 0; number < static_cast<int>(Mailbox::events_max); ++number) {
            EXPECT_NE(server.put(event_of(number)), Mailbox::Put::no_room);
        }
        EXPECT_EQ(server.put(event_of(-7)), Mailbox::Put::no_room);
        EXPECT_EQ(take(), 0);
        EXPECT_EQ(server.put(event_of(4711)), Mailbox::Put::behind_others);
        for (int number = 1; number < static_cast<int>(Mailbox::events_max); ++number) {
            EXPECT_EQ(take(), number);
        }
        EXPECT_EQ(take(), 4711);
    }
}

TEST_F(Mailboxes, what_the_socket_brought_is_counted) {
    EXPECT_TRUE(server.has_handled(0));
    EXPECT_FALSE(server.has_handled(1));
    client.note_handled();
    EXPECT_TRUE(server.has_handled(1));
}

TEST_F(Mailboxes, two_threads_pass_on_all_in_order) {
    constexpr int count = 200'000;
    std::thread puts{[this] {
        for (int number = 0; number < count;) {
            number += server.put(event_of(number)) == Mailbox::Put::no_room ? 0 : 1;
        }
    }};
    for (int number = 0; number < count;) {
        const int taken = take();
        if (taken >= 0) {
            ASSERT_EQ(taken, number++);
        }
    }
    puts.join();
}

// Someone writes what it likes over the numbers that both sides share.
TEST_F(Mailboxes, numbers_that_lie_make_nobody_read_or_write_elsewhere) {
    const std::shared_ptr<Area> area = Area::accept(0, Mailbox::size, memory);
    ASSERT_NE(area, nullptr);
    for (const int byte : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
        std::memset(area->message(), byte, 192);
        int taken = 0;
        while (take() >= 0) {
            ASSERT_LE(++taken, static_cast<int>(Mailbox::events_max));
        }
        for (std::uint32_t number = 0; number < 2 * Mailbox::events_max; ++number) {
            static_cast<void>(server.put(event_of(1)));
        }
    }
    const base::Descriptor small{::memfd_create("stranger", MFD_CLOEXEC)};
    EXPECT_FALSE(Mailbox{small}.valid());
    EXPECT_FALSE(Sleepers{small}.valid());
}

TEST(Sleepers, a_thread_is_claimed_once_each_time_it_lies_down) {
    const base::Descriptor memory = Sleepers::share();
    const Sleepers server{memory};
    ASSERT_TRUE(server.valid());
    EXPECT_FALSE(server.wake_one());
    const Sleepers::Place place = Sleepers::own_place();
    ASSERT_TRUE(place);
    place.lie_down();
    EXPECT_FALSE(place.get_up()) << "nobody has claimed it";
    EXPECT_FALSE(server.wake_one());
    place.lie_down();
    EXPECT_FALSE(Sleepers::own_place()) << "a handler of a signal needs another bell";
    EXPECT_TRUE(server.wake_one());
    EXPECT_FALSE(server.wake_one());
    EXPECT_EQ(place.bell().wait({}), 0);
    EXPECT_TRUE(place.get_up());
}

TEST(Sleepers, each_thread_has_a_place_of_its_own_as_long_as_there_are_any) {
    const base::Descriptor memory = Sleepers::share();
    constexpr unsigned count = Sleepers::slots_max + 8;
    std::atomic<unsigned> with_place{0};
    std::atomic<unsigned> asked{0};
    std::vector<std::thread> threads;
    for (unsigned number = 0; number < count; ++number) {
        threads.emplace_back([&] {
            with_place += Sleepers::own_place() ? 1U : 0U;
            // All have theirs at the same time.
            ++asked;
            EXPECT_TRUE(until([&] { return asked == count; }));
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_LE(with_place, Sleepers::slots_max);
    EXPECT_GE(with_place, Sleepers::slots_max - 2) << "but for those of earlier tests";
    std::thread{[] { EXPECT_TRUE(Sleepers::own_place()); }}.join();
}

}  // namespace
}  // namespace tocsin::qnx
