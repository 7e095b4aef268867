// The table of signals: handlers look at it while other threads change it.
#include <optional>

#include <checker/kernel.h>
#include <scenarios/scenario.h>
#include <scenarios/turning.h>
#include <tocsin/core/signal_watch.h>

namespace interleavings {

namespace {

constexpr int a_signal = 10;

// A signal arrives while the watch is registered, is there, and goes: whoever looks sees a watch
// that is whole, or none.
void a_watch_comes_and_goes() {
    Turning turning{1};
    std::optional<core::SignalWatch> watch{std::in_place};
    watch->set_share(core::SignalShare::exclusive);
    start([] { Kernel::of_execution().raise(a_signal); });
    expect(!watch->register_with(turning.loop(), a_signal), "a signal can be watched");
    watch.reset();
    join();
}

// One watch stays, so that signals are handled all the time.
void a_watch_goes_beside_another() {
    Turning turning{1};
    core::SignalWatch staying{base::Callback<>{[&turning] { turning.count_delivery(); }}};
    expect(!staying.register_with(turning.loop(), a_signal), "a signal can be watched");
    start([] { Kernel::of_execution().raise(a_signal); });
    std::optional<core::SignalWatch> going{std::in_place};
    going->set_share(core::SignalShare::shared);
    expect(!going->register_with(turning.loop(), a_signal), "a signal can be watched");
    going.reset();
    turning.run();
    join();
}

void two_threads_are_told() {
    Turning turning{1};
    core::SignalWatch watch{base::Callback<>{[&turning] { turning.count_delivery(); }}};
    expect(!watch.register_with(turning.loop(), a_signal), "a signal can be watched");
    start([] { Kernel::of_execution().raise(a_signal); });
    start([] { Kernel::of_execution().raise(a_signal); });
    turning.run();
    watch.unregister();
    join();
}

constexpr Scenario scenarios[] = {
    {"a_watch_comes_and_goes", &a_watch_comes_and_goes, {}},
    {"a_watch_goes_beside_another", &a_watch_goes_beside_another, {}},
    {"two_threads_are_told", &two_threads_are_told, {}},
};

}  // namespace

std::span<const Scenario> signal_scenarios() noexcept {
    return scenarios;
}

}  // namespace interleavings
