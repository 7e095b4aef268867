// Posts from other threads. Private to bench/loops.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <bench/loops/owner.h>
#include <bench/measure/pieces.h>
#include <bench/measure/program.h>
#include <bench/measure/threads.h>

namespace bench {

// Many posts of slot 0, which may merge, so they cannot be counted: a handler run has to follow the
// last post of each thread, and to see what that thread wrote before. Slot 1 ends the run.
template <typename Library>
Figures post_one(int threads) {
    using Events = typename Library::Events;
    constexpr int posts = 2'000'000;
    struct State {
        std::atomic<Events*> events{nullptr};
        std::atomic<int> written{0};
        std::atomic<int> seen{0};
    } state;
    const Handler handler{[](void* context, std::size_t index) {
                              State& own = *static_cast<State*>(context);
                              if (index == 1) {
                                  own.events.load()->stop();
                                  return;
                              }
                              own.seen.store(own.written.load(std::memory_order_relaxed),
                                             std::memory_order_relaxed);
                          },
                          &state};
    Owner<Events> owner{2, handler, -1};
    state.events = &owner.events();
    const double elapsed = time_threads(threads, [&](int) {
        for (int post = 1; post < posts / threads; ++post) {
            owner.events().post(0);
        }
        state.written.fetch_add(1, std::memory_order_relaxed);
        owner.events().post(0);
    });
    const Stopwatch::time_point end = Stopwatch::now() + std::chrono::seconds{10};
    while (state.seen.load(std::memory_order_relaxed) < threads && Stopwatch::now() < end) {
        std::this_thread::yield();
    }
    require(state.seen == threads, "what was written before the last posts was not seen");
    owner.events().post(1);
    return {{"ns", elapsed / posts}};
}

// Threads that write a word and post, each its own word with nothing but a plain store: a sender
// that looks at a pending flag without a fence may find it set by a post whose handler has read the
// word before. Now and then a thread awaits the sight of what it wrote; it posts again when that
// does not come, and what it posted for has been swallowed.
template <typename Library>
class Litmus {
public:
    using Events = typename Library::Events;

    Figures run() {
        Owner<Events> owner{2, Handler{&deliver, this}, -1};
        events_ = &owner.events();
        time_threads(threads,
                     [&](int number) { post_and_look(words_[static_cast<std::size_t>(number)]); });
        owner.events().post(1);
        return {{"count", static_cast<double>(swallowed_.load())}};
    }

private:
    static constexpr int threads = 2;
    static constexpr int posts = 400'000;
    static constexpr std::chrono::milliseconds patience{50};

    struct alignas(64) Word {
        std::atomic<int> written{0};
        alignas(64) std::atomic<int> seen{0};
    };

    static void deliver(void* context, std::size_t index) {
        Litmus& own = *static_cast<Litmus*>(context);
        if (index == 1) {
            own.events_.load()->stop();
            return;
        }
        for (Word& word : own.words_) {
            word.seen.store(word.written.load(std::memory_order_relaxed),
                            std::memory_order_release);
        }
    }

    void post_and_look(Word& word) {
        std::minstd_rand random{1};
        for (int post = 1; post <= posts; ++post) {
            word.written.store(post, std::memory_order_relaxed);
            events_.load(std::memory_order_relaxed)->post(0);
            if (random() % 16 == 0 && !comes_into_sight(word, post)) {
                ++swallowed_;
                events_.load()->post(0);
            }
        }
    }

    [[nodiscard]] static bool comes_into_sight(const Word& word, int post) {
        const Stopwatch::time_point end = Stopwatch::now() + patience;
        while (word.seen.load(std::memory_order_acquire) < post) {
            if (Stopwatch::now() > end) {
                return word.seen.load(std::memory_order_acquire) >= post;
            }
            std::this_thread::yield();
        }
        return true;
    }

    std::atomic<Events*> events_{nullptr};
    std::array<Word, threads> words_;
    std::atomic<int> swallowed_{0};
};

// What the handlers of distinct events see: how often each was delivered, and the last one of each
// thread, as a library that promises the order of posting has to go round its ring.
template <typename Events>
struct Deliveries {
    Deliveries(std::size_t ring_size, std::size_t threads)
        : ring{ring_size}, times(1 + ring_size * threads), next(threads, 0) {}
    std::atomic<Events*> events{nullptr};
    std::size_t ring;  // a power of two
    std::vector<std::atomic<std::size_t>> times;
    std::vector<std::size_t> next;
    bool in_order = true;

