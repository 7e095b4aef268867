// Descriptor numbers are used again: no report reaches a watch that it is not about, and no entry
// that nobody can remove keeps the loop spinning.
#include <tocsin/core/watch.h>

#include <array>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <random>
#include <unistd.h>

#include <tests/core/both_ways.h>
#include <tests/core/does.h>
#include <tests/core/open_descriptors.h>
#include <tests/core/pipe.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

struct Counted {
    int calls = 0;
    Watch watch{base::Callback<Conditions>{[this](Conditions) { ++calls; }}};
};

class WatchIdentity : public BothWays {
protected:
    // Turns for a while, and counts the turns that found nothing.
    int idle_turns() {
        bool over = false;
        Timer timer{base::Callback<>{[&over] { over = true; }}};
        timer.arm(loop, loop.refresh_time() + std::chrono::milliseconds{20});
        int turns = 0;
        while (!over) {
            loop.turn(Wait::yes);
            ++turns;
        }
        return turns;
    }

    // Leaves the kernel with a readable entry under `pipe`'s reading number that no watch owns: the
    // descriptor was closed under its watch while a duplicate lives on. Returns the duplicate.
    base::Descriptor orphan(Pipe& pipe, Counted& counted) {
        const int number = pipe.reader.number();
        EXPECT_FALSE(counted.watch.register_with(loop, number, Condition::input));
        base::Descriptor duplicate{::fcntl(number, F_DUPFD_CLOEXEC, 0)};
        pipe.reader.reset();
        counted.watch.unregister();
        pipe.write_byte();
        return duplicate;
    }
};
INSTANTIATE_TEST_SUITE_P(Kernel, WatchIdentity, testing::Bool(), way_of);

TEST_P(WatchIdentity, a_duplicate_of_a_closed_descriptor_neither_calls_nor_spins) {
    Pipe pipe;
    Counted counted;
    const base::Descriptor duplicate = orphan(pipe, counted);
    EXPECT_LT(idle_turns(), 10);
    EXPECT_EQ(counted.calls, 0);
}

TEST_P(WatchIdentity, a_new_watch_of_the_number_is_not_told_of_the_old_file) {
    Pipe old_pipe;
    const Pipe new_pipe;
    Counted old_one;
    Counted new_one;
    const int number = old_pipe.reader.number();
    const base::Descriptor duplicate = orphan(old_pipe, old_one);
    const base::Descriptor reused{::fcntl(new_pipe.reader.number(), F_DUPFD_CLOEXEC, number)};
    ASSERT_EQ(reused.number(), number);
    ASSERT_FALSE(new_one.watch.register_with(loop, number, Condition::input));
    EXPECT_LT(idle_turns(), 10);
    EXPECT_EQ(old_one.calls + new_one.calls, 0);
    new_pipe.write_byte();
    loop.turn(Wait::yes);
    EXPECT_EQ(new_one.calls, 1);
}

TEST_P(WatchIdentity, the_same_file_may_come_back_under_the_same_number) {
    Pipe pipe;
    Counted old_one;
    Counted new_one;
    Counted bystander;
    const Pipe other;
    ASSERT_FALSE(bystander.watch.register_with(loop, other.reader.number(), Condition::input));
    const int number = pipe.reader.number();
    const base::Descriptor duplicate = orphan(pipe, old_one);
    const base::Descriptor back{::fcntl(duplicate.number(), F_DUPFD_CLOEXEC, number)};
    ASSERT_EQ(back.number(), number);
    ASSERT_FALSE(new_one.watch.register_with(loop, number, Condition::input));
    loop.turn(Wait::yes);
    EXPECT_EQ(new_one.calls, 1);
    pipe.write_byte();
    other.write_byte();
    loop.turn(Wait::yes);
    EXPECT_EQ(old_one.calls, 0);
    EXPECT_EQ(new_one.calls, 2);
    EXPECT_EQ(bystander.calls, 1);
}

TEST_P(WatchIdentity, an_entry_that_needs_a_new_set_is_refused_when_no_descriptor_is_left_for_it) {
    Pipe pipe;
    Counted old_one;
    Counted new_one;
    const int number = pipe.reader.number();
    const base::Descriptor duplicate = orphan(pipe, old_one);
    const base::Descriptor back{::fcntl(duplicate.number(), F_DUPFD_CLOEXEC, number)};
    std::error_code error;
    {
        const FewDescriptors none{0};
        error = new_one.watch.register_with(loop, number, Condition::input);
    }
    EXPECT_EQ(static_cast<bool>(error), uses_epoll());
    EXPECT_EQ(error == std::errc::too_many_files_open, uses_epoll());
    new_one.watch.unregister();
    ASSERT_FALSE(new_one.watch.register_with(loop, number, Condition::input));
    loop.turn(Wait::yes);
    EXPECT_EQ(new_one.calls, 1);
}

TEST_P(WatchIdentity, a_number_that_is_used_again_in_a_handler_gets_no_report_of_the_same_batch) {
    Pipe first;
    Pipe second;
    const Pipe third;
    Counted victim;
    Counted heir;
    base::Descriptor reused;
    Watch replacer;
    Does<Conditions> replace{[&](Conditions) {
        replacer.unregister();
        const int number = second.reader.number();
        victim.watch.unregister();
        second.reader.reset();
        reused.reset(::fcntl(third.reader.number(), F_DUPFD_CLOEXEC, number));
        EXPECT_EQ(reused.number(), number);
        EXPECT_FALSE(heir.watch.register_with(loop, number, Condition::input));
    }};
    replacer.set_handler(replace);
    ASSERT_FALSE(replacer.register_with(loop, first.reader.number(), Condition::input));
    ASSERT_FALSE(victim.watch.register_with(loop, second.reader.number(), Condition::input));
    first.write_byte();
    second.write_byte();
    loop.turn(Wait::yes);
    EXPECT_LT(idle_turns(), 10);
    EXPECT_EQ(victim.calls + heir.calls, 0);
    third.write_byte();
    loop.turn(Wait::yes);
    EXPECT_EQ(heir.calls, 1);
}

TEST_P(WatchIdentity, opening_watching_and_closing_one_number_over_and_over_always_works) {
    for (int round = 0; round < 1000; ++round) {
        const Pipe pipe;
        Counted counted;
        ASSERT_FALSE(counted.watch.register_with(loop, pipe.reader.number(), Condition::input));
        if (round % 3 == 0) {
            pipe.write_byte();
            loop.turn(Wait::yes);
            ASSERT_EQ(counted.calls, 1);
        }
    }
}

// Many watches come and go in any order, and each report reaches the right one.
TEST_P(WatchIdentity, watches_that_come_and_go_in_any_order_are_told_what_is_theirs) {
    const std::uint32_t seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random{seed};
    std::array<Pipe, 16> pipes;
    std::array<Counted, 16> watched;
    for (int step = 0; step < 2000; ++step) {
        const std::size_t number = random() % 16;
        Watch& watch = watched[number].watch;
        if (watch.registered() && random() % 2 == 0) {
            watch.unregister();
        } else if (!watch.registered()) {
            ASSERT_FALSE(
                watch.register_with(loop, pipes[number].reader.number(), Condition::input));
        }
        const int calls_before = watched[number].calls;
        pipes[number].write_byte();
        ASSERT_EQ(loop.turn(Wait::no), watch.registered());
        ASSERT_EQ(watched[number].calls, calls_before + (watch.registered() ? 1 : 0));
        pipes[number].read_all();
    }
}

}  // namespace
}  // namespace tocsin::core
