// A manager, its clients, the kernel, time and memory, all in one thread. For the simulation.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tests/resource/machine.h>
#include <tests/simulation/device.h>
#include <tests/simulation/file_client.h>
#include <tests/simulation/native_clients.h>
#include <tests/simulation/random.h>
#include <tests/simulation/trace.h>

#include <tocsin/base/clock.h>
#include <tocsin/core/event.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/timer.h>

namespace tocsin::simulation {

// The loop, the queues, the session and iofunc_notify() are the product's own. What happens follows
// from the seed: who asks, who comes and goes, when time passes, where memory is short. After each
// step everything that a client was told is held against what it must have been told.
class World {
public:
    explicit World(std::uint64_t seed);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // So many steps, and then the end of everybody. Throws Violation.
    void run(int steps);

    // How much was done, and not refused for lack of memory.
    [[nodiscard]] int done() const noexcept { return done_ + natives_.answered(); }

    [[nodiscard]] const Trace& trace() const noexcept { return trace_; }

private:
    // A delivery of the manager's hardware, to come at a time.
    struct Shipment {
        Shipment(World& of, std::int64_t number, std::int64_t units) noexcept
            : world{of}, name{number}, count{units} {}
        void arrive() { world.arrive(*this); }

        World& world;
        std::int64_t name;
        std::int64_t count;
        base::Time due;
        core::Timer timer{base::Callback<>::bind<&Shipment::arrive>(*this)};
    };
    struct Call {
        std::uint64_t file;
        std::uint64_t number;
    };

    std::string step();
    std::string open();
    std::string close();
    std::string close_duplicate();
    std::string poll();
    std::string read();
    std::string write();
    std::string interrupt();
    std::string kill();
    std::string bring_now();
    std::string make_room();
    std::string raise_or_lower();
    std::string order();
    std::string cancel_order();
    std::string pass_time();
    std::string post();
    std::string restart();

    // What a step is made of.
    [[nodiscard]] FileClient* any_client(bool asleep_too);
    void bring(std::int64_t count);
    void arrive(Shipment& shipment);
    void expect_trigger(Condition condition, std::int64_t available);
    void release(FileClient& client);
    std::string interrupt(FileClient& client);
    void be_posted();
    // True when memory is short in the manager until it has all again.
    bool run_short_of_memory(std::uint64_t once_in, std::uint64_t allocations);
    void take_answers();
    // Of the oldest of the calls, if it has come: its client sleeps no more.
    std::optional<resource::Answer> next_answer(std::deque<Call>& calls,
                                                std::optional<std::uint64_t> FileClient::* call);
    void answer_reads();
    void answer_writes();
    void check();
    void check_timers();
    void check_arms();

    Random random_;
    Trace trace_;
    base::ManualClock clock_{base::Time{base::Duration{1'000'000'000}}};
    core::Loop loop_{core::LoopOptions{.clock = clock_}};
    Device device_;
    std::optional<Machine> machine_;
    std::vector<std::unique_ptr<FileClient>> clients_;
    NativeClients natives_;
    std::deque<Call> reads_;  // that sleep, oldest first
    std::deque<Call> writes_;
    std::int64_t next_unit_ = 0;
    std::vector<std::unique_ptr<Shipment>> shipments_;  // by the time that they are due
    std::vector<std::int64_t> arrived_;
    std::int64_t next_shipment_ = 0;
    core::Event posted_{loop_, base::Callback<>::bind<&World::be_posted>(*this)};
    bool post_expected_ = false;
    Ends ends_;
    int wakes_of_closed_ = 0;  // in this run of the manager
    int done_ = 0;             // opens and polls that were not short of memory
};

}  // namespace tocsin::simulation
