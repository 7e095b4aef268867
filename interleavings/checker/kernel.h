// What the product asks of libc and the kernel in an execution: bells, mutexes, sleeps.
#pragma once

#include <cstdint>
#include <vector>

#include <checker/view.h>

namespace interleavings {

// An eventfd. Ringing it and looking at it orders nothing for the program: C++ does not know of it.
// But what was stored before a ring has reached whoever hears it.
struct Bell {
    bool open = false;
    std::uint64_t count = 0;
    std::uint64_t rings = 0;  // as an edge-triggered wait counts them
    View stored;
};

struct Mutex {
    const void* address = nullptr;
    bool locked = false;
    View released;
};

// A condition variable wakes everybody that waits.
struct Condition {
    const void* address = nullptr;
    std::uint64_t wakes = 0;
};

class Kernel {
public:
    static Kernel& of_execution() noexcept;

    // Forgets everything: an execution begins.
    void clear() noexcept;

    int open_bell();
    void close_bell(int descriptor);
    void ring(int descriptor);

    // Takes the rings that a bell has counted.
    std::uint64_t drain(int descriptor);

    // Waits until the bell has rung more often than `heard`, or, when that may be, for nothing.
    std::uint64_t listen(int descriptor, std::uint64_t heard, bool may_wake_early);

    // Waits until the bell's count is not zero.
    void await_count(int descriptor);

    [[nodiscard]] static bool is_bell(int descriptor) noexcept;
    [[nodiscard]] std::uint64_t rings_of(int descriptor);

    // What is called for a signal.
    using Handler = void (*)(int signal);
    void handle_signals_by(Handler handler) noexcept { handler_ = handler; }

    // A signal arrives in the calling thread; dropped when nobody handles it.
    void raise(int signal);

    void lock(const void* mutex);
    void unlock(const void* mutex);
    void wait(const void* condition, const void* mutex);
    void wake(const void* condition);

private:
    Bell& bell(int descriptor);
    Mutex& mutex(const void* address);
    Condition& condition(const void* address);

    std::vector<Bell> bells_;
    std::vector<Mutex> mutexes_;
    std::vector<Condition> conditions_;
    Handler handler_ = nullptr;
};

}  // namespace interleavings
