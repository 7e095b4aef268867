// What a trigger costs as armed clients grow. Private to bench.
#include <deque>
#include <memory>

#include <tocsin/core/wait_queue.h>

#include "peer.h"
#include "rounds.h"

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

// Arms one client and fires it, while `waiting` others wait for more.
double fire_one_of(Crowd& crowd) {
    constexpr int times = 100'000;
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

double fire_nobody(Crowd& crowd) {
    constexpr int times = 1'000'000;
    const Stopwatch::time_point start = Stopwatch::now();
    for (int time = 0; time < times; ++time) {
        crowd.queue.trigger(Condition::output, 1);
    }
    return nanoseconds_since(start) / times;
}

std::vector<Case> all_cases() {
    const auto alone = std::make_shared<Crowd>(0);
    const auto crowded = std::make_shared<Crowd>(100'000);
    return {{"arm and trigger: one fires",
             {{"of 100,000 armed", [=] { return fire_one_of(*crowded); }},
              {"of one armed", [=] { return fire_one_of(*alone); }}}},
            {"trigger: nobody is armed",
             {{"100,000 others armed", [=] { return fire_nobody(*crowded); }},
              {"no others", [=] { return fire_nobody(*alone); }}}}};
}

}  // namespace
}  // namespace bench

int main(int argument_count, char** arguments) {
    return bench::run_cases(bench::all_cases(), argument_count, arguments);
}
