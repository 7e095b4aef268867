// Arming, triggering and cancelling by several threads: each condition that comes true is told.
#include <optional>

#include <scenarios/scenario.h>
#include <tocsin/core/wait_queue.h>

namespace interleavings {

namespace base = tocsin::base;
namespace core = tocsin::core;

namespace {

constexpr core::Condition input = core::Condition::input;

// A resource whose level is a word that is used as weakly as can be: only the queue orders it.
struct Resource {
    void rise(std::int64_t to) noexcept {
        level.store(to, std::memory_order_relaxed);
        queue.trigger(input, to);
    }
    core::Armed arm(core::Arm& arm, std::int64_t threshold = 1) noexcept {
        return queue.arm(arm, input, threshold,
                         [this] { return level.load(std::memory_order_relaxed); });
    }

    Atomic<std::int64_t> level = 0;
    core::WaitQueue queue;
};

struct Client {
    core::Armed wait_for(Resource& resource, std::int64_t threshold = 1) noexcept {
        return armed = resource.arm(arm, threshold);
    }
    void expect_told() const {
        expect(told == (armed == core::Armed::met ? 0 : 1),
               "what comes true around an arm is met or told, once");
    }

    int told = 0;
    core::Armed armed = core::Armed::waiting;
    core::Arm arm{core::Sink{[this](core::Conditions) { ++told; }}};
};

void a_trigger_meets_an_arm() {
    Resource resource;
    Client client;
    start([&] { resource.rise(1); });
    client.wait_for(resource);
    join();
    client.expect_told();
}

void a_trigger_meets_two_arms() {
    Resource resource;
    Client low;
    Client high;
    start([&] { resource.rise(2); });
    start([&] { high.wait_for(resource, 2); });
    low.wait_for(resource);
    join();
    low.expect_told();
    high.expect_told();
}

void two_triggers_meet_an_arm() {
    Resource resource;
    Client client;
    start([&] { resource.queue.trigger(input, 1); });
    start([&] { resource.rise(1); });
    client.wait_for(resource);
    join();
    expect(client.armed == core::Armed::met || client.told == 1,
           "what comes true around an arm is met or told, once");
}

// A sink that writes what its client frees after cancel().
struct Guest {
    explicit Guest(core::WaitQueue& of) noexcept : queue{of} {}
    void hear() noexcept { heard = heard + 1; }

    core::WaitQueue& queue;
    Shared<int> heard{0};
    core::Arm arm{core::Sink{[this](core::Conditions) { hear(); }}};
};

void cancel_waits_for_the_sink() {
    core::WaitQueue queue;
    std::optional<Guest> guest{std::in_place, queue};
    queue.arm(guest->arm, input);
    start([&] { queue.trigger(input, 1); });
    queue.cancel(guest->arm);
    guest.reset();
    join();
}

// Its destructor finds the arm tied to the queue or not, and may free it in either case.
void an_arm_goes_while_it_fires() {
    core::WaitQueue queue;
    std::optional<Guest> guest{std::in_place, queue};
    queue.arm(guest->arm, input);
    start([&] { queue.trigger(input, 1); });
    guest.reset();
    join();
}

void two_threads_cancel_and_trigger() {
    core::WaitQueue queue;
    std::optional<Guest> one{std::in_place, queue};
    std::optional<Guest> other{std::in_place, queue};
    queue.arm(one->arm, input);
    queue.arm(other->arm, input);
    start([&] { queue.trigger(input, 1); });
    start([&] { other.reset(); });
    one.reset();
    join();
}

void a_queue_closes() {
    Resource resource;
    Client client;
    start([&] { resource.queue.close(); });
    client.wait_for(resource);
    join();
    client.expect_told();
}

constexpr Scenario scenarios[] = {
    {"a_trigger_meets_an_arm", &a_trigger_meets_an_arm, {}},
    {"an_arm_goes_while_it_fires", &an_arm_goes_while_it_fires, {}},
    {"cancel_waits_for_the_sink", &cancel_waits_for_the_sink, {}},
    {"a_trigger_meets_two_arms", &a_trigger_meets_two_arms, {}},
    {"two_triggers_meet_an_arm", &two_triggers_meet_an_arm, {}},
    {"two_threads_cancel_and_trigger", &two_threads_cancel_and_trigger, {}},
    {"a_queue_closes", &a_queue_closes, {}},
};

}  // namespace

std::span<const Scenario> wait_queue_scenarios() noexcept {
    return scenarios;
}

}  // namespace interleavings
