// Counts what this process has. For tests.
#include <tests/failure/remainder.h>

#include <atomic>
#include <filesystem>
#include <ostream>

#include <tests/core/open_descriptors.h>

namespace tocsin::failure {

namespace {

constinit std::atomic<std::int64_t> allocation_count{0};
constinit std::atomic<std::int64_t> mapping_count{0};

int thread_count() {
    const std::filesystem::directory_iterator tasks{"/proc/self/task"};
    return static_cast<int>(std::distance(begin(tasks), end(tasks)));
}

}  // namespace

Remainder Remainder::now() {
    Remainder remainder;
    remainder.threads = thread_count();
    for (const int number : core::open_descriptors()) {
        remainder.descriptors.set(static_cast<std::size_t>(number));
    }
    remainder.allocations = allocation_count;
    remainder.mappings = mapping_count;
    return remainder;
}

bool Remainder::fits_in(const Remainder& before) const {
    return (descriptors & ~before.descriptors).none() && allocations <= before.allocations &&
           mappings <= before.mappings && threads <= before.threads;
}

std::ostream& operator<<(std::ostream& stream, const Remainder& remainder) {
    stream << remainder.allocations << " allocations, " << remainder.mappings << " mappings, "
           << remainder.threads << " threads, descriptors";
    for (std::size_t number = 0; number < remainder.descriptors.size(); ++number) {
        if (remainder.descriptors[number]) {
            stream << ' ' << number;
        }
    }
    return stream;
}

void count_allocation(int change) noexcept {
    allocation_count.fetch_add(change, std::memory_order_relaxed);
}

void count_mapping(int change) noexcept {
    mapping_count.fetch_add(change, std::memory_order_relaxed);
}

}  // namespace tocsin::failure
