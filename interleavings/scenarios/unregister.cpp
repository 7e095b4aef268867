// Events that are unregistered while others post: no handler runs, and nobody touches them.
#include <array>
#include <optional>

#include <scenarios/scenario.h>
#include <scenarios/turning.h>

namespace interleavings {

namespace {

// An event that goes while its poster may be inside post().
struct Passing {
    explicit Passing(Turning& turning) noexcept
        : event{std::in_place, turning.loop(), base::Callback<>{[this] { deliver(); }}} {}

    void deliver() noexcept {
        expect(!gone, "the handler of an event that is unregistered is not called");
        delivered = true;
    }

    // Its only poster has begun when it has been delivered or is pending, so it may go then.
    void go_if_claimed() noexcept {
        if (delivered || (event && event->pending())) {
            event.reset();
            gone = true;
        }
    }

    std::optional<core::Event> event;
    bool delivered = false;
    bool gone = false;
};

// Its handler makes another event go.
struct Remover {
    Remover(Turning& of, Passing& other) noexcept
        : turning{of}, passing{other}, event{of.loop(), base::Callback<>{[this] { deliver(); }}} {}

    void deliver() noexcept {
        passing.go_if_claimed();
        turning.count_delivery();
    }

    Turning& turning;
    Passing& passing;
    core::Event event;
};

void unregister_meets_a_poster() {
    Turning turning{1};
    Passing passing{turning};
    Remover remover{turning, passing};
    start([&] { passing.event->post(); });
    start([&] { remover.event.post(); });
    turning.run();
    join();
}

// What is posted around an event that goes is delivered all the same.
void the_others_stay() {
    Turning turning{2};
    Passing passing{turning};
    Remover remover{turning, passing};
    Remover second{turning, passing};
    start([&] {
        remover.event.post();
        second.event.post();
    });
    start([&] { passing.event->post(); });
    turning.run();
    join();
}

// Two threads post one event, merged or not, while those beside it in the queue are unregistered:
// that touches its word, and what the threads have written is seen by the handler all the same.
struct Neighbours {
    explicit Neighbours(core::Loop& loop_of) noexcept
        : loop{loop_of}, board{loop_of, base::Callback<>{[this] { look(); }}} {}

    void look() noexcept {
        if (words[0].load(std::memory_order_relaxed) + words[1].load(std::memory_order_relaxed) ==
            2) {
            loop.stop();
        }
    }
    void write(std::size_t writer) noexcept {
        words[writer].store(1, std::memory_order_relaxed);
        board.post();
    }

    core::Loop& loop;
    std::array<Atomic<int>, 2> words;
    core::Event board;
};

// Both neighbours are pending at once, or one after the other.
template <bool one_by_one>
void neighbours_go() {
    Turning turning{1};
    Neighbours neighbours{turning.loop()};
    core::Event first{turning.loop(), base::Callback<>{}};
    core::Event second{turning.loop(), base::Callback<>{}};
    start([&] { neighbours.write(0); });
    start([&] { neighbours.write(1); });
    (one_by_one ? first : second).post();
    first.unregister();
    second.post();
    second.unregister();
    turning.run();
    join();
}

// The handler that frees its own event, whose poster may not have left post() yet.
struct Freed {
    explicit Freed(core::Loop& of) noexcept
        : loop{of}, event{std::in_place, of, base::Callback<>{[this] { free_it(); }}} {}

    void free_it() noexcept {
        event.reset();
        loop.stop();
    }

    core::Loop& loop;
    std::optional<core::Event> event;
};

void a_handler_frees_its_event() {
    Turning turning{1};
    Freed freed{turning.loop()};
    start([&] { freed.event->post(); });
    turning.run();
    join();
}

constexpr Scenario scenarios[] = {
    {"unregister_meets_a_poster", &unregister_meets_a_poster, {}},
    {"a_handler_frees_its_event", &a_handler_frees_its_event, {}},
    {"the_others_stay", &the_others_stay, {}},
    {"neighbours_go_first", &neighbours_go<true>, {}},
    {"neighbours_go_last", &neighbours_go<false>, {}},
};

}  // namespace

std::span<const Scenario> unregister_scenarios() noexcept {
    return scenarios;
}

}  // namespace interleavings
