// Having as many threads as there is work for. Private to tocsin/qnx.
#include <tocsin/qnx/thread_pool.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>
#include <pthread.h>
#include <utility>

#include <tocsin/base/uncancelled.h>

namespace tocsin::qnx {

namespace {

// How long until those are told again who may not have heard.
constexpr std::chrono::milliseconds moment{10};

}  // namespace

bool ThreadPool::valid(const ::thread_pool_attr_t& attributes) noexcept {
    return attributes.block_func != nullptr && attributes.handler_func != nullptr &&
           attributes.context_alloc != nullptr && attributes.maximum > 0 &&
           attributes.lo_water <= attributes.hi_water && attributes.hi_water <= attributes.maximum;
}

ThreadPool::ThreadPool(const ::thread_pool_attr_t& attributes, unsigned flags)
    : attributes_{attributes},
      name_{attributes.tid_name == nullptr ? "" : attributes.tid_name},
      flags_{flags} {}

// That a thread has no memory to begin with is told by itself, and is an error when it is all. The
// calling thread is one of them from the beginning if it is to be, so that whoever ends the pool
// waits for it.
int ThreadPool::start() noexcept {
    const base::Uncancelled here;
    std::unique_lock lock{mutex_};
    const int own = (flags_ & (POOL_FLAG_EXIT_SELF | POOL_FLAG_USE_SELF)) == POOL_FLAG_USE_SELF;
    threads_ += own;
    const int error = start_others_locked(std::max<int>(attributes_.lo_water, 1) - own, lock);
    if (error != 0) {
        threads_ -= own;
        left_.notify_all();
    }
    return error;
}

int ThreadPool::start_others_locked(int wanted, std::unique_lock<std::mutex>& lock) noexcept {
    const int before = threads_;
    for (int count = 0; count < wanted; ++count) {
        // Fewer threads than wanted are better than none.
        if (const int error = start_one_locked(); error != 0 && threads_ == before) {
            return error;
        }
    }
    left_.wait(lock, [&] { return wanted <= 0 || began_ > 0 || threads_ <= before; });
    return wanted <= 0 || began_ > 0 ? 0 : ENOMEM;
}

int ThreadPool::start_one_locked() noexcept {
    join_finished_locked();
    try {
        // For all that there will be, and one that leaves and does not count any more.
        finished_.reserve(static_cast<std::size_t>(threads_) + 2);
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
    ::pthread_t thread = {};
    const int error = ::pthread_create(&thread, attributes_.attr, run, this);
    if (error != 0) {
        return error;
    }
    ++threads_;
    if (!name_.empty()) {
        ::pthread_setname_np(thread, name_.substr(0, 15).c_str());
    }
    return 0;
}

// They have nothing left to do.
void ThreadPool::join_finished_locked() noexcept {
    for (const ::pthread_t thread : finished_) {
        ::pthread_join(thread, nullptr);
    }
    finished_.clear();
}

// Of a thread, until it leaves, in whatever way. Its place among those who wait is made once, so
// that no wait needs memory; without a context or a place it has not begun.
class ThreadPool::Stay {
public:
    Stay(ThreadPool& pool, Kind kind) noexcept
        : pool_{pool},
          kind_{kind},
          context{pool.attributes_.context_alloc(pool.attributes_.handle)} {
        try {
            place.resize(1);
        } catch (const std::bad_alloc&) {
            return;
        }
        if (context != nullptr) {
            pool.begin();
        }
    }
    ~Stay() { pool_.leave(context, kind_, has_begun()); }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;

    [[nodiscard]] bool has_begun() const noexcept { return context != nullptr && !place.empty(); }

private:
    ThreadPool& pool_;
    const Kind kind_;

public:
    ::resmgr_context_t* context;
    std::list<::resmgr_context_t*> place;
};

// Of a thread in the function that waits; without the lock before and after.
class ThreadPool::Waiting {
public:
    Waiting(ThreadPool& pool, Stay& stay, std::unique_lock<std::mutex> lock) noexcept
        : pool_{pool}, stay_{stay}, place_{stay.place.begin()} {
        *place_ = stay.context;
        pool.waiting_.splice(pool.waiting_.end(), stay.place);
        lock.unlock();
    }
    ~Waiting() {
        const base::Uncancelled here;
        const std::lock_guard lock{pool_.mutex_};
        stay_.place.splice(stay_.place.end(), pool_.waiting_, place_);
        pool_.stop_waiting_locked();
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

private:
    ThreadPool& pool_;
    Stay& stay_;
    const Place place_;
};

void ThreadPool::begin() noexcept {
    const std::lock_guard lock{mutex_};
    ++began_;
    left_.notify_all();
}

void* ThreadPool::run(void* self) {
    ThreadPool& pool = *static_cast<ThreadPool*>(self);
    int state = PTHREAD_CREATE_JOINABLE;
    if (pool.attributes_.attr != nullptr) {
        ::pthread_attr_getdetachstate(pool.attributes_.attr, &state);
    }
    static_cast<void>(
        pool.take_turns(state == PTHREAD_CREATE_JOINABLE ? Kind::joined : Kind::detached));
    return nullptr;
}

bool ThreadPool::take_turns(Kind kind) {
    Stay stay{*this, kind};
    while (stay.has_begun()) {
        std::unique_lock lock{mutex_};
        if (!begin_to_wait_locked(kind)) {
            break;
        }
        ::resmgr_context_t* got = nullptr;
        {
            const Waiting waiting{*this, stay, std::move(lock)};
            got = attributes_.block_func(stay.context);
        }
        if (got != nullptr) {
            stay.context = got;
            attributes_.handler_func(got);
        } else if ((flags_ & POOL_FLAG_CALL_BLOCK_ERRF) != 0 && attributes_.error_func != nullptr) {
            attributes_.error_func(stay.context);
        }
    }
    return stay.has_begun();
}

// Those who are too many leave.
bool ThreadPool::begin_to_wait_locked(Kind kind) noexcept {
    const auto waiting = static_cast<int>(waiting_.size());
    const bool wanted = waiting < std::max<int>(attributes_.hi_water, 1);
    return !ending_ && (wanted || kind == Kind::starter);
}

// More come when those who wait are too few.
void ThreadPool::stop_waiting_locked() noexcept {
    if (!ending_ && waiting_.size() < attributes_.lo_water) {
        start_some_locked();
    }
}

void ThreadPool::start_some_locked() noexcept {
    const int wanted = std::min<int>(attributes_.increment, attributes_.maximum - threads_);
    for (int count = 0; count < wanted; ++count) {
        if (start_one_locked() != 0) {
            return;  // those that there are go on
        }
    }
}

// One that was cancelled may have counted among as many as there may be until now.
void ThreadPool::leave(::resmgr_context_t* context, Kind kind, bool had_begun) noexcept {
    const base::Uncancelled here;
    if (context != nullptr && attributes_.context_free != nullptr) {
        attributes_.context_free(context);
    }
    const std::lock_guard lock{mutex_};
    const bool were_all = threads_ >= attributes_.maximum;
    --threads_;
    if (had_begun && were_all) {
        stop_waiting_locked();
    }
    if (kind == Kind::joined) {
        finished_.push_back(::pthread_self());
    }
    left_.notify_all();
}

int ThreadPool::join() {
    return take_turns(Kind::starter) ? 0 : ENOMEM;
}

void ThreadPool::unblock_locked() noexcept {
    for (::resmgr_context_t* const context : waiting_) {
        if (attributes_.unblock_func != nullptr) {
            attributes_.unblock_func(context);
        } else {
            ::dispatch_unblock(reinterpret_cast<::dispatch_context_t*>(context));
        }
    }
}

// One that has not begun to wait yet does not hear of it, and is told again.
void ThreadPool::end() noexcept {
    const base::Uncancelled here;
    std::unique_lock lock{mutex_};
    ending_ = true;
    while (threads_ > 0) {
        unblock_locked();
        left_.wait_for(lock, moment, [&] { return threads_ == 0; });
    }
    join_finished_locked();
}

// Those who are too many find that out when they are about to wait again.
void ThreadPool::await_count(int lower, int upper) noexcept {
    const base::Uncancelled here;
    std::unique_lock lock{mutex_};
    const auto suits = [&] { return threads_ >= lower && threads_ <= upper; };
    while (!ending_ && !suits()) {
        if (threads_ > upper) {
            unblock_locked();
        } else {
            start_some_locked();
        }
        left_.wait_for(lock, moment, suits);
    }
}

int ThreadPool::limit(int low, int high, int maximum, int increment) noexcept {
    const std::lock_guard lock{mutex_};
    ::thread_pool_attr_t changed = attributes_;
    const auto set = [](unsigned short& mark, int value) {
        mark = value < 0 ? mark : static_cast<unsigned short>(std::min(value, 0xffff));
    };
    set(changed.lo_water, low);
    set(changed.hi_water, high);
    set(changed.maximum, maximum);
    set(changed.increment, increment);
    if (!valid(changed)) {
        return EINVAL;
    }
    // The functions beside them are read without the lock.
    attributes_.lo_water = changed.lo_water;
    attributes_.hi_water = changed.hi_water;
    attributes_.maximum = changed.maximum;
    attributes_.increment = changed.increment;
    return 0;
}

}  // namespace tocsin::qnx
