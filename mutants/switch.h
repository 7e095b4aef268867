// Which of the mutants that a program has inside is itself. Included by sources that were
// rewritten.
#pragma once

#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <type_traits>
#include <unistd.h>

namespace mutants {

// The number of the one that is on, from the environment; 0 for the program as it was written.
inline const int on = [] {
    const char* const text = ::getenv("MUTANT");
    return text == nullptr ? 0 : std::atoi(text);
}();

constexpr int count_max = 1 << 16;

// A byte for each that was reached, in a file, so that it outlives whatever the program comes to.
inline unsigned char* const reached = []() -> unsigned char* {
    const char* const name = ::getenv("MUTANTS_REACHED");
    const int file = name == nullptr ? -1 : ::open(name, O_RDWR | O_CLOEXEC);
    void* const bytes =
        file < 0 ? MAP_FAILED
                 : ::mmap(nullptr, count_max, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    return bytes == MAP_FAILED ? nullptr : static_cast<unsigned char*>(bytes);
}();

constexpr bool is(int number) noexcept {
    if (std::is_constant_evaluated()) {
        return false;
    }
    if (reached != nullptr) {
        reached[number] = 1;
    }
    return number == on;
}

// Each operand is evaluated once, in whichever order.
#define MUTANTS_OPERATOR(name, written, instead)                                                   \
    constexpr auto name(int number, const auto& left, const auto& right) {                         \
        return is(number) ? left instead right : left written right;                               \
    }
MUTANTS_OPERATOR(equal, ==, !=)
MUTANTS_OPERATOR(unequal, !=, ==)
MUTANTS_OPERATOR(less, <, <=)
MUTANTS_OPERATOR(most, <=, <)
MUTANTS_OPERATOR(more, >, >=)
MUTANTS_OPERATOR(least, >=, >)
MUTANTS_OPERATOR(plus, +, -)
MUTANTS_OPERATOR(minus, -, +)
MUTANTS_OPERATOR(times, *, +)
MUTANTS_OPERATOR(over, /, *)
MUTANTS_OPERATOR(rest, %, +)
MUTANTS_OPERATOR(both, &, |)
MUTANTS_OPERATOR(either, |, &)
MUTANTS_OPERATOR(left_by, <<, >>)
MUTANTS_OPERATOR(right_by, >>, <<)
#undef MUTANTS_OPERATOR

}  // namespace mutants
