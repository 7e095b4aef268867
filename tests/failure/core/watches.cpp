// Operations of watches: of descriptors, signals, children and conditions. For tests.
#include <tests/failure/core/operations.h>

#include <csignal>
#include <sys/wait.h>

#include <tests/core/forked.h>
#include <tests/core/pipe.h>
#include <tocsin/core/arm.h>
#include <tocsin/core/child_watch.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/signal_watch.h>
#include <tocsin/core/wait_queue.h>

namespace tocsin::failure {

namespace {

using core::Condition;
using core::Conditions;
using core::Loop;
using core::Wait;
using core::Watch;

std::error_code watch_a_pipe(Trial& trial, const core::LoopOptions& options) {
    const core::Pipe pipe;
    Loop loop{options};
    bool readable = false;
    Watch watch{base::Callback<Conditions>{
        [&readable](Conditions now) { readable = readable || now.has(Condition::input); }}};
    if (const std::error_code error =
            watch.register_with(loop, pipe.reader.number(), Condition::input)) {
        EXPECT_FALSE(watch.registered());
        EXPECT_EQ(loop.registered_count(), 0U);
        return error;
    }
    pipe.write_byte();
    loop.turn(Wait::no);
    trial.end();
    loop.turn(Wait::no);
    EXPECT_TRUE(readable);
    return {};
}

std::error_code watch_by_epoll(Trial& trial) {
    return watch_a_pipe(trial, {});
}

std::error_code watch_by_poll(Trial& trial) {
    return watch_a_pipe(trial, {.use_epoll = false});
}

// The number is beyond what the loop has room for at first.
std::error_code watch_a_high_number(Trial&) {
    const core::Pipe pipe;
    const base::Descriptor high{::fcntl(pipe.reader.number(), F_DUPFD_CLOEXEC, 700)};
    Loop loop;
    Watch low_watch;
    Watch high_watch;
    if (const std::error_code error =
            low_watch.register_with(loop, pipe.reader.number(), Condition::input)) {
        return error;
    }
    const std::error_code error = high_watch.register_with(loop, high.number(), Condition::input);
    EXPECT_EQ(high_watch.registered(), !error);
    EXPECT_EQ(loop.registered_count(), error ? 1U : 2U);
    return error;
}

// A change that the kernel refuses is told as Condition::error.
std::error_code change_an_interest(Trial& trial) {
    const core::Pipe pipe;
    Loop loop;
    Conditions told;
    Watch watch{base::Callback<Conditions>{[&told](Conditions now) { told |= now; }}};
    if (const std::error_code error = watch.register_with(loop, pipe.writer.number(), {})) {
        return error;
    }
    loop.turn(Wait::no);
    watch.set_interest(Condition::output);
    loop.turn(Wait::no);
    trial.end();
    if (!told.has(Condition::output)) {
        watch.set_interest({});
        loop.turn(Wait::no);
        watch.set_interest(Condition::output);
        loop.turn(Wait::no);
    }
    EXPECT_TRUE(told.has(Condition::output)) << "told " << told.has(Condition::error);
    return {};
}

// A report that nobody owns any more has the loop make a new set.
std::error_code close_under_a_watch(Trial& trial) {
    core::Pipe pipe;
    const base::Descriptor twin{::fcntl(pipe.reader.number(), F_DUPFD_CLOEXEC, 0)};
    const core::Pipe other;
    Loop loop;
    bool readable = false;
    Watch closed;
    Watch watch{base::Callback<Conditions>{[&readable](Conditions) { readable = true; }}};
    std::error_code error = closed.register_with(loop, pipe.reader.number(), Condition::input);
    if (!error) {
        error = watch.register_with(loop, other.reader.number(), Condition::input);
    }
    if (error) {
        return error;
    }
    pipe.write_byte();
    pipe.reader.reset();
    closed.unregister();
    loop.turn(Wait::no);
    other.write_byte();
    loop.turn(Wait::no);
    trial.end();
    loop.turn(Wait::no);
    EXPECT_TRUE(readable);
    return {};
}

std::error_code watch_a_signal(Trial& trial) {
    Loop loop;
    int delivered = 0;
    core::SignalWatch watch{base::Callback<>{[&delivered] { ++delivered; }}};
    if (const std::error_code error = watch.register_with(loop, SIGUSR1)) {
        return error;
    }
    ::raise(SIGUSR1);
    loop.turn(Wait::no);
    trial.end();
    loop.run_until_idle();
    EXPECT_EQ(delivered, 1);
    return {};
}

std::error_code watch_a_child(Trial& trial) {
    const pid_t child = core::start_child([] { return true; });
    siginfo_t ended{};
    EXPECT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
    core::ChildEnd end;
    std::error_code error;
    {
        Loop loop;
        core::ChildWatch watch{base::Callback<const core::ChildEnd&>{
            [&end](const core::ChildEnd& told) { end = told; }}};
        error = watch.register_with(loop, child);
        EXPECT_EQ(watch.registered(), !error);
        loop.turn(Wait::no);
        trial.end();
        while (watch.registered()) {
            loop.turn(Wait::yes);
        }
    }
    if (error) {
        EXPECT_EQ(core::status_of(child), 0) << "the child is left to who made it";
        return error;
    }
    EXPECT_TRUE(end.known);
    EXPECT_EQ(end.pid, child);
    return {};
}

std::error_code wait_for_a_condition(Trial&) {
    core::WaitQueue queue;
    int told = 0;
    core::Arm arm{core::Sink{[&told](Conditions) { ++told; }}};
    core::Arm cancelled;
    queue.arm(arm, Condition::input);
    queue.arm(cancelled, Condition::input);
    queue.cancel(cancelled);
    queue.trigger(Condition::input, 1);
    EXPECT_EQ(told, 1) << "an arm needs nothing";
    return {};
}

}  // namespace

std::vector<Operation> operations_of_watches() {
    return {{"watch_by_epoll", &watch_by_epoll},
            {"watch_by_poll", &watch_by_poll},
            {"watch_a_high_number", &watch_a_high_number},
            {"change_an_interest", &change_an_interest},
            {"close_under_a_watch", &close_under_a_watch},
            {"watch_a_signal", &watch_a_signal},
            {"watch_a_child", &watch_a_child},
            {"wait_for_a_condition", &wait_for_a_condition}};
}

}  // namespace tocsin::failure
