// The whole of the product in one thread, with seeds instead of chance: the conservation law of
// arms, and everything else that a client is promised, in every run.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include <tests/core/sanitized.h>
#include <tests/places/places.h>
#include <tests/simulation/world.h>

namespace tocsin::simulation {
namespace {

constexpr int steps = 200;

struct Outcome {
    std::string broken;  // the promise; "" when all were kept
    std::uint64_t hash = 0;
    int done = 0;  // and not refused for lack of memory
    std::string last_lines;
};

std::string last_of(const Trace& trace) {
    const std::size_t count = trace.lines().size();
    std::string text;
    for (std::size_t line = count < 40 ? 0 : count - 40; line < count; ++line) {
        text += "\n    " + trace.lines()[line];
    }
    return text;
}

Outcome simulate(std::uint64_t seed) {
    World world{seed};
    Outcome outcome;
    try {
        world.run(steps);
    } catch (const std::exception& problem) {
        outcome.broken = problem.what();
        outcome.last_lines = last_of(world.trace());
    }
    outcome.hash = world.trace().hash();
    outcome.done = world.done();
    return outcome;
}

bool holds(std::uint64_t seed) {
    const Outcome outcome = simulate(seed);
    EXPECT_EQ(outcome.broken, "") << "with seed " << seed << ", after" << outcome.last_lines
                                  << "\nadd the seed to tests/simulation/seeds.txt";
    EXPECT_GT(outcome.done, steps / 10) << "with seed " << seed;
    return outcome.broken.empty();
}

// TOCSIN_SEEDS=FIRST:COUNT asks for others.
TEST(Simulation, every_promise_holds_with_every_seed) {
    std::uint64_t first = 1;
    auto count = static_cast<std::uint64_t>(core::rounds_or(2'000, 200));
    if (const char* const chosen = std::getenv("TOCSIN_SEEDS")) {
        ASSERT_EQ(std::sscanf(chosen, "%" SCNu64 ":%" SCNu64, &first, &count), 2) << "FIRST:COUNT";
        ASSERT_GT(count, 0U);
    }
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        ASSERT_TRUE(holds(seed));
    }
}

TEST(Simulation, seeds_that_once_broke_a_promise_do_not_any_more) {
    std::ifstream kept{places::source("tests/simulation/seeds.txt")};
    ASSERT_TRUE(kept);
    std::string line;
    while (std::getline(kept, line)) {
        if (!line.empty() && line.front() != '#') {
            EXPECT_TRUE(holds(std::stoull(line)));
        }
    }
}

TEST(Simulation, the_same_seed_gives_the_same_trace) {
    const auto count = static_cast<std::uint64_t>(core::rounds_or(1'000, 50));
    for (std::uint64_t seed = 1; seed <= count; ++seed) {
        ASSERT_EQ(simulate(seed).hash, simulate(seed).hash) << "seed " << seed;
    }
    EXPECT_NE(simulate(1).hash, simulate(2).hash);
}

}  // namespace
}  // namespace tocsin::simulation
