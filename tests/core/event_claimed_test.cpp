// Unregistering an event that a poster has claimed and not made visible yet: the poster is stopped
// there, between its two atomic steps, by a signal.
#include <tocsin/core/event.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <gtest/gtest.h>
#include <memory>
#include <sched.h>
#include <thread>

#include <tests/core/forked.h>
#include <tests/core/interruptions.h>
#include <tests/core/patience.h>
#include <tests/core/sanitized.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

// A thread posts one event after the other. On demand a signal stops it anywhere.
class Halted {
public:
    Halted() {
        halted_ = this;
        for (Slot& slot : slots_) {
            slot.event->register_with(loop_);
        }
        poster_ = std::jthread{[this] { post_all_the_time(); }};
    }
    Halted(const Halted&) = delete;
    Halted& operator=(const Halted&) = delete;
    ~Halted() {
        over_ = true;
        poster_.join();
        loop_.run_until_idle();
    }

    // Stops the poster somewhere, and unregisters and frees the event that it is posting, if it has
    // claimed it and not made it visible yet. True when it had.
    bool meets_a_claim() {
        Slot* const claimed = halt_in_a_claim();
        if (claimed == nullptr) {
            return false;
        }
        Slot& slot = *claimed;
        const int before = slot.delivered;
        pause_ = true;
        stage_ = Stage::unregistering;
        slot.event->unregister();
        EXPECT_TRUE(went_on_.exchange(false)) << "it did not wait for the poster";
        slot.event.reset();
        EXPECT_TRUE(comes_true([this] { return paused_.load(); }));
        loop_.run_until_idle();
        EXPECT_EQ(slot.delivered, before);
        slot.event = slot.new_event();
        slot.event->register_with(loop_);
        pause_ = false;
        return true;
    }

    // As above, but it is a forked child that goes on with the loop and unregisters the event:
    // there nobody makes the event visible any more.
    bool meets_a_claim_in_a_child() {
        Slot* const slot = halt_in_a_claim();
        if (slot == nullptr) {
            return false;
        }
        EXPECT_EQ(in_child([this, slot] {
                      if (loop_.continue_in_child()) {
                          return false;
                      }
                      slot->event->unregister();
                      slot->event->register_with(loop_);
                      const int before = slot->delivered;
                      slot->event->post();
                      loop_.run_until_idle();
                      return slot->delivered == before + 1;
                  }),
                  0);
        stage_ = Stage::posting;
        return true;
    }

private:
    enum class Stage { posting, halted, unregistering };

    struct Slot {
        std::unique_ptr<Event> new_event() {
            return std::make_unique<Event>(base::Callback<>{[this] { ++delivered; }});
        }
        int delivered = 0;
        std::unique_ptr<Event> event = new_event();
    };

    // Stops the poster somewhere. What it is posting, if it has claimed that and not made it
    // visible yet; nullptr otherwise, and then it goes on.
    Slot* halt_in_a_claim() {
        halt_wanted_ = true;
        if (!comes_true([this] {
                loop_.turn(Wait::no);
                return stage_ == Stage::halted;
            })) {
            ADD_FAILURE() << "no signal has stopped the poster";
            return nullptr;
        }
        loop_.run_until_idle();
        Slot& slot = slots_[current_];
        const int before = slot.delivered;
        // Merged into the poster's own post, which nobody can see, or else delivered.
        slot.event->post();
        loop_.run_until_idle();
        if (slot.delivered > before) {
            stage_ = Stage::posting;
            return nullptr;
        }
        return &slot;
    }

    void post_all_the_time() {
        const Interruptions interruptions{std::chrono::microseconds{100}};
        while (!over_) {
            for (std::size_t number = 0; number < slots_.size() && !pause_; ++number) {
                current_ = number;
                slots_[number].event->post();
            }
            paused_ = pause_.load();
            std::this_thread::yield();
        }
    }

    static void halt(int) {
        Halted& all = *halted_;
        if (!all.halt_wanted_.exchange(false)) {
            return;
        }
        all.stage_ = Stage::halted;
        while (all.stage_ == Stage::halted && !all.over_) {
            ::sched_yield();
        }
        // So that unregister() has begun to wait, most of the time.
        for (int look = 0; look < 100 && all.stage_ == Stage::unregistering; ++look) {
            ::sched_yield();
        }
        all.went_on_ = all.stage_ == Stage::unregistering;
        all.stage_ = Stage::posting;
    }

    inline static std::atomic<Halted*> halted_{nullptr};

    const Handled handled_{SIGALRM, &halt};
    Loop loop_;
    std::array<Slot, 64> slots_;
    std::atomic<std::size_t> current_{0};
    std::atomic<Stage> stage_{Stage::posting};
    std::atomic<bool> halt_wanted_{false};
    std::atomic<bool> went_on_{false};
    std::atomic<bool> pause_{false};
    std::atomic<bool> paused_{false};
    std::atomic<bool> over_{false};
    std::jthread poster_;
};

// The thread sanitizer lets no signal in between two atomic steps, so there are no claims to meet.
TEST(EventClaimed, unregistering_waits_for_the_poster_and_drops_the_post) {
    constexpr int wanted = thread_sanitized ? 0 : 20;
    Halted poster;
    int met = 0;
    EXPECT_TRUE(comes_true([&] {
        met += met < wanted && poster.meets_a_claim() ? 1 : 0;
        return met >= wanted;
    })) << met;
}

TEST(EventClaimed, a_forked_child_does_not_wait_for_a_poster_that_it_does_not_have) {
    Halted poster;
    EXPECT_TRUE(
        comes_true([&poster] { return thread_sanitized || poster.meets_a_claim_in_a_child(); }));
}

}  // namespace
}  // namespace tocsin::core
