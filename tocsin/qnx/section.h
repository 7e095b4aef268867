// Where a signal handler must not go in the thread that it has interrupted. Private to tocsin/qnx.
#pragma once

#include <mutex>
#include <optional>

namespace tocsin::qnx {

struct PulseContent;

// While a thread is in one it may hold what sending a pulse needs. A handler that sends one then,
// in that thread, would wait for what it has interrupted: so it is sent when the thread leaves.
// Costs no system call.
class Section {
public:
    Section() noexcept;
    ~Section();
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;

    // Whether the calling thread is in one, so that it is a handler that asks.
    [[nodiscard]] static bool is_inside() noexcept;

    // Has the pulse sent when the thread leaves. 0, or EAGAIN when too many wait for that.
    [[nodiscard]] static int send_later(int coid, const PulseContent& content) noexcept;
};

// Of a mutex that sending a pulse needs.
class SectionLock {
public:
    explicit SectionLock(std::mutex& mutex) : section_{std::in_place}, lock_{mutex} {}

    void unlock() noexcept {
        lock_.unlock();
        section_.reset();
    }

private:
    std::optional<Section> section_;
    std::unique_lock<std::mutex> lock_;
};

}  // namespace tocsin::qnx
