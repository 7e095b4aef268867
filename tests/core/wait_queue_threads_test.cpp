// Wait queues under fire from several threads: nothing is lost, nothing is doubled, everything adds
// up, and what is freed is not called.
#include <tocsin/core/wait_queue.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <tests/core/on_processor.h>
#include <tests/core/patience.h>
#include <tests/core/sanitized.h>

namespace tocsin::core {
namespace {

// Waits until `holds()`, at first without leaving the processor.
template <typename Holds>
bool wait_until(Holds&& holds) {
    for (int look = 0; look < 200; ++look) {
        if (holds()) {
            return true;
        }
    }
    return comes_true(holds);
}

void dawdle(std::minstd_rand& random) {
    for (std::uint32_t left = static_cast<std::uint32_t>(random()) % 64; left > 0; --left) {
        [[maybe_unused]] volatile const std::uint32_t seen = left;
    }
}

// A resource whose level rises to one again and again, and a client that takes it down: each time
// it arms, at any moment around the rise, and waits for its sink unless the condition is met.
struct RisingLevel {
    void rise() {
        const OnProcessor here{0};
        std::minstd_rand random{2};
        while (!over) {
            dawdle(random);
            level.store(1, std::memory_order_relaxed);
            queue.trigger(Condition::input, 1);
            for (int look = 0; level.load(std::memory_order_relaxed) != 0 && !over; ++look) {
                if (look > 200) {
                    std::this_thread::yield();
                }
            }
        }
    }
    void consume(std::int64_t rounds) {
        const OnProcessor here{1};
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{3};
        std::minstd_rand random{1};
        for (std::int64_t round = 0; round < rounds && !lost; ++round) {
            dawdle(random);
            do {
                arm_and_wait(random);
                // A trigger may come late, for a rise that was consumed already: only a hint.
            } while (level.load(std::memory_order_relaxed) == 0 && !lost);
            level.store(0, std::memory_order_relaxed);
            if (std::chrono::steady_clock::now() > end) {
                break;
            }
        }
        over = true;
    }
    void arm_and_wait(std::minstd_rand& random) {
        const std::int64_t before = fired.load();
        const Armed answer = queue.arm(arm, Condition::input, 1, [this, &random] {
            const std::int64_t seen = level.load(std::memory_order_relaxed);
            dawdle(random);
            return seen;
        });
        const auto has_fired = [this, before] { return fired.load() > before; };
        if (answer == Armed::met) {
            surplus += has_fired() ? 1 : 0;
        } else if (!wait_until(has_fired)) {
            lost = true;
        }
        surplus += fired.load() > before + 1 ? 1 : 0;
    }

