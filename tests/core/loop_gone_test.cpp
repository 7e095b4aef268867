// A loop may go while a poster is between publishing its event and ringing for it.
#include <tocsin/core/loop.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <optional>
#include <random>
#include <thread>

#include <tests/core/interruptions.h>
#include <tests/core/on_processor.h>
#include <tests/core/patience.h>
#include <tests/core/sanitized.h>
#include <tocsin/core/wake_channel.h>

namespace tocsin::core {
namespace {

void dawdle(std::minstd_rand& random) {
    for (std::uint32_t left = static_cast<std::uint32_t>(random()) % 2000; left > 0; --left) {
        [[maybe_unused]] volatile const std::uint32_t seen = left;
    }
}

void dawdle_in_a_handler(int) {
    for (int left = 10'000; left > 0; --left) {
        [[maybe_unused]] volatile const int seen = left;
    }
}

// Posts one event a round, some time after it is told to. It is interrupted all the time, so that
// it often stops between publishing and ringing.
class LatePoster {
public:
    void post_soon(Event& event) { event_.store(&event, std::memory_order_release); }
    [[nodiscard]] bool posted() const { return event_.load(std::memory_order_acquire) == nullptr; }

private:
    void work(const std::stop_token& stop) {
        const OnProcessor there{1};
        const Handled handled{SIGALRM, &dawdle_in_a_handler};
        const Interruptions interruptions{std::chrono::microseconds{sanitized ? 500 : 50}};
        std::minstd_rand random{3};
        while (!stop.stop_requested()) {
            Event* const event = event_.load(std::memory_order_acquire);
            if (event == nullptr) {
                std::this_thread::yield();
                continue;
            }
            dawdle(random);
            event->post();
            event_.store(nullptr, std::memory_order_release);
        }
    }

    std::atomic<Event*> event_{nullptr};
    std::jthread thread_{[this](const std::stop_token& stop) { work(stop); }};
};

// A loop that is woken by its timer at about the time of the post, stops when the event is
// delivered, and goes at once.
void live_one_life(LatePoster& poster, std::minstd_rand& random) {
    Loop loop;
    bool delivered = false;
    Event event{loop, base::Callback<>{[&delivered] { delivered = true; }}};
    Timer waker;
    poster.post_soon(event);
    while (!delivered) {
        waker.arm(loop, loop.refresh_time() + base::Duration{random() % 4000});
        loop.turn(Wait::yes);
    }
}

// For so many rounds or so long, whichever is less: on a busy machine a round takes many times as
// long as on an idle one, and shows no more.
TEST(LoopGone, a_loop_that_goes_waits_for_the_ring_of_a_poster_that_is_on_its_way_out) {
    LatePoster poster;
    const OnProcessor here{0};
    std::minstd_rand random{4};
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{2};
    for (std::int64_t round = 0;
         round < rounds_or(100'000, 5'000) && std::chrono::steady_clock::now() < end; ++round) {
        live_one_life(poster, random);
        // They take the numbers that the loop gave back.
        std::array<WakeChannel, 2> heirs;
        ASSERT_FALSE(heirs[0].open());
        ASSERT_FALSE(heirs[1].open());
        ASSERT_TRUE(comes_true([&] { return poster.posted(); }));
        ASSERT_EQ(heirs[0].drain() + heirs[1].drain(), 0U)
            << "a late ring reached a stranger, in round " << round;
    }
}

TEST(LoopGone, a_loop_may_be_stopped_by_another_thread_and_go_at_once) {
    std::atomic<Loop*> next{nullptr};
    std::jthread stopper{[&next](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            if (Loop* const loop = next.exchange(nullptr)) {
                loop->stop();
            } else {
                std::this_thread::yield();
            }
        }
    }};
    for (std::int64_t round = 0; round < rounds_or(50'000, 5'000); ++round) {
        Loop loop;
        next.store(&loop);
        loop.run();
    }
}

}  // namespace
}  // namespace tocsin::core
