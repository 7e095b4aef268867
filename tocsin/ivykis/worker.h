// A thread of a pool. Private to tocsin/ivykis.
#pragma once

#include <tocsin/core/event.h>
#include <tocsin/core/timer.h>
#include <tocsin/ivykis/work_pool.h>

namespace tocsin::ivykis {

// It lives in the frame of its thread, whose loop it keeps running until it ends. What the work of
// its items has registered with that loop keeps the thread alive after that.
class WorkPool::Worker : public base::Link<> {
public:
    // Starts a thread of `owner`; false when that is not possible.
    [[nodiscard]] static bool start(WorkPool& pool, ThreadLoop& owner);

    // Has it look for work. Any thread, once the worker was taken off the list of idle ones.
    void wake() noexcept { woken_.post(); }

private:
    explicit Worker(WorkPool& pool) noexcept;

    static void run(void* pool);
    void look();
    void be_idle();
    void end();

    WorkPool& pool_;
    core::Event woken_;
    core::Timer idle_too_long_;
};

}  // namespace tocsin::ivykis
