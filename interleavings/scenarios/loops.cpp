// The end of a loop while posters are on their way out of it.
#include <memory>
#include <optional>

#include <scenarios/scenario.h>
#include <scenarios/turning.h>

namespace interleavings {

namespace {

// The handler of the last post lets the loop go; its poster may not have rung yet.
struct LastPost {
    LastPost() : event{std::in_place, *loop, base::Callback<>{[this] { loop->stop(); }}} {}

    void end() {
        loop->run();
        event.reset();
        loop.reset();
    }

    base::ManualClock clock;
    std::unique_ptr<core::Loop> loop =
        std::make_unique<core::Loop>(core::LoopOptions{.clock = clock});
    std::optional<core::Event> event;
};

void a_loop_goes_before_its_poster() {
    LastPost last;
    start([&] { last.event->post(); });
    last.end();
    join();
}

// Two posters, of which either may have found the loop asleep; the loop goes when both have been
// delivered.
void a_loop_goes_before_two_posters() {
    auto turning = std::make_unique<Turning>(2);
    Turning& running = *turning;
    std::optional<core::Event> one{std::in_place, running.loop(),
                                   base::Callback<>{[&running] { running.count_delivery(); }}};
    std::optional<core::Event> other{std::in_place, running.loop(),
                                     base::Callback<>{[&running] { running.count_delivery(); }}};
    start([&] { one->post(); });
    start([&] { other->post(); });
    running.run();
    one.reset();
    other.reset();
    turning.reset();
    join();
}

// A retired loop may be posted to for ever: nobody is called, and no descriptor is used.
void a_loop_is_retired() {
    base::ManualClock clock;
    core::Loop* const loop = new core::Loop{core::LoopOptions{.clock = clock}};
    core::Event* const event = new core::Event{*loop, base::Callback<>{}};
    start([=] { event->post(); });
    loop->turn(core::Wait::yes);
    loop->retire();
    join();
}

constexpr Scenario scenarios[] = {
    {"a_loop_goes_before_its_poster", &a_loop_goes_before_its_poster, {}},
    {"a_loop_goes_before_two_posters", &a_loop_goes_before_two_posters, {}},
    // What is retired is never freed, so it is not done often.
    {"a_loop_is_retired", &a_loop_is_retired, {.executions = 500}},
};

}  // namespace

std::span<const Scenario> loop_scenarios() noexcept {
    return scenarios;
}

}  // namespace interleavings
