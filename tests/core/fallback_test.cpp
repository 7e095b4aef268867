// A loop works where the kernel, or a sandbox, refuses what it would rather use.
#include <cerrno>
#include <gtest/gtest.h>
#include <string>
#include <sys/syscall.h>
#include <thread>

#include <tests/core/forked.h>
#include <tests/core/hidden_call.h>
#include <tests/core/patience.h>
#include <tests/core/pipe.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/raw_event.h>

namespace tocsin::core {
namespace {

// Whether a loop sleeps, is woken by a post, a raw post, a descriptor and a timer, and does not
// spin.
bool works(Loop& loop) {
    const Pipe pipe;
    int delivered = 0;
    RawEvent raw{base::Callback<>{[&delivered] { ++delivered; }}};
    Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
    Watch watch{base::Callback<Conditions>{[&delivered](Conditions) { ++delivered; }}};
    Timer timer{base::Callback<>{[&delivered] { ++delivered; }}};
    if (raw.register_with(loop) ||
        watch.register_with(loop, pipe.reader.number(), Condition::input)) {
        return false;
    }
    timer.arm(loop, loop.refresh_time() + std::chrono::milliseconds{20});
    int turns = 0;
    for (; timer.armed(); ++turns) {
        loop.turn(Wait::yes);
    }
    std::jthread poster{[&] {
        event.post();
        raw.post();
        pipe.write_byte();
    }};
    return turn_until(loop, [&delivered] { return delivered >= 4; }) && turns < 10;
}

// Hides one call in a child, and looks by which of `ways` a loop waits there.
int wait_without(unsigned call, int refusal, const std::string& ways) {
    return in_child([call, refusal, &ways] {
        if (!hide_call(call, refusal)) {
            return 1;
        }
        Loop loop;
        if (!works(loop)) {
            return 2;
        }
        return ways.find(loop.waits_with()) == std::string::npos ? 3 : 0;
    });
}

constexpr int refusals[] = {ENOSYS, EPERM, EINVAL};

TEST(Fallback, without_epoll_pwait2_a_loop_waits_with_epoll) {
    for (const int refusal : refusals) {
        EXPECT_EQ(wait_without(SYS_epoll_pwait2, refusal, "epoll or poll"), 0) << refusal;
    }
}

TEST(Fallback, without_epoll_a_loop_waits_with_poll) {
    for (const int refusal : refusals) {
        EXPECT_EQ(wait_without(SYS_epoll_create1, refusal, "poll"), 0) << refusal;
    }
}

TEST(Fallback, with_an_epoll_that_takes_no_entries_a_loop_waits_with_poll) {
    EXPECT_EQ(wait_without(SYS_epoll_ctl, EPERM, "poll"), 0);
}

TEST(Fallback, a_loop_that_is_asked_to_waits_with_poll) {
    Loop loop{LoopOptions{.use_epoll = false}};
    EXPECT_STREQ(loop.waits_with(), "poll");
    EXPECT_TRUE(works(loop));
}

TEST(Fallback, a_loop_works_by_default) {
    Loop loop;
    EXPECT_TRUE(works(loop)) << loop.waits_with();
}

}  // namespace
}  // namespace tocsin::core
