// What switching a watch off and on again costs while reports come.
#include <gtest/gtest.h>
#include <string>
#include <sys/syscall.h>

#include <tests/core/both_ways.h>
#include <tests/core/pipe.h>
#include <tests/core/system_calls.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

// A job as daemons do it: told of input, switched off, done, switched on again, while the next
// input is there already.
struct Jobs {
    void run(int count) {
        for (int job = 0; job < count; ++job) {
            loop.turn(Wait::yes);  // tells the watch, which switches itself off
            loop.turn(Wait::no);   // a look at the descriptors while it is off
            watch.set_interest(Condition::input);
        }
    }

    explicit Jobs(bool use_epoll) : loop{LoopOptions{.use_epoll = use_epoll}} {
        pipe.write_byte();
        EXPECT_FALSE(watch.register_with(loop, pipe.reader.number(), Condition::input));
    }

    Loop loop;
    Pipe pipe;
    int told = 0;
    Watch watch{base::Callback<Conditions>{[this](Conditions) {
        ++told;
        watch.set_interest({});
    }}};
};

class WatchOnce : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Kernel, WatchOnce, testing::Bool(), way_of);

TEST_P(WatchOnce, a_watch_that_is_switched_off_after_each_report_is_told_of_each) {
    Jobs jobs{GetParam()};
    jobs.run(100);
    EXPECT_EQ(jobs.told, 100);
}

TEST_P(WatchOnce, a_watch_that_is_not_switched_off_any_more_is_told_as_often_as_before) {
    Jobs jobs{GetParam()};
    jobs.run(10);
    int told = 0;
    jobs.watch.set_handler(base::Callback<Conditions>{[&told](Conditions) { ++told; }});
    for (int turn = 0; turn < 10; ++turn) {
        jobs.loop.turn(Wait::yes);
    }
    EXPECT_EQ(told, 10);
}

TEST_P(WatchOnce, a_watch_that_is_unregistered_while_it_is_off_is_gone_and_can_come_back) {
    Jobs jobs{GetParam()};
    jobs.run(10);
    jobs.loop.turn(Wait::yes);
    jobs.watch.unregister();
    EXPECT_FALSE(jobs.loop.turn(Wait::no));
    ASSERT_FALSE(jobs.watch.register_with(jobs.loop, jobs.pipe.reader.number(), Condition::input));
    jobs.loop.turn(Wait::yes);
    EXPECT_EQ(jobs.told, 12);
}

// An entry that is good for one report stays so, whatever is said again before that comes.
TEST_P(WatchOnce, an_interest_that_is_said_again_before_the_report_loses_none) {
    Jobs jobs{GetParam()};
    jobs.run(10);
    jobs.pipe.read_all();
    jobs.loop.turn(Wait::no);
    jobs.watch.set_interest(Condition::input);
    jobs.loop.turn(Wait::no);
    jobs.told = 0;
    int told = 0;
    jobs.watch.set_handler(base::Callback<Conditions>{[&told](Conditions) { ++told; }});
    jobs.pipe.write_byte();
    for (int turn = 0; turn < 10; ++turn) {
        jobs.loop.turn(Wait::no);
    }
    EXPECT_EQ(told, 10);
}

// Two looks for each job; and one call that arms the descriptor, where epoll keeps it armed.
TEST_P(WatchOnce, each_job_costs_one_call_beside_the_waits) {
    constexpr int jobs_counted = 10;
    const bool use_epoll = GetParam();
    const bool by_epoll = std::string{Jobs{use_epoll}.loop.waits_with()}.starts_with("epoll");
    const int calls = count_system_calls([use_epoll] {
        Jobs jobs{use_epoll};
        jobs.run(3);
        mark();
        jobs.run(jobs_counted);
        mark();
    });
    EXPECT_EQ(calls, jobs_counted * (by_epoll ? 3 : 2));
}

}  // namespace
}  // namespace tocsin::core
