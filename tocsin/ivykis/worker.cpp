// The life of a thread of a pool. Private to tocsin/ivykis.
#include <tocsin/ivykis/worker.h>

#include <chrono>

#include <tocsin/ivykis/thread_loop.h>

namespace tocsin::ivykis {

namespace {

constexpr base::Duration idle_max = std::chrono::seconds{10};

}  // namespace

WorkPool::Worker::Worker(WorkPool& pool) noexcept
    : pool_{pool},
      woken_{base::Callback<>::bind<&Worker::look>(*this)},
      idle_too_long_{base::Callback<>::bind<&Worker::end>(*this)} {}

bool WorkPool::Worker::start(WorkPool& pool, ThreadLoop& owner) {
    return owner.family().create("iv_work", &run, &pool) == 0;
}

void WorkPool::Worker::run(void* argument) {
    auto& pool = *static_cast<WorkPool*>(argument);
    if (ThreadLoop::try_to_begin()) {
        pool.worker_gone(true);
        return;
    }
    if (pool.thread_start_ != nullptr) {
        pool.thread_start_(pool.cookie_);
    }
    {
        Worker worker{pool};
        worker.woken_.register_with(ThreadLoop::current()->core());
        worker.woken_.post();
        ThreadLoop::current()->run();
        if (worker.woken_.registered()) {
            pool.left_early(worker);
        }
    }
    if (pool.thread_stop_ != nullptr) {
        pool.thread_stop_(pool.cookie_);
    }
    ThreadLoop::end();
    pool.worker_gone(false);
}

// One item for each turn of the loop, which has other things to do as well.
void WorkPool::Worker::look() {
    idle_too_long_.cancel();
    iv_work_item* item = nullptr;
    switch (pool_.next_for(*this, item)) {
    case Next::work:
        woken_.post();
        item->work(item->cookie);
        ThreadLoop::current()->clock().invalidate();
        pool_.complete(*item);
        break;
    case Next::idle:
        be_idle();
        break;
    case Next::end:
        woken_.unregister();
        break;
    }
}

void WorkPool::Worker::be_idle() {
    core::Loop& loop = ThreadLoop::current()->core();
    idle_too_long_.arm(loop, loop.now() + idle_max);
}

void WorkPool::Worker::end() {
    if (pool_.stop_being_idle(*this)) {
        woken_.unregister();
    }
}

}  // namespace tocsin::ivykis
