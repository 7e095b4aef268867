// Loops that wake each other. Private to bench/loops.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <bench/loops/owner.h>
#include <bench/measure/latencies.h>
#include <bench/measure/program.h>

namespace bench {

// Two loops that wake each other; slot 1 of each ends it.
template <typename Events>
class PingPong {
public:
    PingPong(std::size_t trips, int first_processor, int second_processor)
        : wanted_{trips},
          first_{2, Handler{&ping, this}, first_processor},
          second_{2, Handler{&pong, this}, second_processor} {
        took_.reserve(trips);
    }

    void begin() {
        started_ = Stopwatch::now();
        second_.events().post(0);
    }
    // What each round trip took.
    [[nodiscard]] std::vector<double> finish() {
        finished_.acquire();
        require(took_.size() == wanted_, "round trips");
        first_.events().post(1);
        second_.events().post(1);
        return took_;
    }

private:
    static void ping(void* context, std::size_t index) {
        PingPong& own = *static_cast<PingPong*>(context);
        if (index == 1) {
            own.first_.events().stop();
            return;
        }
        const Stopwatch::time_point now = Stopwatch::now();
        own.took_.push_back(std::chrono::duration<double, std::nano>(now - own.started_).count());
        if (own.took_.size() == own.wanted_) {
            own.finished_.release();
            return;
        }
        own.started_ = now;
        own.second_.events().post(0);
    }
    static void pong(void* context, std::size_t index) {
        PingPong& own = *static_cast<PingPong*>(context);
        if (index == 1) {
            own.second_.events().stop();
        } else {
            own.first_.events().post(0);
        }
    }

    std::size_t wanted_;
    std::vector<double> took_;
    Stopwatch::time_point started_;
    std::binary_semaphore finished_{0};
    Owner<Events> first_;
    Owner<Events> second_;
};

template <typename Events>
Figures ping_pong(std::size_t trips, int first_processor, int second_processor) {
    PingPong<Events> players{trips, first_processor, second_processor};
    players.begin();
    return quantiles(players.finish());
}

// As many pairs at once, all on one processor; the time of a round trip, as if there were one pair.
template <typename Events>
Figures ping_pongs(std::size_t pairs) {
    constexpr std::size_t trips = 24'000;
    std::deque<PingPong<Events>> all;
    for (std::size_t pair = 0; pair < pairs; ++pair) {
        all.emplace_back(trips / pairs, 0, 0);
    }
    const Stopwatch::time_point start = Stopwatch::now();
    for (PingPong<Events>& one : all) {
        one.begin();
    }
    for (PingPong<Events>& one : all) {
        static_cast<void>(one.finish());
    }
    return {{"ns", nanoseconds_since(start) / static_cast<double>(trips)}};
}

// A poster that sleeps before each post, so that the loop and its processor have fallen asleep;
// from the post to the handler.
template <typename Events>
Figures wake_after_pause(std::chrono::microseconds pause) {
    constexpr std::size_t wakes = 1'500;
    struct State {
        std::atomic<Events*> events{nullptr};
        Stopwatch::time_point posted;
        std::vector<double> took;
        std::binary_semaphore woken{0};
    } state;
    state.took.reserve(wakes);
    const Handler handler{[](void* context, std::size_t index) {
                              State& own = *static_cast<State*>(context);
                              if (index == 1) {
                                  own.events.load()->stop();
                                  return;
                              }
                              own.took.push_back(nanoseconds_since(own.posted));
                              own.woken.release();
                          },
                          &state};
    Owner<Events> owner{2, handler, 1};
    state.events = &owner.events();
    pin_to(0);
    for (std::size_t wake = 0; wake < wakes; ++wake) {
        std::this_thread::sleep_for(pause);
        state.posted = Stopwatch::now();
        owner.events().post(0);
        state.woken.acquire();
    }
    require(state.took.size() == wakes, "wakes");
    owner.events().post(1);
    return quantiles(std::move(state.took));
}

// `Events` is the way in which the library waits when it is called `name`.
template <typename Events>
void add_wakes_across(std::vector<Measurement>& all, const std::string& name) {
    all.push_back(
        {"wake ping-pong, across cores", name, [] { return ping_pong<Events>(10'000, 0, 1); }});
    all.push_back({"wake after a pause of 200 us", name,
                   [] { return wake_after_pause<Events>(std::chrono::microseconds{200}); }});
}

// A thread that never sleeps keeps the other one from their processor.
template <typename Library>
void add_wakes_on_one(std::vector<Measurement>& all) {
    using Events = typename Library::Events;
    all.push_back({"wake ping-pong, one core", Library::name,
                   [] { return ping_pong<Events>(20'000, 0, 0); }});
    for (const std::size_t pairs : std::initializer_list<std::size_t>{1, 2, 4, 8}) {
        all.push_back({"loops: ping-pongs of " + std::to_string(pairs), Library::name,
                       [=] { return ping_pongs<Events>(pairs); }});
    }
}

template <typename Library>
void add_wake_cases(std::vector<Measurement>& all) {
    if constexpr (!Library::is_queue) {
        add_wakes_across<typename Library::Events>(all, Library::name);
        if constexpr (!requires { Library::never_sleeps; }) {
            add_wakes_on_one<Library>(all);
        }
    }
}

}  // namespace bench
