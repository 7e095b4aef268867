// Posts and wakes between threads: Tocsin, its peers and the bare kernel. Private to bench.
#include <atomic>
#include <optional>
#include <semaphore>
#include <thread>

#include "peer_ivykis.h"
#include "peer_kernel.h"
#include "peer_libuv.h"
#include "peer_tocsin.h"
#include "rounds.h"

namespace bench {
namespace {

// A loop in a thread of its own, with its peer made there.
template <typename Peer>
class Owner {
public:
    Owner(std::size_t slots, Handler handler, int processor)
        : thread_{[this, slots, handler, processor] {
              if (processor >= 0) {
                  pin_to(processor);
              }
              Peer peer{slots, handler};
              peer_ = &peer;
              ready_.release();
              peer.run();
              done_.acquire();
          }} {
        ready_.acquire();
    }
    ~Owner() {
        done_.release();
        thread_.join();
    }
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;

    [[nodiscard]] Peer& peer() { return *peer_; }

private:
    Peer* peer_ = nullptr;
    std::binary_semaphore ready_{0};
    std::binary_semaphore done_{0};
    std::thread thread_;
};

// Runs `work(number)` in `count` threads; returns the nanoseconds until all are done.
template <typename Work>
double time_threads(int count, Work work) {
    std::vector<std::thread> threads;
    std::atomic<bool> go{false};
    for (int number = 0; number < count; ++number) {
        threads.emplace_back([&, number] {
            go.wait(false);
            work(number);
        });
    }
    const Stopwatch::time_point start = Stopwatch::now();
    go = true;
    go.notify_all();
    for (std::thread& thread : threads) {
        thread.join();
    }
    return nanoseconds_since(start);
}

// Many posts of slot 0, which merge, so they cannot be counted: a handler run has to follow the
// last post of each thread, and to see what that thread wrote before. Slot 1 ends the run.
template <typename Peer>
double post_one(int threads) {
    constexpr int posts = 400'000;
    struct State {
        std::atomic<Peer*> peer{nullptr};
        std::atomic<int> written{0};
        std::atomic<int> seen{0};
    } state;
    const Handler handler{[](void* context, std::size_t index) {
                              State& own = *static_cast<State*>(context);
                              if (index == 1) {
                                  own.peer.load()->stop();
                                  return;
                              }
                              own.seen.store(own.written.load(std::memory_order_relaxed),
                                             std::memory_order_relaxed);
                          },
                          &state};
    Owner<Peer> owner{2, handler, -1};
    state.peer = &owner.peer();
    const double elapsed = time_threads(threads, [&](int) {
        for (int post = 1; post < posts / threads; ++post) {
            owner.peer().post(0);
        }
        state.written.fetch_add(1, std::memory_order_relaxed);
        owner.peer().post(0);
    });
    const Stopwatch::time_point end = Stopwatch::now() + std::chrono::seconds{10};
    while (state.seen.load(std::memory_order_relaxed) < threads && Stopwatch::now() < end) {
        std::this_thread::yield();
    }
    require(state.seen == threads, "last posts that were seen");
    owner.peer().post(1);
    return elapsed / posts;
}

// Each thread posts its own ring of slots round and round, and reuses a slot once that very slot
// was delivered: not every library delivers in the order of posting.
template <typename Peer>
double post_distinct(int threads, std::size_t ring) {
    const std::size_t posts = 200'000 / static_cast<std::size_t>(threads);
    struct State {
        std::atomic<Peer*> peer{nullptr};
        std::vector<std::atomic<std::size_t>> delivered;
    } state{.peer = nullptr,
            .delivered = std::vector<std::atomic<std::size_t>>(
                1 + ring * static_cast<std::size_t>(threads))};
    const Handler handler{[](void* context, std::size_t index) {
                              State& own = *static_cast<State*>(context);
                              own.delivered[index].fetch_add(1, std::memory_order_release);
                              if (index == 0) {
                                  own.peer.load()->stop();
                              }
                          },
                          &state};
    Owner<Peer> owner{state.delivered.size(), handler, -1};
    state.peer = &owner.peer();
    const double elapsed = time_threads(threads, [&](int number) {
        const std::size_t first = 1 + static_cast<std::size_t>(number) * ring;
        const auto await = [&](std::size_t slot, std::size_t times) {
            while (state.delivered[slot].load(std::memory_order_acquire) < times) {
                std::this_thread::yield();
            }
        };
        for (std::size_t post = 0; post < posts; ++post) {
            await(first + post % ring, post / ring);
            owner.peer().post(first + post % ring);
        }
        for (std::size_t post = posts - ring; post < posts; ++post) {
            await(first + post % ring, post / ring + 1);
        }
    });
    owner.peer().post(0);
    return elapsed / static_cast<double>(posts) / threads;
}

// Two loops that wake each other; nanoseconds for a round trip.
template <typename Peer>
double ping_pong(int first_processor, int second_processor) {
    constexpr int trips_wanted = 10'000;
    struct State {
        std::atomic<Peer*> peers[2] = {nullptr, nullptr};
        int trips = 0;
        std::binary_semaphore finished{0};
    } state;
    const Handler ping{[](void* context, std::size_t index) {
                           State& own = *static_cast<State*>(context);
                           if (index == 1) {
                               own.peers[0].load()->stop();
                           } else if (++own.trips == trips_wanted) {
                               own.finished.release();
                           } else {
                               own.peers[1].load()->post(0);
                           }
                       },
                       &state};
    const Handler pong{[](void* context, std::size_t index) {
                           State& own = *static_cast<State*>(context);
                           if (index == 1) {
                               own.peers[1].load()->stop();
                           } else {
                               own.peers[0].load()->post(0);
                           }
                       },
                       &state};
    Owner<Peer> first{2, ping, first_processor};
    Owner<Peer> second{2, pong, second_processor};
    state.peers[0] = &first.peer();
    state.peers[1] = &second.peer();
    const Stopwatch::time_point start = Stopwatch::now();
    second.peer().post(0);
    state.finished.acquire();
    const double elapsed = nanoseconds_since(start);
    require(state.trips == trips_wanted, "round trips");
    first.peer().post(1);
    second.peer().post(1);
    return elapsed / trips_wanted;
}

enum class Slots { merging, distinct };

// The same measurement for every library that is there.
template <typename Measure>
std::vector<Contestant> everybody(Slots slots, Measure measure) {
    std::vector<Contestant> all;
    all.push_back({TocsinPeer::name, [=] { return measure.template operator()<TocsinPeer>(); }});
#if TOCSIN_HAS_IVYKIS
    all.push_back({IvykisPeer::name, [=] { return measure.template operator()<IvykisPeer>(); }});
#endif
#if TOCSIN_HAS_LIBUV
    if (slots == Slots::merging) {
        all.push_back({LibuvPeer::name, [=] { return measure.template operator()<LibuvPeer>(); }});
    } else {
        all.push_back(
            {LibuvQueuePeer::name, [=] { return measure.template operator()<LibuvQueuePeer>(); }});
    }
#endif
    all.push_back({KernelPeer::name, [=] { return measure.template operator()<KernelPeer>(); }});
    return all;
}

std::vector<Case> all_cases() {
    std::vector<Case> cases;
    for (const int threads : {1, 2, 4}) {
        cases.push_back(
            {"post one event, " + std::to_string(threads) + " threads",
             everybody(Slots::merging, [=]<typename Peer> { return post_one<Peer>(threads); })});
    }
    for (const int threads : {1, 2, 4}) {
        cases.push_back(
            {"post distinct events, ring of 1024, " + std::to_string(threads) + " threads",
             everybody(Slots::distinct,
                       [=]<typename Peer> { return post_distinct<Peer>(threads, 1024); })});
    }
    cases.push_back(
        {"wake ping-pong on one core, round trip",
         everybody(Slots::merging, []<typename Peer> { return ping_pong<Peer>(0, 0); })});
    cases.push_back(
        {"wake ping-pong across cores, round trip",
         everybody(Slots::merging, []<typename Peer> { return ping_pong<Peer>(0, 1); })});
    return cases;
}

}  // namespace
}  // namespace bench

int main(int argument_count, char** arguments) {
    return bench::run_cases(bench::all_cases(), argument_count, arguments);
}
