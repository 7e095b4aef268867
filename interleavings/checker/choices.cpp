// Dice and search.
#include <checker/choices.h>

namespace interleavings {

// A thread keeps the processor for a few steps, as threads do.
std::size_t RandomChoices::next_thread(std::size_t count, bool may_stay) {
    return may_stay && below(2) == 0 ? 0 : below(count);
}

std::size_t RandomChoices::age(std::size_t ages) {
    return below(2) == 0 ? 0 : below(ages + 1);
}

bool RandomChoices::next_execution() {
    if (left_ == 0) {
        return false;
    }
    --left_;
    // The generator's first numbers are close to each other when its seeds are.
    generator_.seed(static_cast<std::uint_fast32_t>(++seed_ * 0x9e3779b97f4a7c15U >> 33U));
    return true;
}

std::size_t Search::pick(std::size_t count) {
    if (count == 1) {
        return 0;
    }
    if (asked_ == answers_.size()) {
        answers_.push_back({0, count});
    }
    return answers_[asked_++].chosen;
}

std::size_t Search::next_thread(std::size_t count, bool may_stay) {
    if (may_stay && preemptions_ == bounds_.preemptions) {
        return 0;
    }
    const std::size_t chosen = pick(count);
    preemptions_ += may_stay && chosen > 0 ? 1 : 0;
    return chosen;
}

std::size_t Search::age(std::size_t ages) {
    if (old_values_ == bounds_.old_values) {
        return 0;
    }
    const std::size_t chosen = pick(ages + 1);
    old_values_ += chosen > 0 ? 1 : 0;
    return chosen;
}

bool Search::happens() {
    if (happened_) {
        return false;
    }
    return happened_ = pick(2) == 1;
}

bool Search::next_execution() {
    while (!answers_.empty() && answers_.back().chosen + 1 == answers_.back().count) {
        answers_.pop_back();
    }
    complete_ = executions_ > 0 && answers_.empty();
    if (complete_ || executions_ == bounds_.executions) {
        return false;
    }
    if (!answers_.empty()) {
        ++answers_.back().chosen;
    }
    ++executions_;
    asked_ = 0;
    preemptions_ = old_values_ = 0;
    happened_ = false;
    return true;
}

}  // namespace interleavings