    WaitQueue queue;
    std::atomic<std::int64_t> level{0};
    std::atomic<std::int64_t> fired{0};
    std::atomic<bool> over{false};
    bool lost = false;
    std::int64_t surplus = 0;
    Arm arm{Sink{[this](Conditions) { fired.fetch_add(1); }}};
};

TEST(WaitQueueThreads, a_level_that_rises_at_any_moment_around_an_arm_is_reported_or_delivered) {
    RisingLevel level;
    std::jthread riser{[&level] { level.rise(); }};
    level.consume(rounds_or(1'000'000, 50'000));
    riser.join();
    EXPECT_FALSE(level.lost) << "a wake-up was lost";
    EXPECT_EQ(level.surplus, 0) << "it fired although it was met, or twice";
}

// Several clients with arms of their own, each in a thread; what each did, and what its sinks saw.
struct Client {
    static constexpr std::size_t arm_count = 4;

    struct Slot {
        explicit Slot(std::uint64_t owner) : arm{Sink::bind<&Slot::fire>(*this), owner} {}
        void fire(Conditions) { fired.fetch_add(1); }

        std::atomic<std::int64_t> fired{0};
        Arm arm;
    };

    Client(WaitQueue& all, std::uint64_t own_number) : queue{all}, number{own_number} {
        for (std::size_t slot = 0; slot < arm_count; ++slot) {
            slots.emplace_back(number);
        }
    }

    void act(std::mt19937& random) {
        Slot& slot = slots[random() % arm_count];
        const auto condition = static_cast<Condition>(random() % 3);
        const std::int64_t amount = static_cast<std::int64_t>(random() % 8);
        switch (random() % 6) {
        case 0:
            ++armed;
            queue.arm(slot.arm, condition, amount);
            break;
        case 1:
        case 2:
            arm_and_look(slot, condition, amount, static_cast<std::int64_t>(random() % 8));
            break;
        case 3:
            cancelled += queue.cancel(slot.arm) ? 1 : 0;
            break;
        case 4:
            cancelled +=
                random() % 8 == 0 ? static_cast<std::int64_t>(queue.cancel_all(number)) : 0;
            break;
        default:
            random() % 8 == 0 ? queue.trigger_all(number ^ 1U, condition)
                              : queue.trigger(condition, amount);
        }
    }
    void arm_and_look(Slot& slot, Condition condition, std::int64_t threshold, std::int64_t level) {
        const std::int64_t before = slot.fired.load();
        ++armed;
        const Armed answer = queue.arm(slot.arm, condition, threshold, [level] { return level; });
        met += answer == Armed::met ? 1 : 0;
        contradictions += answer == Armed::fired && slot.fired.load() == before ? 1 : 0;
    }
    [[nodiscard]] std::int64_t fired() const {
        std::int64_t sum = 0;
        for (const Slot& slot : slots) {
            sum += slot.fired.load();
        }
        return sum;
    }

    WaitQueue& queue;
    std::uint64_t number;
    std::deque<Slot> slots;
    std::int64_t armed = 0;
    std::int64_t met = 0;
    std::int64_t cancelled = 0;
    std::int64_t contradictions = 0;
};

// The conservation law: each arming ends in exactly one of met, fired, cancelled, replaced, or is
// still armed. `met` and cancelled ones are taken back alike.
void expect_conservation(const WaitQueue::Counters& sums, const std::deque<Client>& clients) {
    std::uint64_t armed = 0;
    std::uint64_t fired = 0;
    std::uint64_t taken_back = 0;
    for (const Client& client : clients) {
        armed += static_cast<std::uint64_t>(client.armed);
        fired += static_cast<std::uint64_t>(client.fired());
        taken_back += static_cast<std::uint64_t>(client.met + client.cancelled);
        EXPECT_EQ(client.contradictions, 0) << "said to have fired, but the sink was not called";
    }
    EXPECT_EQ(sums.armed, armed);
    EXPECT_EQ(sums.fired, fired);
    EXPECT_EQ(sums.cancelled, taken_back);
    EXPECT_EQ(sums.armed, sums.fired + sums.cancelled + sums.replaced + sums.armed_now);
}

TEST(WaitQueueThreads, each_arming_ends_in_exactly_one_way_under_random_operations) {
    const std::uint32_t seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    WaitQueue queue;
    std::deque<Client> clients;
    std::vector<std::jthread> threads;
    for (std::uint64_t number = 0; number < 4; ++number) {
        Client& client = clients.emplace_back(queue, number);
        threads.emplace_back([&client, seed, number] {
            std::mt19937 random{seed + static_cast<std::uint32_t>(number)};
            for (std::int64_t step = 0; step < rounds_or(2'500'000, 30'000); ++step) {
                client.act(random);
            }
        });
    }
    threads.clear();
    expect_conservation(queue.counters(), clients);
    const std::uint64_t left = queue.counters().armed_now;
    std::uint64_t visited = 0;
    queue.for_each([&visited](const Arm&) { ++visited; });
    EXPECT_EQ(visited, left);
    queue.close();
    EXPECT_EQ(queue.counters().armed_now, 0U);
    expect_conservation(queue.counters(), clients);
}

// What a sink uses goes right after its arm, while another thread triggers or closes.
struct Mortal {
    ~Mortal() {
        arm.reset();
        alive = false;
    }
    void touch(Conditions) { touched_when_dead = touched_when_dead || !alive; }

    bool alive = true;
    inline static bool touched_when_dead = false;
    std::optional<Arm> arm{std::in_place, Sink::bind<&Mortal::touch>(*this), 3};
};

template <typename Disturb>
void live_and_die(WaitQueue& queue, std::int64_t rounds, Disturb disturb) {
    std::atomic<bool> over{false};
    std::thread other{[&] {
        while (!over.load()) {
            disturb();
        }
    }};
    std::minstd_rand random{2};
    std::array<std::unique_ptr<Mortal>, 8> mortals;
    for (std::int64_t round = 0; round < rounds; ++round) {
        std::unique_ptr<Mortal>& mortal = mortals.at(random() % mortals.size());
        mortal = std::make_unique<Mortal>();
        queue.arm(*mortal->arm, Condition::input);
    }
    mortals = {};
    over.store(true);
    other.join();
    EXPECT_FALSE(Mortal::touched_when_dead);
    EXPECT_EQ(queue.counters().armed_now, 0U);
}

TEST(WaitQueueThreads, an_arm_may_be_freed_while_another_thread_triggers) {
    WaitQueue queue;
    live_and_die(queue, rounds_or(300'000, 20'000), [&queue] { queue.trigger(Condition::input); });
}

TEST(WaitQueueThreads, an_arm_may_be_freed_while_another_thread_triggers_its_owner) {
    WaitQueue queue;
    live_and_die(queue, rounds_or(300'000, 20'000),
                 [&queue] { queue.trigger_all(3, Condition::input); });
}

TEST(WaitQueueThreads, an_arm_may_be_freed_while_another_thread_cancels_its_owner) {
    WaitQueue queue;
    live_and_die(queue, rounds_or(300'000, 20'000), [&queue] { queue.cancel_all(3); });
}

TEST(WaitQueueThreads, an_arm_may_be_freed_while_another_thread_closes) {
    for (std::int64_t round = 0; round < rounds_or(20'000, 2'000); ++round) {
        WaitQueue queue;
        auto mortal = std::make_unique<Mortal>();
        queue.arm(*mortal->arm, Condition::input);
        std::thread closer{[&queue] { queue.close(); }};
        mortal.reset();
        closer.join();
    }
    EXPECT_FALSE(Mortal::touched_when_dead);
}

TEST(WaitQueueThreads, the_sink_of_an_arm_that_arms_itself_again_never_runs_twice_at_once) {
    struct Eager {
        void fire(Conditions) {
            overlaps += inside.exchange(true) ? 1 : 0;
            ++fired;
            queue.arm(arm, Condition::input);
            inside.store(false);
        }
        WaitQueue queue;
        std::atomic<bool> inside{false};
        std::atomic<int> overlaps{0};
        std::atomic<std::int64_t> fired{0};
        Arm arm{Sink::bind<&Eager::fire>(*this)};
    } eager;
    eager.queue.arm(eager.arm, Condition::input);
    std::vector<std::jthread> triggers;
    for (int thread = 0; thread < 3; ++thread) {
        triggers.emplace_back([&eager] {
            for (std::int64_t round = 0; round < rounds_or(200'000, 10'000); ++round) {
                eager.queue.trigger(Condition::input);
            }
        });
    }
    triggers.clear();
    EXPECT_EQ(eager.overlaps, 0);
    EXPECT_GT(eager.fired, 0);
    const WaitQueue::Counters sums = eager.queue.counters();
    EXPECT_EQ(sums.armed, sums.fired + 1);
    eager.queue.cancel(eager.arm);
}

}  // namespace
}  // namespace tocsin::core
