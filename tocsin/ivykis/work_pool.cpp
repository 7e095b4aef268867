// Handing items to threads, and completing them. Private to tocsin/ivykis.
#include <tocsin/ivykis/work_pool.h>

#include <new>
#include <utility>

#include <tocsin/ivykis/thread_loop.h>
#include <tocsin/ivykis/worker.h>

namespace tocsin::ivykis {

WorkPool::WorkPool(iv_work_pool& pool, ThreadLoop& owner)
    : owner_{owner},
      cookie_{pool.cookie},
      thread_start_{pool.thread_start},
      thread_stop_{pool.thread_stop},
      news_{base::Callback<>::bind<&WorkPool::deliver_news>(*this)},
      works_here_{base::Callback<>::bind<&WorkPool::work_here>(*this)},
      pool_{&pool} {
    news_.register_with(owner.core());
}

void WorkPool::submit(iv_work_item& item) {
    lock_.lock();
    waiting_.push_back(item);
    const bool needed = needs_another_locked();
    Worker* const idle = needed ? take_idle_locked() : nullptr;
    lock_.unlock();
    if (idle != nullptr) {
        idle->wake();
    } else if (needed) {
        start_worker(true);
    }
}

// Only the owner's thread starts threads.
void WorkPool::submit_continuation(iv_work_item& item) {
    lock_.lock();
    waiting_.push_back(item);
    const bool needed = needs_another_locked();
    Worker* const idle = needed ? take_idle_locked() : nullptr;
    if (needed && idle == nullptr && !is_abandoned_) {
        news_.post();
    }
    lock_.unlock();
    if (idle != nullptr) {
        idle->wake();
    }
}

void WorkPool::put() {
    lock_.lock();
    threads_max_at_put_ = pool_->max_threads;
    pool_ = nullptr;
    end_idle_workers_locked();
    lock_.unlock();
    delete_if_done();
}

// The last worker deletes it, which may be as soon as the lock is free.
void WorkPool::abandon() {
    lock_.lock();
    news_.unregister();
    works_here_.cancel();
    is_abandoned_ = true;
    pool_ = nullptr;
    end_idle_workers_locked();
    const bool is_last = workers_ == 0;
    lock_.unlock();
    if (is_last) {
        delete this;
    }
}

void WorkPool::forget_threads() {
    idle_.forget();
    workers_ = looking_ = retired_ = 0;
    has_failed_ = false;
    if (owner_.core().is_of_this_process()) {
        news_.post();
    }
}

// The one that was busy last, so that the others come to their end.
WorkPool::Worker* WorkPool::take_idle_locked() noexcept {
    if (idle_.empty()) {
        return nullptr;
    }
    Worker& worker = idle_.back();
    worker.unlink();
    ++looking_;
    return &worker;
}

void WorkPool::end_idle_workers_locked() noexcept {
    while (Worker* const idle = take_idle_locked()) {
        idle->wake();
    }
}

WorkPool::Next WorkPool::next_for(Worker& worker, iv_work_item*& item) {
    const std::lock_guard lock{lock_};
    --looking_;
    item = waiting_.pop_front();
    if (item != nullptr) {
        return Next::work;
    }
    if (pool_ == nullptr) {
        ++retired_;
        return Next::end;
    }
    idle_.push_back(worker);
    return Next::idle;
}

void WorkPool::complete(iv_work_item& item) {
    const std::lock_guard lock{lock_};
    ++looking_;
    done_.push_back(item);
    if (!is_abandoned_) {
        news_.post();
    }
}

// False when somebody has given it work meanwhile.
bool WorkPool::stop_being_idle(Worker& worker) {
    const std::lock_guard lock{lock_};
    const bool idle = worker.linked();
    worker.unlink();
    retired_ += idle ? 1 : 0;
    return idle;
}

// Something in its loop has called iv_quit().
void WorkPool::left_early(Worker& worker) {
    const std::lock_guard lock{lock_};
    looking_ -= worker.linked() ? 0 : 1;
    worker.unlink();
    ++retired_;
}

// The worker's last word: from here on the pool may be gone.
void WorkPool::worker_gone(bool has_failed) {
    lock_.lock();
    --workers_;
    looking_ -= has_failed ? 1 : 0;
    retired_ -= has_failed ? 0 : 1;
    has_failed_ = has_failed;
    const bool is_last = is_abandoned_ && workers_ == 0;
    if (!is_abandoned_) {
        news_.post();
    }
    lock_.unlock();
    if (is_last) {
        delete this;
    }
}

// Another handler of this turn may have forked, and this be the child.
void WorkPool::begin_delivery() {
    static_cast<void>(ThreadLoop::of_caller("iv_work"));
}

// What is done now is completed now; a completion may submit, and put the pool.
void WorkPool::deliver_news() {
    begin_delivery();
    WorkItems done;
    lock_.lock();
    done.take_all(done_);
    const bool try_again = !std::exchange(has_failed_, false);
    lock_.unlock();
    start_worker(try_again);
    delivering_ = true;
    while (iv_work_item* const item = done.pop_front()) {
        item->completion(item->cookie);
    }
    delivering_ = false;
    delete_if_done();
}

bool WorkPool::may_start_locked() const noexcept {
    const int threads_max = pool_ == nullptr ? threads_max_at_put_ : pool_->max_threads;
    return needs_another_locked() && idle_.empty() && workers_ - retired_ < threads_max;
}

// One for what waits. When none can be started, those there are do all the work; when there are
// none, the owner does.
void WorkPool::start_worker(bool try_to) {
    lock_.lock();
    const bool start = try_to && may_start_locked();
    workers_ += start ? 1 : 0;
    looking_ += start ? 1 : 0;
    lock_.unlock();
    const bool failed = start && !Worker::start(*this, owner_);
    lock_.lock();
    workers_ -= failed ? 1 : 0;
    looking_ -= failed ? 1 : 0;
    const bool work = may_start_locked() && workers_ == retired_;
    lock_.unlock();
    if (work) {
        works_here_.schedule(owner_.core());
    }
}

void WorkPool::work_here() {
    begin_delivery();
    lock_.lock();
    iv_work_item* const item = workers_ == retired_ ? waiting_.pop_front() : nullptr;
    const bool more = !waiting_.empty();
    lock_.unlock();
    if (item == nullptr) {
        return;
    }
    if (more) {
        news_.post();
    }
    delivering_ = true;
    item->work(item->cookie);
    owner_.clock().invalidate();
    item->completion(item->cookie);
    delivering_ = false;
    delete_if_done();
}

void WorkPool::delete_if_done() {
    lock_.lock();
    const bool done =
        !delivering_ && pool_ == nullptr && workers_ == 0 && waiting_.empty() && done_.empty();
    lock_.unlock();
    if (done) {
        news_.unregister();
        works_here_.cancel();
        unlink();
        delete this;
    }
}

LocalWork::LocalWork(ThreadLoop& loop) noexcept
    : loop_{loop}, task_{base::Callback<>::bind<&LocalWork::work>(*this)} {}

void LocalWork::submit(iv_work_item& item) {
    items_.push_back(item);
    task_.join_turn(loop_.core());
}

void LocalWork::work() {
    iv_work_item* const item = items_.pop_front();
    if (!items_.empty()) {
        task_.schedule(loop_.core());
    }
    item->work(item->cookie);
    loop_.clock().invalidate();
    item->completion(item->cookie);
}

}  // namespace tocsin::ivykis
