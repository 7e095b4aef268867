// What a thread has from iv_init() to iv_deinit(). Private to tocsin/ivykis.
#pragma once

#include <system_error>

#include <tocsin/core/loop.h>
#include <tocsin/ivykis/child_table.h>
#include <tocsin/ivykis/now_clock.h>
#include <tocsin/ivykis/pump_carrier.h>
#include <tocsin/ivykis/thread_family.h>
#include <tocsin/ivykis/tls.h>
#include <tocsin/ivykis/work_pool.h>

namespace tocsin::ivykis {

class ThreadLoop {
public:
    // That of the calling thread, or nullptr when it has none. Any thread, any time.
    [[nodiscard]] static ThreadLoop* current() noexcept { return current_; }

    // That of the calling thread. Ends the program, naming `call`, when it has none. In a forked
    // child the loop becomes the child's own first: see core::Loop::continue_in_child().
    [[nodiscard]] static ThreadLoop& of_caller(const char* call) {
        ThreadLoop* const loop = current_;
        if (loop == nullptr || !loop->core_.is_of_this_process()) [[unlikely]] {
            return *continue_here(call);
        }
        return *loop;
    }

    // Gives the calling thread a loop, unless it has one. Ends the program when descriptors or
    // memory are short.
    static void begin();

    // As begin(), but gives back the error when descriptors or memory are short.
    [[nodiscard]] static std::error_code try_to_begin();

    // Takes the loop of the calling thread away, and leaves alone what is registered with it.
    static void end() noexcept;

    ThreadLoop(const ThreadLoop&) = delete;
    ThreadLoop& operator=(const ThreadLoop&) = delete;

    // The thread itself has posted an event of this loop: events come in the place of a task that
    // is registered now.
    void note_own_post() noexcept { own_posts_.join_turn(core_); }

    // Turns until quit() is called or nothing is registered.
    void run();
    void quit() noexcept { quitting_ = true; }

    [[nodiscard]] core::Loop& core() noexcept { return core_; }
    [[nodiscard]] NowClock& clock() noexcept { return clock_; }
    [[nodiscard]] TlsAreas& tls() noexcept { return tls_; }
    [[nodiscard]] ChildSignal& child_signal() noexcept { return child_signal_; }
    [[nodiscard]] ThreadFamily& family() noexcept { return family_; }
    [[nodiscard]] base::List<WorkPool>& pools() noexcept { return pools_; }
    [[nodiscard]] LocalWork& local_work() noexcept { return local_work_; }
    [[nodiscard]] PumpPipes& pump_pipes() noexcept { return pump_pipes_; }

private:
    ThreadLoop();
    ~ThreadLoop();
    void drop();
    static void discard(ThreadLoop* loop);
    [[nodiscard]] static ThreadLoop* continue_here(const char* call);
    [[nodiscard]] static std::error_code prepare_forks() noexcept;
    void forget_threads();

    static thread_local constinit ThreadLoop* current_;

    NowClock clock_;
    core::Loop core_;
    core::Task own_posts_;
    TlsAreas tls_;
    ChildSignal child_signal_;
    ThreadFamily family_{*this};
    base::List<WorkPool> pools_;
    LocalWork local_work_{*this};
    PumpPipes pump_pipes_;
    bool quitting_ = false;
    ThreadLoop* next_left_ = nullptr;
};

}  // namespace tocsin::ivykis
