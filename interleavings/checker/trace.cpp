// Keeping and printing of steps.
#include <checker/trace.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <string>

#include <checker/execution.h>

namespace interleavings {

namespace {

struct Noted {
    std::size_t thread = 0;
    Step step;
};

constexpr std::size_t steps_kept = 256;
constexpr std::size_t steps_printed = 60;

std::array<Noted, steps_kept> steps;
std::size_t count = 0;

const char* name_of(std::memory_order order) noexcept {
    switch (order) {
    case std::memory_order_relaxed:
        return "relaxed";
    case std::memory_order_acquire:
        return "acquire";
    case std::memory_order_release:
        return "release";
    case std::memory_order_acq_rel:
        return "acq_rel";
    default:
        return "seq_cst";
    }
}

// The place from the project's root on.
std::string place_of(const std::source_location& where) {
    const char* const file = std::strstr(where.file_name(), "tocsin/core/");
    const char* const slash = std::strrchr(where.file_name(), '/');
    const char* const name = file != nullptr    ? file
                             : slash != nullptr ? slash + 1
                                                : where.file_name();
    return name + (":" + std::to_string(where.line()));
}

void print(const Noted& noted) {
    const Step& step = noted.step;
    std::printf("    | thread %zu  %-11s", noted.thread, step.what);
    if (step.kind != Kind::call) {
        std::printf(" %s %-3u %-8s %#14llx -> %#-14llx",
                    step.kind == Kind::atomic ? "atomic" : "plain ", step.word,
                    step.kind == Kind::atomic ? name_of(step.order) : "",
                    static_cast<unsigned long long>(step.before),
                    static_cast<unsigned long long>(step.after));
    }
    if (step.kind == Kind::atomic) {
        std::printf(" %s%s", place_of(step.where).c_str(),
                    step.age > 0 ? "  (an older value)" : "");
    }
    std::printf("\n");
}

}  // namespace

void clear_trace() noexcept {
    count = 0;
}

void note(const Step& step) noexcept {
    steps[count++ % steps_kept] = {Execution::current().self(), step};
}

void print_trace() noexcept {
    for (std::size_t index = count - std::min(count, steps_printed); index < count; ++index) {
        print(steps[index % steps_kept]);
    }
}

}  // namespace interleavings
