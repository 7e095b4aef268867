// Watches: what is reported to whom, and unregistering anywhere.
#include <tocsin/core/watch.h>

#include <deque>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <vector>

#include <tests/core/both_ways.h>
#include <tests/core/does.h>
#include <tests/core/pipe.h>
#include <tests/core/socket_pair.h>
#include <tocsin/core/errors.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

class WatchOn : public BothWays {};
INSTANTIATE_TEST_SUITE_P(Kernel, WatchOn, testing::Bool(), way_of);

// A watch that remembers what it was told.
struct Witness {
    int calls = 0;
    Conditions told;
    Watch watch{base::Callback<Conditions>{[this](Conditions ready) {
        ++calls;
        told = ready;
    }}};
};

TEST_P(WatchOn, tells_of_input_as_long_as_there_is_some) {
    const Pipe pipe;
    Witness witness;
    ASSERT_FALSE(witness.watch.register_with(loop, pipe.reader.number(), Condition::input));
    loop.turn(Wait::no);
    EXPECT_EQ(witness.calls, 0);
    pipe.write_byte();
    loop.turn(Wait::yes);
    loop.turn(Wait::yes);
    EXPECT_EQ(witness.calls, 2);
    EXPECT_EQ(witness.told, Condition::input);
    pipe.read_all();
    EXPECT_FALSE(loop.turn(Wait::no));
}

TEST_P(WatchOn, tells_of_output_as_long_as_there_is_room) {
    const Pipe pipe;
    Witness witness;
    ASSERT_FALSE(witness.watch.register_with(loop, pipe.writer.number(), Condition::output));
    loop.turn(Wait::yes);
    EXPECT_EQ(witness.told, Condition::output);
    pipe.fill();
    EXPECT_FALSE(loop.turn(Wait::no));
    while (pipe.read_all() > 0) {
    }
    EXPECT_TRUE(loop.turn(Wait::yes));
}

TEST_P(WatchOn, tells_of_nothing_that_it_is_not_interested_in) {
    SocketPair sockets;
    ASSERT_EQ(::write(sockets.there.number(), "x", 1), 1);
    Witness witness;
    ASSERT_FALSE(witness.watch.register_with(loop, sockets.here.number(), Condition::output));
    loop.turn(Wait::yes);
    EXPECT_EQ(witness.told, Condition::output);
    witness.watch.set_interest(Condition::input | Condition::output);
    loop.turn(Wait::yes);
    EXPECT_EQ(witness.told, Condition::input | Condition::output);
    witness.watch.set_interest(Condition::input);
    loop.turn(Wait::yes);
    EXPECT_EQ(witness.told, Condition::input);
}

TEST_P(WatchOn, tells_of_what_is_ready_alone_whatever_it_is_interested_in) {
    SocketPair sockets;
    Witness witness;
    const Conditions all = Condition::input | Condition::output | Condition::out_of_band;
    ASSERT_FALSE(witness.watch.register_with(loop, sockets.here.number(), all));
    loop.turn(Wait::yes);
    EXPECT_EQ(witness.told, Condition::output);
    while (::send(sockets.here.number(), "x", 1, MSG_DONTWAIT) > 0) {
    }
    EXPECT_FALSE(loop.turn(Wait::no));
    ASSERT_EQ(::send(sockets.there.number(), "x", 1, 0), 1);
    loop.turn(Wait::yes);
    EXPECT_EQ(witness.told, Condition::input);
    char byte = 0;
    ASSERT_EQ(::recv(sockets.here.number(), &byte, 1, 0), 1);
    ASSERT_EQ(::send(sockets.there.number(), "!", 1, MSG_OOB), 1);
    loop.turn(Wait::yes);
    EXPECT_TRUE(witness.told.has(Condition::out_of_band));
    EXPECT_FALSE(witness.told.has(Condition::output));
}

TEST_P(WatchOn, tells_of_a_hang_up_only_while_it_is_interested_in_anything) {
    Pipe pipe;
    Witness witness;
    ASSERT_FALSE(witness.watch.register_with(loop, pipe.reader.number(), Conditions{}));
    pipe.writer.reset();
    EXPECT_FALSE(loop.turn(Wait::no));
    EXPECT_FALSE(loop.turn(Wait::no));
    witness.watch.set_interest(Condition::input);
    EXPECT_TRUE(loop.turn(Wait::yes));
    EXPECT_TRUE(witness.told.has(Condition::hang_up));
    witness.watch.set_interest(Conditions{});
    EXPECT_FALSE(loop.turn(Wait::no));
    EXPECT_FALSE(loop.turn(Wait::no));
    EXPECT_EQ(witness.calls, 1);
}

TEST_P(WatchOn, tells_of_an_error_only_while_it_is_interested_in_anything) {
    Pipe pipe;
    Witness witness;
    pipe.fill();
    ASSERT_FALSE(witness.watch.register_with(loop, pipe.writer.number(), Condition::output));
    EXPECT_FALSE(loop.turn(Wait::no));
    pipe.reader.reset();
    EXPECT_TRUE(loop.turn(Wait::yes));
    EXPECT_TRUE(witness.told.has(Condition::error));
    witness.watch.set_interest(Conditions{});
    EXPECT_FALSE(loop.turn(Wait::no));
    EXPECT_EQ(witness.calls, 1);
}

