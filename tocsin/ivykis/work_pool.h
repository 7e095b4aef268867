// A pool of threads and its items. Private to tocsin/ivykis.
#pragma once

#include <mutex>

#include <iv_work.h>

#include <tocsin/base/list.h>
#include <tocsin/core/event.h>
#include <tocsin/core/task.h>
#include <tocsin/ivykis/work_items.h>

namespace tocsin::ivykis {

class ThreadLoop;

// What an iv_work_pool stands for, from iv_work_pool_create() until it was put and everything is
// done; it deletes itself then. Its owner is the loop that created it: there threads are started
// and items completed. A worker that has nothing to do is on the list of idle ones; who has work
// takes it off that list before waking it, so that a burst of items wakes as many workers. One that
// is going to look anyway is counted, and nobody is woken for the item that it will find.
class WorkPool : public base::Link<> {
public:
    WorkPool(iv_work_pool& pool, ThreadLoop& owner);
    WorkPool(const WorkPool&) = delete;
    WorkPool& operator=(const WorkPool&) = delete;

    // On the owner's thread.
    void submit(iv_work_item& item);
    void put();

    // The owner's loop goes away: items are not completed any more.
    void abandon();

    // Around a fork: meanwhile no thread of the pool changes it.
    void hold() const noexcept { lock_.lock(); }
    void release() const noexcept { lock_.unlock(); }

    // In a forked child, which has none of the threads: what waits is done by new ones. What they
    // were working on is the parent's.
    void forget_threads();

    // On a thread of the pool.
    void submit_continuation(iv_work_item& item);

    [[nodiscard]] bool is_owned_by(const ThreadLoop* loop) const noexcept {
        return &owner_ == loop;
    }

private:
    class Worker;
    enum class Next { work, idle, end };

    ~WorkPool() = default;

    // What a worker asks.
    [[nodiscard]] Next next_for(Worker& worker, iv_work_item*& item);
    void complete(iv_work_item& item);
    [[nodiscard]] bool stop_being_idle(Worker& worker);
    void left_early(Worker& worker);
    void worker_gone(bool has_failed);

    // On the owner's thread.
    static void begin_delivery();
    void deliver_news();
    void start_worker(bool try_to);
    [[nodiscard]] bool may_start_locked() const noexcept;
    void work_here();
    void delete_if_done();

    [[nodiscard]] bool needs_another_locked() const noexcept { return waiting_.count() > looking_; }
    [[nodiscard]] Worker* take_idle_locked() noexcept;
    void end_idle_workers_locked() noexcept;

    ThreadLoop& owner_;
    void* const cookie_;
    void (*const thread_start_)(void*);
    void (*const thread_stop_)(void*);
    core::Event news_;       // something for deliver_news() to do
    core::Task works_here_;  // no thread can be started, so the owner has to do the work
    bool delivering_ = false;

    mutable std::mutex lock_;  // for all that follows
    iv_work_pool* pool_;       // of the program; nullptr after put()
    WorkItems waiting_;
    WorkItems done_;
    base::List<Worker> idle_;
    int workers_ = 0;
    int looking_ = 0;  // workers that are going to look for work
    int retired_ = 0;  // workers that look no more, and live on for what their work has registered
    bool has_failed_ = false;  // the last thread that was started had no loop
    bool is_abandoned_ = false;
    int threads_max_at_put_ = 0;
};

// Work without a pool, done by a task of the thread that submitted it.
class LocalWork {
public:
    explicit LocalWork(ThreadLoop& loop) noexcept;
    void submit(iv_work_item& item);
    void abandon() noexcept { task_.cancel(); }

private:
    void work();

    ThreadLoop& loop_;
    WorkItems items_;
    core::Task task_;
};

}  // namespace tocsin::ivykis
