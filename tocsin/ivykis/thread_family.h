// The threads that one thread has created. Private to tocsin/ivykis.
#pragma once

#include <tocsin/base/list.h>

namespace tocsin::ivykis {

class ThreadLoop;

// Belongs to a loop, which it keeps running until each of the threads has ended and been joined.
// Threads that are still running when the loop goes away are on their own.
class ThreadFamily {
public:
    explicit ThreadFamily(ThreadLoop& loop) noexcept : loop_{loop} {}
    ThreadFamily(const ThreadFamily&) = delete;
    ThreadFamily& operator=(const ThreadFamily&) = delete;

    // Starts a thread that calls function(argument); zero, or an error number. `name` is copied.
    [[nodiscard]] int create(const char* name, void (*function)(void*), void* argument);

    // Writes a table of the calling thread and its children to standard error.
    void list() const;

    // The loop goes away.
    void abandon() noexcept;

    // Around a fork: meanwhile none of the threads is half-way through telling of its end.
    void hold() const noexcept;
    void release() const noexcept;

    // In a forked child, which has none of the threads: they do not keep its loop running.
    void forget_threads() noexcept;

private:
    struct Child;

    static void join(Child& child);

    ThreadLoop& loop_;
    base::List<Child> children_;
};

// Whether each start and end of such a thread is written to standard error. Any thread.
void set_thread_debug(bool on) noexcept;

}  // namespace tocsin::ivykis