    static void deliver(void* context, std::size_t index) {
        Deliveries& own = *static_cast<Deliveries*>(context);
        if (index == 0) {
            own.events.load()->stop();
            return;
        }
        const std::size_t place = (index - 1) & (own.ring - 1);
        std::size_t& next = own.next[(index - 1) >> std::countr_zero(own.ring)];
        own.in_order = own.in_order && place == next;
        next = (place + 1) & (own.ring - 1);
        // Nobody else writes it.
        own.times[index].store(own.times[index].load(std::memory_order_relaxed) + 1,
                               std::memory_order_release);
    }
};

// Each thread posts its own ring of slots round and round, and reuses a slot once that very slot
// was delivered: not every library delivers in the order of posting.
template <typename Events>
void post_ring(Deliveries<Events>& state, std::size_t thread, std::size_t begin, std::size_t end) {
    const std::size_t first = 1 + thread * state.ring;
    const std::size_t mask = state.ring - 1;
    const int bits = std::countr_zero(state.ring);
    const auto await = [&](std::size_t slot, std::size_t times) {
        while (state.times[slot].load(std::memory_order_acquire) < times) {
            std::this_thread::yield();
        }
    };
    for (std::size_t post = begin; post < end; ++post) {
        await(first + (post & mask), post >> bits);
        state.events.load(std::memory_order_relaxed)->post(first + (post & mask));
    }
    for (std::size_t post = end - state.ring; post < end; ++post) {
        await(first + (post & mask), (post >> bits) + 1);
    }
}

// The middle one of many pieces: which threads share a processor is the scheduler's choice, and it
// keeps to it for a while.
template <typename Library>
Figures post_distinct(int threads, std::size_t ring) {
    using Events = typename Library::Events;
    constexpr std::size_t pieces = 15;
    const std::size_t posts = std::max(ring, 120'000 / static_cast<std::size_t>(threads));
    const std::size_t each = posts - posts % ring;
    Deliveries<Events> state{ring, static_cast<std::size_t>(threads)};
    Owner<Events> owner{state.times.size(), Handler{&Deliveries<Events>::deliver, &state}, -1};
    state.events = &owner.events();
    std::vector<double> took;
    for (std::size_t piece = 0; piece < pieces; ++piece) {
        const double elapsed = time_threads(threads, [&](int number) {
            post_ring(state, static_cast<std::size_t>(number), piece * each, (piece + 1) * each);
        });
        took.push_back(elapsed / static_cast<double>(each) / threads);
    }
    require(state.in_order || !Library::in_order, "posts were not delivered in their order");
    require(std::ranges::all_of(state.times.begin() + 1, state.times.end(),
                                [&](const auto& times) { return times == pieces * each / ring; }),
            "an event was delivered more than once for a post");
    owner.events().post(0);
    return {{"ns", middle_of(std::move(took))}};
}

template <typename Library>
void add_litmus(std::vector<Measurement>& all) {
    if constexpr (!Library::is_queue) {
        all.push_back(
            {"posts swallowed, of 800000", Library::name, [] { return Litmus<Library>{}.run(); }});
    }
}

template <typename Library>
void add_post_cases(std::vector<Measurement>& all) {
    for (const int threads : {1, 2, 4}) {
        const std::string by = ", " + std::to_string(threads) + " threads";
        if constexpr (!Library::is_queue) {
            all.push_back(
                {"post one event" + by, Library::name, [=] { return post_one<Library>(threads); }});
        }
        for (const std::size_t ring : std::initializer_list<std::size_t>{1'024, 65'536}) {
            const std::size_t slots = ring * static_cast<std::size_t>(threads);
            if (slots > Library::events_max || (Library::looks_at_all && slots > 10'000)) {
                continue;
            }
            all.push_back({"post distinct events, ring of " + std::to_string(ring) + by,
                           Library::name, [=] { return post_distinct<Library>(threads, ring); }});
        }
    }
}

}  // namespace bench
