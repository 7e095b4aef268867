// Begin, run and end of a thread's loop. Private to tocsin/ivykis.
#include <tocsin/ivykis/thread_loop.h>

#include <atomic>
#include <cstring>
#include <new>
#include <pthread.h>
#include <system_error>
#include <utility>

#include <iv.h>

#include <tocsin/ivykis/process.h>

namespace tocsin::ivykis {

namespace {

// Tells of the end of a thread that has a loop. Made by the first thread that needs it.
pthread_key_t key_of_end() {
    static const pthread_key_t key = [] {
        pthread_key_t made{};
        if (const int error = ::pthread_key_create(&made, [](void*) { ThreadLoop::end(); })) {
            iv_fatal("iv_init: pthread_key_create: %s", std::strerror(error));
        }
        return made;
    }();
    return key;
}

}  // namespace

thread_local constinit ThreadLoop* ThreadLoop::current_ = nullptr;

ThreadLoop::ThreadLoop()
    : core_{core::LoopOptions{.clock = clock_,
                              .use_epoll = poll_method_of_process().uses_epoll,
                              .look_in_every_turn = true}},
      own_posts_{base::Callback<>{[this] { core_.deliver_events_early(); }}} {}

ThreadLoop::~ThreadLoop() {
    core_.abandon_slots();
}

// Lets go of everything that programs know.
void ThreadLoop::drop() {
    if (!core_.is_of_this_process()) {
        forget_threads();
    }
    ChildTable::of_process().abandon(*this);
    child_signal_.abandon();
    while (!pools_.empty()) {
        pools_.pop_front().abandon();
    }
    local_work_.abandon();
    family_.abandon();
    own_posts_.cancel();
}

// A program may drop slots with their loop, and somebody, a signal handler perhaps, may post one of
// them later: its memory is left to it then, and nothing else.
void ThreadLoop::discard(ThreadLoop* loop) {
    if (loop == nullptr) {
        return;
    }
    loop->drop();
    if (loop->core_.registered_count() == 0) {
        delete loop;
        return;
    }
    static constinit std::atomic<ThreadLoop*> left{nullptr};
    loop->core_.retire();
    loop->pump_pipes_.close();
    loop->next_left_ = left.load();
    while (!left.compare_exchange_weak(loop->next_left_, loop)) {
    }
}

void ThreadLoop::begin() {
    if (const std::error_code error = try_to_begin()) {
        iv_fatal("iv_init: there is no loop to be had: %s", std::strerror(error.value()));
    }
}

// What other threads do to the loop that forks is done in the child, or not begun.
std::error_code ThreadLoop::prepare_forks() noexcept {
    constexpr auto hold = [] {
        if (current_ != nullptr) {
            current_->family_.hold();
            current_->pools_.for_each([](const WorkPool& pool) { pool.hold(); });
        }
    };
    constexpr auto release = [] {
        if (current_ != nullptr) {
            current_->pools_.for_each([](const WorkPool& pool) { pool.release(); });
            current_->family_.release();
        }
    };
    static const int error = ::pthread_atfork(hold, release, release);
    return {error, std::generic_category()};
}

void ThreadLoop::forget_threads() {
    family_.forget_threads();
    for (WorkPool* pool = pools_.first(); pool != nullptr; pool = pools_.next_of(*pool)) {
        pool->forget_threads();
    }
}

std::error_code ThreadLoop::try_to_begin() {
    if (current_ != nullptr && current_->core_.is_of_this_process()) {
        return {};
    }
    if (const std::error_code error = prepare_forks()) {
        return error;
    }
    // What a forked child has from its parent's thread is of no use to it.
    discard(std::exchange(current_, nullptr));
    try {
        current_ = new ThreadLoop;
    } catch (const std::system_error& error) {
        return error.code();
    } catch (const std::bad_alloc&) {
        return std::make_error_code(std::errc::not_enough_memory);
    }
    ::pthread_setspecific(key_of_end(), current_);
    current_->tls_.begin();
    return {};
}

void ThreadLoop::end() noexcept {
    if (current_ != nullptr) {
        current_->tls_.end();
        ::pthread_setspecific(key_of_end(), nullptr);
        discard(std::exchange(current_, nullptr));
    }
}

ThreadLoop* ThreadLoop::continue_here(const char* call) {
    if (current_ == nullptr) {
        iv_fatal("%s: this thread has no loop; call iv_init() in it first", call);
    }
    if (const std::error_code error = current_->core_.continue_in_child()) {
        iv_fatal("%s: the loop cannot go on in a forked child: %s", call,
                 std::strerror(error.value()));
    }
    current_->forget_threads();
    current_->child_signal_.renew(*current_);
    return current_;
}

void ThreadLoop::run() {
    quitting_ = false;
    while (true) {
        core_.deliver_due();
        if (quitting_) {
            return;
        }
        if (!core_.is_of_this_process()) {
            // A handler has forked, and this is the child: threads that it does not have may have
            // been all that kept the loop running.
            static_cast<void>(continue_here("iv_main"));
        }
        if (core_.registered_count() == 0) {
            return;
        }
        // What was delivered is no reason not to sleep: only the loop looks at what came of it.
        core_.wait_and_deliver(core::Wait::yes, false);
    }
}

}  // namespace tocsin::ivykis
