// Timers: armed, cancelled, expired. Private to bench/loops.
#pragma once

#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <bench/loops/handler.h>
#include <bench/measure/memory.h>
#include <bench/measure/pieces.h>
#include <bench/measure/program.h>
#include <bench/measure/stopwatch.h>

namespace bench {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using Nanoseconds = std::chrono::nanoseconds;

// Between these two from now; the same ones in each run, so that every library gets the same work.
inline std::vector<Nanoseconds> distances(std::size_t count, Nanoseconds least, Nanoseconds most) {
    std::mt19937_64 random{42};
    std::uniform_int_distribution<Nanoseconds::rep> between{least.count(), most.count()};
    std::vector<Nanoseconds> all(count);
    std::ranges::generate(all, [&] { return Nanoseconds{between(random)}; });
    return all;
}

inline std::vector<std::size_t> shuffled(std::size_t count) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    std::ranges::shuffle(order, std::mt19937_64{7});
    return order;
}

// So often that a measurement is of 300,000 timers in all, or of more at once.
inline std::size_t times_for(std::size_t count) {
    return std::max<std::size_t>(1, 300'000 / count);
}

// Arms all and cancels all, in random order, and says what either took.
template <typename Library>
class ArmAndCancel {
public:
    ArmAndCancel(std::size_t count, Nanoseconds least, Nanoseconds most)
        : distances_{distances(count, least, most)},
          order_{shuffled(count)},
          timers_{count,
                  Handler{[](void*, std::size_t) { require(false, "too early"); }, nullptr}} {}

    void run() {
        const auto timers = static_cast<double>(distances_.size());
        std::vector<double> arming;
        std::vector<double> cancelling;
        // The first time takes the page faults of a library that allocates.
        for (std::size_t time = 0; time <= times_for(distances_.size()); ++time) {
            const Stopwatch::time_point start = Stopwatch::now();
            for (std::size_t index = 0; index < distances_.size(); ++index) {
                timers_.arm(index, distances_[index]);
            }
            arming.push_back(nanoseconds_since(start) / timers);
            const Stopwatch::time_point armed = Stopwatch::now();
            for (const std::size_t index : order_) {
                timers_.cancel(index);
            }
            cancelling.push_back(nanoseconds_since(armed) / timers);
        }
        arm_ns = median_but_the_first(arming);
        cancel_ns = median_but_the_first(cancelling);
    }
    double arm_ns = 0;
    double cancel_ns = 0;

private:
    static double median_but_the_first(std::vector<double> all) {
        all.erase(all.begin());
        return middle_of(std::move(all));
    }

    std::vector<Nanoseconds> distances_;
    std::vector<std::size_t> order_;
    typename Library::Timers timers_;
};

template <typename Library>
Figures arm(std::size_t count, Nanoseconds least, Nanoseconds most) {
    ArmAndCancel<Library> cycle{count, least, most};
    cycle.run();
    return {{"ns", cycle.arm_ns}};
}

template <typename Library>
Figures cancel(std::size_t count) {
    ArmAndCancel<Library> cycle{count, 1s, 3600s};
    cycle.run();
    return {{"ns", cycle.cancel_ns}};
}

// All are due before the loop runs, so that what is measured is work and not the passing of time.
template <typename Library>
Figures expire(std::size_t count) {
    using Timers = typename Library::Timers;
    struct State {
        Timers* timers = nullptr;
        std::size_t left = 0;
    } state;
    Timers timers{count, Handler{[](void* context, std::size_t) {
                                     State& own = *static_cast<State*>(context);
                                     if (--own.left == 0) {
                                         own.timers->stop();
                                     }
                                 },
                                 &state}};
    state.timers = &timers;
    const Nanoseconds least = count > 100'000 ? Nanoseconds{1500ms} : Nanoseconds{20ms};
    const Nanoseconds most = least + least / 5;
    const std::vector<Nanoseconds> all = distances(count, least, most);
    std::vector<double> samples;
    for (std::size_t time = 0; time < std::min<std::size_t>(times_for(count), 15); ++time) {
        state.left = count;
        const Stopwatch::time_point begun = Stopwatch::now();
        for (std::size_t index = 0; index < count; ++index) {
            timers.arm(index, all[index]);
        }
        const Stopwatch::time_point armed = Stopwatch::now();
        require(armed < begun + least, "timers that are armed before the first is due");
        std::this_thread::sleep_until(armed + most + 2ms);
        const Stopwatch::time_point start = Stopwatch::now();
        timers.run();
        samples.push_back(nanoseconds_since(start) / static_cast<double>(count));
        require(state.left == 0, "timers that expired");
    }
    return {{"ns", middle_of(std::move(samples))}};
}

template <typename Library>
Figures memory_of_timers(std::size_t count) {
    const std::vector<Nanoseconds> all = distances(count, 1s, 3600s);
    const double before = resident_bytes();
    typename Library::Timers timers{count, Handler{[](void*, std::size_t) {}, nullptr}};
    for (std::size_t index = 0; index < count; ++index) {
        timers.arm(index, all[index]);
    }
    return {{"bytes", (resident_bytes() - before) / static_cast<double>(count)}};
}

// How many a measurement ends with before its time is over.
template <typename Library>
constexpr std::size_t timers_max_of() {
    if constexpr (requires { Library::timers_max; }) {
        return Library::timers_max;
    } else {
        return SIZE_MAX;
    }
}

template <typename Library>
void add_timer_cases_of(std::vector<Measurement>& all, std::size_t count) {
    const char* const name = Library::name;
    const std::string of = ", " + std::to_string(count);
    all.push_back({"timers: arm far" + of, name, [=] { return arm<Library>(count, 1s, 3600s); }});
    all.push_back({"timers: arm near" + of, name, [=] { return arm<Library>(count, 1ms, 200ms); }});
    all.push_back({"timers: cancel" + of, name, [=] { return cancel<Library>(count); }});
    all.push_back({"timers: expire" + of, name, [=] { return expire<Library>(count); }});
}

template <typename Library>
void add_timer_cases(std::vector<Measurement>& all) {
    if constexpr (requires { typename Library::Timers; }) {
        constexpr std::size_t most = timers_max_of<Library>();
        for (const std::size_t count : std::initializer_list<std::size_t>{100, 10'000, 1'000'000}) {
            if (count <= most) {
                add_timer_cases_of<Library>(all, count);
            }
        }
        if (most >= 1'000'000) {
            all.push_back({"timers: memory, 1000000", Library::name,
                           [] { return memory_of_timers<Library>(1'000'000); }});
        }
    }
}

}  // namespace bench