TEST_P(WatchOn, tells_of_out_of_band_data) {
    SocketPair sockets;
    Witness witness;
    ASSERT_FALSE(witness.watch.register_with(loop, sockets.here.number(), Condition::out_of_band));
    ASSERT_EQ(::write(sockets.there.number(), "x", 1), 1);
    EXPECT_FALSE(loop.turn(Wait::no));
    ASSERT_EQ(::send(sockets.there.number(), "!", 1, MSG_OOB), 1);
    EXPECT_TRUE(loop.turn(Wait::yes));
    EXPECT_EQ(witness.told, Condition::out_of_band);
}

TEST_P(WatchOn, an_interest_that_is_off_at_the_delivery_is_not_told) {
    const Pipe pipe;
    Witness witness;
    ASSERT_FALSE(witness.watch.register_with(loop, pipe.reader.number(), Condition::input));
    pipe.write_byte();
    Does<> turn_off{[&] { witness.watch.set_interest(Conditions{}); }};
    Event event{loop, turn_off};
    Does<> post{[&] { event.post(); }};
    Task task{post};
    task.schedule(loop);
    loop.run_until_idle();
    EXPECT_EQ(witness.calls, 0);
}

TEST_P(WatchOn, the_first_handler_may_unregister_and_free_all_others_that_are_ready) {
    std::deque<Pipe> pipes(20);
    std::vector<std::unique_ptr<Watch>> watches;
    int calls = 0;
    Does<Conditions> free_all{[&](Conditions) {
        ++calls;
        watches.clear();
    }};
    for (const Pipe& pipe : pipes) {
        watches.push_back(std::make_unique<Watch>(free_all));
        ASSERT_FALSE(watches.back()->register_with(loop, pipe.reader.number(), Condition::input));
        pipe.write_byte();
    }
    EXPECT_TRUE(loop.turn(Wait::yes));
    EXPECT_FALSE(loop.turn(Wait::no));
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(loop.registered_count(), 0U);
}

TEST_P(WatchOn, an_event_handler_may_unregister_a_watch_that_is_ready_in_the_same_turn) {
    const Pipe pipe;
    Witness witness;
    ASSERT_FALSE(witness.watch.register_with(loop, pipe.reader.number(), Condition::input));
    pipe.write_byte();
    Does<> unregister{[&] { witness.watch.unregister(); }};
    Event event{loop, unregister};
    event.post();
    loop.run_until_idle();
    EXPECT_EQ(witness.calls, 0);
    EXPECT_FALSE(witness.watch.registered());
}

TEST_P(WatchOn, a_pending_delivery_calls_the_handler_that_was_set_last) {
    const Pipe pipe;
    Witness witness;
    int new_calls = 0;
    ASSERT_FALSE(witness.watch.register_with(loop, pipe.reader.number(), Condition::input));
    pipe.write_byte();
    witness.watch.set_handler(
        base::Callback<Conditions>{[&new_calls](Conditions) { ++new_calls; }});
    loop.turn(Wait::yes);
    EXPECT_EQ(witness.calls, 0);
    EXPECT_EQ(new_calls, 1);
}

TEST_P(WatchOn, a_second_watch_of_one_descriptor_is_an_error_that_says_so) {
    const Pipe pipe;
    Witness first;
    Witness second;
    ASSERT_FALSE(first.watch.register_with(loop, pipe.reader.number(), Condition::input));
    const std::error_code error =
        second.watch.register_with(loop, pipe.reader.number(), Condition::input);
    EXPECT_EQ(error, Error::already_watched);
    EXPECT_EQ(error, std::errc::file_exists);
    EXPECT_THAT(error.message(), testing::StartsWith("this loop watches the descriptor already: "));
    EXPECT_FALSE(second.watch.registered());
    EXPECT_EQ(loop.registered_count(), 1U);
    pipe.write_byte();
    loop.turn(Wait::yes);
    EXPECT_EQ(first.calls, 1);
    first.watch.unregister();
    EXPECT_FALSE(second.watch.register_with(loop, pipe.reader.number(), Condition::input));
    loop.turn(Wait::yes);
    EXPECT_EQ(second.calls, 1);
}

TEST_P(WatchOn, two_loops_may_watch_one_descriptor) {
    Loop other;
    const Pipe pipe;
    Witness first;
    Witness second;
    ASSERT_FALSE(first.watch.register_with(loop, pipe.reader.number(), Condition::input));
    ASSERT_FALSE(second.watch.register_with(other, pipe.reader.number(), Condition::input));
    pipe.write_byte();
    loop.turn(Wait::yes);
    other.turn(Wait::yes);
    EXPECT_EQ(first.calls, 1);
    EXPECT_EQ(second.calls, 1);
}

TEST_P(WatchOn, more_descriptors_than_fit_into_one_report_are_all_served) {
    std::deque<Pipe> pipes(400);
    std::deque<Witness> witnesses(pipes.size());
    for (std::size_t number = 0; number < pipes.size(); ++number) {
        ASSERT_FALSE(witnesses[number].watch.register_with(loop, pipes[number].reader.number(),
                                                           Condition::input));
        pipes[number].write_byte();
    }
    for (int turn = 0; turn < 4; ++turn) {
        loop.turn(Wait::yes);
    }
    for (const Witness& witness : witnesses) {
        EXPECT_GE(witness.calls, 1);
    }
}

}  // namespace
}  // namespace tocsin::core
