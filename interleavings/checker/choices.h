// Who goes on, and which value is read: where executions differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace interleavings {

// Answers the questions of one execution after the other.
class Choices {
public:
    virtual ~Choices() = default;

    // Which of `count` threads makes the next step. With `may_stay` the first of them is the one
    // that made the last step, and any other answer takes the processor away from it.
    virtual std::size_t next_thread(std::size_t count, bool may_stay) = 0;

    // How old a value is read, of `ages` older ones than the newest.
    virtual std::size_t age(std::size_t ages) = 0;

    // Whether something happens that need not, such as a sleep that ends without a cause.
    virtual bool happens() = 0;

    // Prepares for another execution; false when there is none.
    virtual bool next_execution() = 0;
};

// Throws dice: each execution has a seed of its own, from `first` on.
class RandomChoices final : public Choices {
public:
    RandomChoices(std::uint64_t first, std::uint64_t count) noexcept : seed_{first}, left_{count} {}

    std::size_t next_thread(std::size_t count, bool may_stay) override;
    std::size_t age(std::size_t ages) override;
    bool happens() override { return below(4) == 0; }
    bool next_execution() override;
    [[nodiscard]] std::uint64_t number() const noexcept { return seed_; }

private:
    std::size_t below(std::size_t count) { return generator_() % count; }

    std::uint64_t seed_;
    std::uint64_t left_;
    std::minstd_rand generator_;
};

// How far a search goes from the execution in which every thread runs until it has to wait, reads
// the newest values, and nothing happens that need not; of that, one thing is tried.
struct Bounds {
    int preemptions = 3;
    int old_values = 3;
    std::uint64_t executions = 1'000'000'000;
};

// Goes through all executions within the bounds, by changing the last answer that can be changed.
class Search final : public Choices {
public:
    explicit Search(Bounds bounds) noexcept : bounds_{bounds} {}

    std::size_t next_thread(std::size_t count, bool may_stay) override;
    std::size_t age(std::size_t ages) override;
    bool happens() override;
    bool next_execution() override;
    [[nodiscard]] std::uint64_t number() const noexcept { return executions_; }
    [[nodiscard]] bool is_complete() const noexcept { return complete_; }

private:
    struct Answer {
        std::size_t chosen = 0;
        std::size_t count = 0;
    };
    std::size_t pick(std::size_t count);

    Bounds bounds_;
    std::vector<Answer> answers_;
    std::size_t asked_ = 0;
    int preemptions_ = 0;
    int old_values_ = 0;
    bool happened_ = false;
    std::uint64_t executions_ = 0;
    bool complete_ = false;
};

}  // namespace interleavings
