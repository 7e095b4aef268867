// The checker's own memory: what C++ allows is found, and what it forbids is not.
#include <scenarios/scenario.h>

namespace interleavings {

namespace {

constexpr std::memory_order relaxed = std::memory_order_relaxed;
constexpr std::memory_order acquire = std::memory_order_acquire;
constexpr std::memory_order release = std::memory_order_release;

// Each of two threads stores to a word of its own and looks at the other's: both may see nothing.
void stores_are_delayed() {
    Atomic<int> one;
    Atomic<int> other;
    int seen_there = 0;
    start([&] {
        one.store(1, release);
        seen_there = other.load(acquire);
    });
    other.store(1, release);
    const int seen_here = one.load(acquire);
    join();
    if (seen_here + seen_there == 0) {
        reach();
    }
}

// A word and a flag, both relaxed: the flag may be seen without the word.
void a_relaxed_flag_says_nothing() {
    Atomic<int> word;
    Atomic<int> flag;
    start([&] {
        word.store(1, relaxed);
        flag.store(1, relaxed);
    });
    if (flag.load(relaxed) == 1 && word.load(relaxed) == 0) {
        reach();
    }
    join();
}

void a_released_flag_says_everything() {
    Shared<int> word;
    Atomic<int> flag;
    start([&] {
        word = 1;
        flag.store(1, release);
    });
    if (flag.load(acquire) == 1) {
        expect(word == 1, "who acquires sees what was released");
    }
    join();
}

// Another thread changes the flag in between, as relaxed as can be.
void a_change_hands_on_what_was_released() {
    Shared<int> word;
    Atomic<int> flag;
    start([&] {
        word = 1;
        flag.fetch_or(1, release);
    });
    start([&] { flag.fetch_or(2, relaxed); });
    if ((flag.load(acquire) & 1) != 0) {
        expect(word == 1, "a read-modify-write hands on what was released");
    }
    join();
}

void a_store_does_not_hand_it_on() {
    Atomic<int> word;
    Atomic<int> flag;
    start([&] {
        word.store(1, relaxed);
        flag.store(1, release);
        flag.store(2, relaxed);
    });
    if (flag.load(acquire) == 2 && word.load(relaxed) == 0) {
        reach();
    }
    join();
}

void values_grow_no_younger() {
    Atomic<int> word;
    start([&] {
        word.store(1, relaxed);
        word.store(2, relaxed);
    });
    const int first = word.load(relaxed);
    expect(word.load(relaxed) >= first, "who has seen a value sees no older one");
    join();
}

void a_change_takes_the_last_value() {
    Atomic<int> count;
    start([&] { count.fetch_add(1, relaxed); });
    start([&] { count.fetch_add(1, relaxed); });
    count.fetch_add(1, relaxed);
    join();
    expect(count.load(relaxed) == 3, "no read-modify-write is lost");
}

constexpr Scenario scenarios[] = {
    {"a_released_flag_says_everything", &a_released_flag_says_everything, {}},
    {"a_change_hands_on_what_was_released", &a_change_hands_on_what_was_released, {}},
    {"values_grow_no_younger", &values_grow_no_younger, {}},
    {"a_change_takes_the_last_value", &a_change_takes_the_last_value, {}},
    {"stores_are_delayed", &stores_are_delayed, {}, Promise::is_reached},
    {"a_relaxed_flag_says_nothing", &a_relaxed_flag_says_nothing, {}, Promise::is_reached},
    {"a_store_does_not_hand_it_on", &a_store_does_not_hand_it_on, {}, Promise::is_reached},
};

}  // namespace

std::span<const Scenario> litmus_scenarios() noexcept {
    return scenarios;
}

}  // namespace interleavings
