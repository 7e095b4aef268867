// What a trigger costs as armed clients grow. Private to bench/notify.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <tocsin/core/wait_queue.h>

#include <bench/measure/pieces.h>
#include <bench/measure/stopwatch.h>
#include <bench/notify/cases.h>

namespace bench {
namespace {

using tocsin::core::Arm;
using tocsin::core::Condition;
using tocsin::core::Conditions;
using tocsin::core::WaitQueue;

struct Crowd {
    explicit Crowd(std::size_t waiting) {
        for (std::size_t number = 0; number < waiting; ++number) {
            queue.arm(arms.emplace_back(), Condition::input, 1'000'000);
        }
    }
    WaitQueue queue;
    long fired = 0;
    std::deque<Arm> arms;
};

// Clients that arm again when they fire.
class Ladder {
public:
    // Whether each waits for an amount of its own, or all for 1.
    enum class Steps : bool { none, distinct };

    explicit Ladder(std::size_t waiting, Steps steps = Steps::distinct)
        : step_{steps == Steps::none ? 0 : 1}, next_amount_{1} {
        std::vector<std::int64_t> amounts;
        for (std::size_t number = 0; number < waiting; ++number) {
            amounts.push_back(std::exchange(next_amount_, next_amount_ + step_));
        }
        std::ranges::shuffle(amounts, std::minstd_rand{1});
        for (const std::int64_t amount : amounts) {
            queue.arm(clients_.emplace_back(*this).arm, Condition::input, amount);
        }
    }
    WaitQueue queue;
    std::int64_t fired = 0;

private:
    struct Client {
        explicit Client(Ladder& all) : ladder{all} {}
        void fire(Conditions) {
            ++ladder.fired;
            ladder.queue.arm(
                arm, Condition::input,
                std::exchange(ladder.next_amount_, ladder.next_amount_ + ladder.step_));
        }
        Ladder& ladder;
        Arm arm{tocsin::core::Sink::bind<&Client::fire>(*this)};
    };
    std::int64_t step_;
    std::int64_t next_amount_;
    std::deque<Client> clients_;
};

// Arms one client and fires it, while `waiting` others wait for more.
double fire_one_of(Crowd& crowd) {
    constexpr int times = 20'000;
    crowd.fired = 0;
    Arm one{tocsin::core::Sink{[&crowd](Conditions) { ++crowd.fired; }}};
    const Stopwatch::time_point start = Stopwatch::now();
    for (int time = 0; time < times; ++time) {
        crowd.queue.arm(one, Condition::input, 1);
        crowd.queue.trigger(Condition::input, 1);
    }
    const double elapsed = nanoseconds_since(start);
    require(crowd.fired == times, "firings");
    return elapsed / times;
}

// Clients that wait for distinct amounts, as armed in no order. The one that waits for the least
// fires, and waits for more than all others then.
double fire_the_lowest(std::size_t waiting) {
    constexpr std::int64_t times = 10'000;
    Ladder ladder{waiting};
    const Stopwatch::time_point start = Stopwatch::now();
    for (std::int64_t amount = 1; amount <= times; ++amount) {
        ladder.queue.trigger(Condition::input, amount);
    }
    const double elapsed = nanoseconds_since(start);
    require(ladder.fired == times, "firings");
    return elapsed / static_cast<double>(times);
}

// Clients that all wait for the least there can be; all fire, and arm again.
double fire_all(std::size_t waiting) {
    Ladder ladder{waiting, Ladder::Steps::none};
    const std::size_t times = 50'000 / waiting;
    const Stopwatch::time_point start = Stopwatch::now();
    for (std::size_t time = 0; time < times; ++time) {
        ladder.queue.trigger(Condition::input, 1);
    }
    const double elapsed = nanoseconds_since(start);
    const std::size_t firings = times * waiting;
    require(ladder.fired == static_cast<std::int64_t>(firings), "firings");
    return elapsed / static_cast<double>(firings);
}

// As fire_the_lowest(), but only the first firing after all have armed: what it costs at worst.
double fire_the_first(std::size_t waiting) {
    Ladder ladder{waiting};
    const Stopwatch::time_point start = Stopwatch::now();
    ladder.queue.trigger(Condition::input, 1);
    const double elapsed = nanoseconds_since(start);
    require(ladder.fired == 1, "firings");
    return elapsed;
}

double fire_nobody(Crowd& crowd) {
    constexpr int times = 200'000;
    const std::uint64_t fired_before = crowd.queue.counters().fired;
    const Stopwatch::time_point start = Stopwatch::now();
    for (int time = 0; time < times; ++time) {
        crowd.queue.trigger(Condition::output, 1);
    }
    const double elapsed = nanoseconds_since(start);
    require(crowd.queue.counters().fired == fired_before, "firings of nobody");
    return elapsed / times;
}

constexpr int pieces = 9;

void add_crowd(std::vector<Measurement>& all, const std::string& subject, std::size_t waiting,
               double (*measure)(Crowd&)) {
    all.push_back({subject, "tocsin", [=] {
                       Crowd crowd{waiting};
                       return middle_of_pieces(pieces, [&] { return measure(crowd); });
                   }});
}

void add_ladder(std::vector<Measurement>& all, const std::string& subject, std::size_t waiting,
                double (*measure)(std::size_t)) {
    all.push_back({subject, "tocsin",
                   [=] { return middle_of_pieces(pieces, [=] { return measure(waiting); }); }});
}

}  // namespace

void add_trigger_cases(std::vector<Measurement>& all) {
    for (const std::size_t armed : {1UZ, 100UZ, 1'000UZ, 100'000UZ}) {
        add_crowd(all, "trigger, one of " + std::to_string(armed) + " fires", armed - 1,
                  fire_one_of);
    }
    add_crowd(all, "trigger, nobody armed", 0, fire_nobody);
    add_crowd(all, "trigger, nobody armed for that, 100000 for another", 100'000, fire_nobody);
    for (const std::size_t armed : {1UZ, 1'000UZ, 100'000UZ}) {
        add_ladder(all,
                   "trigger: the lowest of " + std::to_string(armed) + " distinct thresholds fires",
                   armed, fire_the_lowest);
    }
    for (const std::size_t armed : {10UZ, 1'000UZ}) {
        add_ladder(all,
                   "trigger: all of " + std::to_string(armed) + " fire and arm again, for each",
                   armed, fire_all);
    }
    for (const std::size_t armed : {1UZ, 1'000UZ, 100'000UZ}) {
        add_ladder(all, "trigger: the first of " + std::to_string(armed) + " after all have armed",
                   armed, fire_the_first);
    }
}

}  // namespace bench
