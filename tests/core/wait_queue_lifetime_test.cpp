// Arms that are cancelled, freed or armed again while their queue fires, closes or goes.
#include <tocsin/core/wait_queue.h>

#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <tests/core/asleep.h>
#include <tests/core/patience.h>

namespace tocsin::core {
namespace {

// An arm whose sink stays inside until it is let go.
struct Slow {
    explicit Slow(std::uint64_t owner = 0) : arm{Sink::bind<&Slow::called>(*this), owner} {}
    void called(Conditions) {
        ++calls;
        if (rearm != nullptr) {
            rearm->arm(arm, Condition::input, 100);
        }
        inside = true;
        inside.notify_all();
        let_go.wait(false);
        left = true;
    }
    void release() {
        let_go = true;
        let_go.notify_all();
    }

    std::atomic<int> calls{0};
    std::atomic<bool> inside{false};
    std::atomic<bool> let_go{false};
    std::atomic<bool> left{false};
    WaitQueue* rearm = nullptr;
    Arm arm;
};

// Triggers in a thread, waits until the sink is inside, runs `cancel` in another thread, and lets
// the sink go only then.
template <typename Cancel>
void cancel_while_inside(WaitQueue& queue, Slow& slow, Cancel cancel) {
    std::thread trigger{[&queue] { queue.trigger(Condition::input, 1); }};
    slow.inside.wait(false);
    std::atomic<bool> begun{false};
    std::thread canceller{[&] {
        begun = true;
        begun.notify_all();
        cancel();
        EXPECT_TRUE(slow.left) << "cancelling returned while the sink was running";
    }};
    begun.wait(false);
    for (int look = 0; look < 1000; ++look) {
        std::this_thread::yield();
    }
    slow.release();
    canceller.join();
    trigger.join();
}

TEST(WaitQueueLifetime, cancel_waits_for_a_sink_that_has_armed_again) {
    WaitQueue queue;
    Slow slow;
    slow.rearm = &queue;
    queue.arm(slow.arm, Condition::input);
    cancel_while_inside(queue, slow, [&] { EXPECT_TRUE(queue.cancel(slow.arm)); });
    EXPECT_FALSE(queue.is_armed(slow.arm));
    EXPECT_EQ(queue.counters().armed_now, 0U);
}

TEST(WaitQueueLifetime, cancel_all_waits_for_a_sink_of_that_owner) {
    WaitQueue queue;
    Slow slow{7};
    queue.arm(slow.arm, Condition::input);
    cancel_while_inside(queue, slow, [&] { EXPECT_EQ(queue.cancel_all(7), 0U); });
    EXPECT_EQ(slow.calls, 1);
}

TEST(WaitQueueLifetime, cancel_all_takes_back_what_a_running_trigger_has_collected) {
    WaitQueue queue;
    int later_called = 0;
    Arm later{Sink{[&later_called](Conditions) { ++later_called; }}, 7};
    struct Canceller {
        WaitQueue& queue;
        std::size_t cancelled = 0;
        void called(Conditions) { cancelled = queue.cancel_all(7); }
    } canceller{queue};
    Arm first{Sink::bind<&Canceller::called>(canceller), 1};
    queue.arm(first, Condition::input);
    queue.arm(later, Condition::input);
    queue.trigger(Condition::input);
    EXPECT_EQ(canceller.cancelled, 1U);
    EXPECT_EQ(later_called, 0);
    EXPECT_EQ(queue.counters().armed_now, 0U);
}

TEST(WaitQueueLifetime, an_arm_that_has_fired_may_outlive_its_queue) {
    auto queue = std::make_unique<WaitQueue>();
    Arm fired;
    Arm cancelled{{}, 7};
    Arm hung_up;
    queue->arm(fired, Condition::input, 1);
    queue->arm(cancelled, Condition::output);
    queue->arm(hung_up, Condition::error);
    queue->trigger(Condition::input);
    queue->cancel_all(7);
    queue.reset();
    WaitQueue another;
    EXPECT_TRUE(another.arm(fired, Condition::input));
    EXPECT_TRUE(another.arm(cancelled, Condition::input));
    EXPECT_TRUE(another.arm(hung_up, Condition::input));
}

TEST(WaitQueueLifetime, a_sink_may_free_its_own_arm_after_arming_it_again) {
    WaitQueue queue;
    std::optional<Arm> arm;
    struct Freer {
        WaitQueue& queue;
        std::optional<Arm>& arm;
        void called(Conditions) {
            queue.arm(*arm, Condition::input);
            arm.reset();
        }
    } freer{queue, arm};
    arm.emplace(Sink::bind<&Freer::called>(freer));
    queue.arm(*arm, Condition::input);
    queue.trigger(Condition::input);
    EXPECT_FALSE(arm.has_value());
    EXPECT_EQ(queue.counters().armed_now, 0U);
}

TEST(WaitQueueLifetime, a_sink_that_always_arms_again_is_told_of_the_hang_up_once) {
    WaitQueue queue;
    struct Eager {
        WaitQueue& queue;
        Arm arm{Sink::bind<&Eager::called>(*this)};
        std::vector<Conditions> told = {};
        void called(Conditions conditions) {
            told.push_back(conditions);
            queue.arm(arm, Condition::input);
        }
    } eager{queue};
    queue.arm(eager.arm, Condition::input);
    queue.close();
    EXPECT_EQ(eager.told, std::vector{Conditions{Condition::hang_up}});
    EXPECT_FALSE(queue.arm(eager.arm, Condition::input)) << "a closed queue hangs up at once";
    EXPECT_EQ(eager.told.size(), 2U);
}

TEST(WaitQueueLifetime, the_sink_of_an_arm_never_runs_twice_at_once) {
    WaitQueue queue;
    struct Again {
        WaitQueue& queue;
        Arm arm{Sink::bind<&Again::called>(*this)};
        std::atomic<bool> inside{false};
        std::atomic<bool> twice{false};
        std::atomic<int> calls{0};
        void called(Conditions) {
            twice = twice || inside.exchange(true);
            queue.arm(arm, Condition::input);
            ++calls;
            std::this_thread::yield();
            inside = false;
        }
    } again{queue};
    queue.arm(again.arm, Condition::input);
    const auto trigger_often = [&queue] {
        for (int time = 0; time < 2000; ++time) {
            queue.trigger(Condition::input);
        }
    };
    std::thread first{trigger_often};
    std::thread second{trigger_often};
    first.join();
    second.join();
    EXPECT_FALSE(again.twice);
    EXPECT_GT(again.calls, 0);
    EXPECT_TRUE(queue.cancel(again.arm));
}

TEST(WaitQueueLifetime, a_sink_that_triggers_its_own_arm_is_called_again_not_nested) {
    WaitQueue queue;
    struct Loud {
        WaitQueue& queue;
        Arm arm{Sink::bind<&Loud::called>(*this)};
        int calls = 0;
        int depth = 0;
        int depth_max = 0;
        void called(Conditions) {
            depth_max = std::max(depth_max, ++depth);
            if (++calls < 100) {
                queue.arm(arm, Condition::input);
                queue.trigger(Condition::input);
            }
            --depth;
        }
    } loud{queue};
    queue.arm(loud.arm, Condition::input);
    queue.trigger(Condition::input);
    EXPECT_EQ(loud.calls, 100);
    EXPECT_EQ(loud.depth_max, 1);
}

TEST(WaitQueueLifetime, a_hang_up_while_a_sink_arms_again_is_told) {
    WaitQueue queue;
    struct Closer {
        WaitQueue& queue;
        Arm arm{Sink::bind<&Closer::called>(*this)};
        std::vector<Conditions> told = {};
        void called(Conditions conditions) {
            told.push_back(conditions);
            if (told.size() == 1) {
                queue.close();
                EXPECT_FALSE(queue.arm(arm, Condition::input));
            }
        }
    } closer{queue};
    queue.arm(closer.arm, Condition::input);
    queue.trigger(Condition::input);
    EXPECT_EQ(closer.told, (std::vector<Conditions>{Condition::input, Condition::hang_up}));
}

TEST(WaitQueueLifetime, cancel_takes_back_what_the_sink_armed_while_it_waited) {
    WaitQueue queue;
    Slow slow;
    queue.arm(slow.arm, Condition::input);
    std::thread trigger{[&queue] { queue.trigger(Condition::input, 1); }};
    slow.inside.wait(false);
    std::atomic<pid_t> number{0};
    std::thread canceller{[&] {
        number = own_thread();
        EXPECT_TRUE(queue.cancel(slow.arm)) << "it was armed when the sink returned";
    }};
    EXPECT_TRUE(comes_true([&number] { return number != 0 && is_asleep(number); }));
    queue.arm(slow.arm, Condition::input, 100);
    slow.release();
    canceller.join();
    trigger.join();
    EXPECT_EQ(queue.counters().armed_now, 0U);
    EXPECT_EQ(slow.calls, 1);
}

TEST(WaitQueueLifetime, inside_its_own_sink_an_arm_is_not_armed) {
    WaitQueue queue;
    struct Asking {
        WaitQueue& queue;
        Arm arm{Sink::bind<&Asking::called>(*this)};
        std::vector<bool> armed = {};
        void called(Conditions) {
            armed.push_back(queue.is_armed(arm));
            queue.arm(arm, Condition::input);
            armed.push_back(queue.is_armed(arm));
        }
    } asking{queue};
    queue.arm(asking.arm, Condition::input);
    queue.trigger(Condition::input);
    EXPECT_EQ(asking.armed, (std::vector{false, true}));
    EXPECT_TRUE(queue.cancel(asking.arm));
}

TEST(WaitQueueLifetime, a_sink_may_cancel_all_of_its_own_owner) {
    WaitQueue queue;
    struct Canceller {
        WaitQueue& queue;
        Arm arm{Sink::bind<&Canceller::called>(*this), 7};
        std::size_t cancelled = 0;
        void called(Conditions) {
            queue.arm(arm, Condition::input);
            cancelled = queue.cancel_all(7);
        }
    } canceller{queue};
    queue.arm(canceller.arm, Condition::input);
    queue.trigger(Condition::input);
    EXPECT_EQ(canceller.cancelled, 1U);
    EXPECT_EQ(queue.counters().armed_now, 0U);
}

TEST(WaitQueueLifetime, a_trigger_may_end_before_one_that_began_later) {
    WaitQueue queue;
    Slow first;
    Slow second;
    queue.arm(first.arm, Condition::input);
    queue.arm(second.arm, Condition::output);
    std::thread earlier{[&queue] { queue.trigger(Condition::input); }};
    first.inside.wait(false);
    std::thread later{[&queue] { queue.trigger(Condition::output); }};
    second.inside.wait(false);
    first.release();
    earlier.join();
    std::atomic<pid_t> number{0};
    std::thread canceller{[&] {
        number = own_thread();
        EXPECT_FALSE(queue.cancel(second.arm));
        EXPECT_TRUE(second.left) << "cancelling returned while the sink was running";
    }};
    EXPECT_TRUE(comes_true([&number] { return number != 0 && is_asleep(number); }));
    second.release();
    canceller.join();
    later.join();
}

TEST(WaitQueueLifetime, who_arms_while_another_thread_tells_of_the_hang_up_is_told_again) {
    WaitQueue queue;
    Slow slow;
    queue.arm(slow.arm, Condition::input);
    std::thread closer{[&queue] { queue.close(); }};
    slow.inside.wait(false);
    EXPECT_FALSE(queue.arm(slow.arm, Condition::input)) << "the queue is closed";
    slow.release();
    closer.join();
    EXPECT_EQ(slow.calls, 2);
}

}  // namespace
}  // namespace tocsin::core
