// Raw posts, and posts, from signal handlers that interrupt each other.
#include <tocsin/core/raw_event.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

#include <tests/core/full_channel.h>
#include <tests/core/interruptions.h>
#include <tests/core/patience.h>
#include <tests/core/sanitized.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

const RawEvent* outer_raw = nullptr;
const RawEvent* inner_raw = nullptr;
Event* outer_event = nullptr;
Event* inner_event = nullptr;
std::atomic<int> handler_runs{0};

// The handler of SIGALRM is interrupted in its middle by that of SIGUSR1; both post, and spoil
// errno before.
void post_inner(int) {
    const int error = errno;
    errno = ENXIO;
    inner_raw->post();
    inner_event->post();
    if (errno != ENXIO) {
        ::_exit(98);
    }
    errno = error;
}

void post_outer(int) {
    const int error = errno;
    errno = EXDEV;
    outer_raw->post();
    std::raise(SIGUSR1);
    outer_event->post();
    outer_raw->post();
    if (errno != EXDEV) {
        ::_exit(97);
    }
    errno = error;
    handler_runs.fetch_add(1, std::memory_order_relaxed);
}

constexpr std::chrono::microseconds interval{sanitized ? 500 : 50};

struct Counted {
    int delivered = 0;
    RawEvent raw{base::Callback<>{[this] { ++delivered; }}};
    Event event{base::Callback<>{[this] { ++delivered; }}};
};

class PostInSignalHandler : public testing::Test {
protected:
    PostInSignalHandler() {
        for (Counted* const counted : {&outer, &inner}) {
            EXPECT_FALSE(counted->raw.register_with(loop));
            counted->event.register_with(loop);
        }
        outer_raw = &outer.raw;
        inner_raw = &inner.raw;
        outer_event = &outer.event;
        inner_event = &inner.event;
        handler_runs = 0;
    }

    Loop loop;
    Counted outer;
    Counted inner;
    const Handled alarm{SIGALRM, &post_outer};
    const Handled user{SIGUSR1, &post_inner};
    const int wanted = static_cast<int>(rounds_or(10'000, 500));
};

TEST_F(PostInSignalHandler, nested_handlers_keep_errno_and_reach_the_loop_that_they_interrupt) {
    {
        const Interruptions interruptions{interval};
        int wrong = 0;
        EXPECT_TRUE(turn_until(loop, [this, &wrong] {
            errno = EDOM;
            for (int look = 0; look < 100; ++look) {
                wrong += errno != EDOM ? 1 : 0;
            }
            return handler_runs.load() >= wanted;
        }));
        EXPECT_EQ(wrong, 0);
    }
    loop.run_until_idle();
    EXPECT_GT(outer.delivered, 0);
    EXPECT_LE(outer.delivered, 3 * handler_runs.load());
    EXPECT_LE(inner.delivered, 2 * handler_runs.load());
    const int before = outer.delivered + inner.delivered;
    post_outer(0);
    loop.run_until_idle();
    EXPECT_EQ(outer.delivered + inner.delivered, before + 4) << "all four are still armed";
}

TEST_F(PostInSignalHandler, nested_handlers_in_another_thread_reach_a_sleeping_loop) {
    std::atomic<int> wrong{0};
    bool over = false;
    Event end{loop, base::Callback<>{[&over] { over = true; }}};
    std::jthread interrupted{[this, &wrong, &end](const std::stop_token& stop) {
        const Interruptions interruptions{interval};
        while (handler_runs.load() < wanted && !stop.stop_requested()) {
            errno = EDOM;
            for (int look = 0; look < 100; ++look) {
                wrong += errno != EDOM ? 1 : 0;
            }
        }
        end.post();
    }};
    EXPECT_TRUE(turn_until(loop, [&over] { return over; }));
    interrupted.join();
    loop.run_until_idle();
    EXPECT_EQ(wrong.load(), 0);
    EXPECT_GT(outer.delivered, 0);
    EXPECT_GT(inner.delivered, 0);
}

TEST_F(PostInSignalHandler, never_blocks_when_the_channel_is_full) {
    for (const RawEvent* const raw : {outer_raw, inner_raw}) {
        RawPoster poster;
        ASSERT_FALSE(raw->make_poster(poster));
        fill(poster.descriptor());
    }
    {
        const Interruptions interruptions{interval};
        EXPECT_TRUE(comes_true([] { return handler_runs.load() >= 100; }));
    }
    loop.run_until_idle();
    // Two events and two raw events, and these once more for what was in the channels.
    EXPECT_GE(outer.delivered + inner.delivered, 4);
    EXPECT_LE(outer.delivered + inner.delivered, 6);
}

}  // namespace
}  // namespace tocsin::core
