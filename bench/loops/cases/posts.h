// Posts from other threads. Private to bench/loops.
#pragma once

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <bench/loops/owner.h>
#include <bench/measure/program.h>
#include <bench/measure/threads.h>

namespace bench {

// Many posts of slot 0, which may merge, so they cannot be counted: a handler run has to follow the
// last post of each thread, and to see what that thread wrote before. Slot 1 ends the run.
template <typename Library>
Figures post_one(int threads) {
    using Events = typename Library::Events;
    constexpr int posts = 400'000;
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

// What the handlers of distinct events see: how often each was delivered, and the last one of each
// thread, as a library that promises the order of posting has to go round its ring.
template <typename Events>
struct Deliveries {
    Deliveries(std::size_t ring_size, std::size_t threads)
        : ring{ring_size}, times(1 + ring_size * threads), last(threads, 0) {}
    std::atomic<Events*> events{nullptr};
    std::size_t ring;
    std::vector<std::atomic<std::size_t>> times;
    std::vector<std::size_t> last;
    bool in_order = true;

    static void deliver(void* context, std::size_t index) {
        Deliveries& own = *static_cast<Deliveries*>(context);
        if (index == 0) {
            own.events.load()->stop();
            return;
        }
        const std::size_t thread = (index - 1) / own.ring;
        const std::size_t place = (index - 1) % own.ring;
        own.in_order = own.in_order && place == own.last[thread];
        own.last[thread] = place + 1 == own.ring ? 0 : place + 1;
        own.times[index].fetch_add(1, std::memory_order_release);
    }
};

// Each thread posts its own ring of slots round and round, and reuses a slot once that very slot
// was delivered: not every library delivers in the order of posting.
template <typename Events>
void post_ring(Deliveries<Events>& state, std::size_t thread, std::size_t begin, std::size_t end) {
    const std::size_t first = 1 + thread * state.ring;
    const auto await = [&](std::size_t slot, std::size_t times) {
        while (state.times[slot].load(std::memory_order_acquire) < times) {
            std::this_thread::yield();
        }
    };
    for (std::size_t post = begin; post < end; ++post) {
        await(first + post % state.ring, post / state.ring);
        state.events.load(std::memory_order_relaxed)->post(first + post % state.ring);
    }
    for (std::size_t post = end - state.ring; post < end; ++post) {
        await(first + post % state.ring, post / state.ring + 1);
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
    owner.events().post(0);
    std::ranges::sort(took);
    return {{"ns", took[pieces / 2]}};
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
