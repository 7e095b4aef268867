// Whom a report wakes when several loops that sleep watch one open file.
#include <tocsin/core/watch.h>

#include <atomic>
#include <gtest/gtest.h>
#include <string>
#include <thread>

#include <tests/core/asleep.h>
#include <tests/core/patience.h>
#include <tests/core/pipe.h>
#include <tests/core/socket_pair.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

// A loop in a thread of its own that watches one descriptor with Wakes::one.
class Sleeper {
public:
    // Registers with `interest`, and changes that to `interest_now` before it sleeps.
    Sleeper(int descriptor, Conditions interest, Conditions interest_now)
        : thread_{[this, descriptor, interest, interest_now] {
              Loop loop;
              Watch watch{base::Callback<Conditions>{[this](Conditions) { ++told; }}};
              registered = !watch.register_with(loop, descriptor, interest, Wakes::one);
              watch.set_interest(interest_now);
              loop_ = &loop;
              thread_number_ = own_thread();
              ready_.open();
              while (!loop.take_stop()) {
                  loop.turn(Wait::yes);
                  ++turns;
              }
          }} {
        registered = ready_.pass() && registered && falls_asleep();
    }
    Sleeper(int descriptor, Conditions interest) : Sleeper{descriptor, interest, interest} {}
    ~Sleeper() { loop_->stop(); }

    [[nodiscard]] bool falls_asleep() const {
        return comes_true([this] { return is_asleep(thread_number_); });
    }
    [[nodiscard]] bool is_told() const {
        return comes_true([this] { return told.load() > 0; });
    }

    std::atomic<bool> registered{false};
    std::atomic<int> told{0};
    std::atomic<int> turns{0};

private:
    Loop* loop_ = nullptr;
    pid_t thread_number_ = 0;
    Gate ready_;
    std::jthread thread_;
};

bool loops_use_epoll() {
    const Loop loop;
    return std::string{loop.waits_with()}.starts_with("epoll");
}

TEST(WatchWakes, one_wakes_the_first_that_sleeps_and_passes_over_the_others) {
    const Pipe pipe;
    const Sleeper first{pipe.reader.number(), Condition::input};
    const Sleeper second{pipe.reader.number(), Condition::input};
    ASSERT_TRUE(first.registered && second.registered);
    pipe.write_byte();
    EXPECT_TRUE(first.is_told());
    if (loops_use_epoll()) {
        EXPECT_TRUE(second.falls_asleep());
        EXPECT_EQ(second.turns, 0);
    }
    pipe.read_all();
}

// The first loop took the wake-up, found that it wanted nothing, and slept again.
TEST(WatchWakes, a_loop_that_has_lost_its_interest_takes_no_wake_up_from_another) {
    const Pipe pipe;
    const Sleeper not_interested{pipe.reader.number(), Condition::input, {}};
    const Sleeper interested{pipe.reader.number(), Condition::input};
    ASSERT_TRUE(not_interested.registered && interested.registered);
    pipe.write_byte();
    EXPECT_TRUE(interested.is_told()) << "the wake-up was lost";
    EXPECT_EQ(not_interested.told, 0);
    pipe.read_all();
}

TEST(WatchWakes, a_loop_that_has_lost_a_part_of_its_interest_takes_no_wake_up_from_another) {
    const SocketPair sockets;
    const int descriptor = sockets.here.number();
    while (::write(descriptor, "x", 1) == 1) {
    }
    const Sleeper for_output{descriptor, Condition::input | Condition::output, Condition::output};
    const Sleeper for_input{descriptor, Condition::input};
    ASSERT_TRUE(for_output.registered && for_input.registered);
    ASSERT_EQ(::write(sockets.there.number(), "x", 1), 1);
    EXPECT_TRUE(for_input.is_told()) << "the wake-up was lost";
}

TEST(WatchWakes, an_interest_of_one_can_grow) {
    const Pipe pipe;
    const Sleeper sleeper{pipe.reader.number(), {}, Condition::input};
    ASSERT_TRUE(sleeper.registered);
    pipe.write_byte();
    EXPECT_TRUE(sleeper.is_told());
    pipe.read_all();
}

TEST(WatchWakes, one_cannot_be_had_with_out_of_band) {
    Loop loop;
    const SocketPair sockets;
    Watch watch;
    const std::error_code error = watch.register_with(
        loop, sockets.here.number(), Condition::input | Condition::out_of_band, Wakes::one);
    if (loops_use_epoll()) {
        EXPECT_EQ(error, std::errc::invalid_argument);
        EXPECT_FALSE(watch.registered());
    } else {
        EXPECT_FALSE(error);
    }
}

}  // namespace
}  // namespace tocsin::core
