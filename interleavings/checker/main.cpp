// Runs scenarios, with the code as it is written or with one alternative of it.
//
//   check --list
//   check [--scenario NAME] [--seed SEED] [--executions COUNT] [--weaken NUMBER=ORDER] [--bug
//   NUMBER]
//
// Exit status: 0 when every scenario holds, 1 when one does not, 2 for a wrong argument, 3 when all
// hold because the weakened order was never used.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <checker/alternatives.h>
#include <checker/execution.h>
#include <scenarios/scenario.h>
#include <tocsin/core/signal_table.h>

namespace interleavings {

namespace {

struct Options {
    const char* scenario = nullptr;
    std::optional<std::uint64_t> seed;
    std::uint64_t executions = 50'000;  // random ones, and as many at most in the search
};

[[noreturn]] void refuse(const char* argument) {
    std::fprintf(stderr, "check: what is '%s'?\n", argument);
    std::exit(2);
}

std::memory_order order_named(const std::string& name) {
    if (name == "acquire") {
        return std::memory_order_acquire;
    }
    if (name == "release") {
        return std::memory_order_release;
    }
    if (name == "acq_rel") {
        return std::memory_order_acq_rel;
    }
    if (name == "relaxed") {
        return std::memory_order_relaxed;
    }
    refuse(name.c_str());
}

void read_option(Options& options, const std::string& name, const char* value) {
    if (name == "--scenario") {
        options.scenario = value;
    } else if (name == "--seed") {
        options.seed = std::strtoull(value, nullptr, 10);
    } else if (name == "--executions") {
        options.executions = std::strtoull(value, nullptr, 10);
    } else if (name == "--bug") {
        choose_bug(std::atoi(value));
    } else if (const char* const equals = std::strchr(value, '=');
               name == "--weaken" && equals != nullptr) {
        choose_weakening(std::atoi(value), order_named(equals + 1));
    } else {
        refuse(name.c_str());
    }
}

void explore(const Scenario& scenario, auto& choices, const char* kind) {
    while (choices.next_execution()) {
        Execution::current().run(scenario.body, choices, {scenario.name, kind, choices.number()});
    }
}

void run(const Scenario& scenario, const Options& options) {
    const auto began = std::chrono::steady_clock::now();
    Bounds bounds = scenario.bounds;
    bounds.executions = std::min(bounds.executions, options.executions);
    RandomChoices dice{options.seed ? *options.seed - 1 : 0, options.seed ? 1 : bounds.executions};
    explore(scenario, dice, "seed");
    if (options.seed) {
        return;
    }
    Search search{bounds};
    explore(scenario, search, "execution of the search");
    if (!take_reached() && scenario.promise == Promise::is_reached) {
        fail("what may happen was not found");
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::printf("%-32s %7llu random, %7llu searched%s %6.2f s  holds\n", scenario.name,
                static_cast<unsigned long long>(bounds.executions),
                static_cast<unsigned long long>(search.number()),
                search.is_complete() ? " (all)" : "      ", took.count());
}

std::vector<Scenario> all_scenarios() {
    std::vector<Scenario> all;
    for (const std::span<const Scenario> group :
         {litmus_scenarios(), event_scenarios(), unregister_scenarios(), loop_scenarios(),
          wait_queue_scenarios(), signal_scenarios()}) {
        all.insert(all.end(), group.begin(), group.end());
    }
    return all;
}

void list_scenarios() {
    for (const Scenario& scenario : all_scenarios()) {
        std::printf("%s\n", scenario.name);
    }
}

// Whether there is any such scenario.
bool run_all(const Options& options) {
    bool any = false;
    for (const Scenario& scenario : all_scenarios()) {
        if (options.scenario == nullptr || std::strcmp(options.scenario, scenario.name) == 0) {
            run(scenario, options);
            any = true;
        }
    }
    return any;
}

}  // namespace

}  // namespace interleavings

int main(int count, char** arguments) {
    using namespace interleavings;
    if (count == 2 && std::strcmp(arguments[1], "--list") == 0) {
        list_scenarios();
        return 0;
    }
    Options options;
    for (int index = 1; index < count; index += 2) {
        if (index + 1 == count) {
            refuse(arguments[index]);
        }
        read_option(options, arguments[index], arguments[index + 1]);
    }
    // It lasts as long as the process, and so do its words.
    tocsin::core::SignalTable::of_process();
    if (!run_all(options)) {
        refuse(options.scenario);
    }
    return weakening_was_met() ? 0 : 3;
}
