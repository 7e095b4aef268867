// Threads that take turns to wait. Private to tocsin/qnx.
#pragma once

#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <vector>

namespace tocsin::qnx {

// As many as thread_pool_create() says. Functions that return int return 0 or an errno. Any thread.
class ThreadPool {
public:
    // EINVAL by `valid` for marks that contradict each other.
    [[nodiscard]] static bool valid(const ::thread_pool_attr_t& attributes) noexcept;

    // Throws std::bad_alloc.
    ThreadPool(const ::thread_pool_attr_t& attributes, unsigned flags);

    [[nodiscard]] unsigned flags() const noexcept { return flags_; }

    [[nodiscard]] int start() noexcept;

    // The calling thread is one of the pool's until it leaves. 0, or ENOMEM: it could not begin.
    [[nodiscard]] int join();

    // Returns when all threads have left.
    void end() noexcept;

    // Changes the marks that are not negative. EINVAL: they contradict each other.
    [[nodiscard]] int limit(int low, int high, int maximum, int increment) noexcept;

    // Returns when there are so many threads.
    void await_count(int lower, int upper) noexcept;

private:
    using Place = std::list<::resmgr_context_t*>::iterator;

    class Stay;
    class Waiting;

    static void* run(void* self);
    // What is to be done about a thread that leaves: nothing, or it is to be joined; the one that
    // has started the pool stays as long as that is there.
    enum class Kind : std::uint8_t { detached, joined, starter };
    bool take_turns(Kind kind);  // false: the thread has not begun
    [[nodiscard]] int start_others_locked(int wanted, std::unique_lock<std::mutex>& lock) noexcept;
    [[nodiscard]] int start_one_locked() noexcept;
    [[nodiscard]] bool begin_to_wait_locked(Kind kind) noexcept;
    void stop_waiting_locked() noexcept;
    void start_some_locked() noexcept;
    void unblock_locked() noexcept;
    void begin() noexcept;
    void leave(::resmgr_context_t* context, Kind kind, bool had_begun) noexcept;
    void join_finished_locked() noexcept;

    ::thread_pool_attr_t attributes_;
    const std::string name_;
    const unsigned flags_;
    std::mutex mutex_;
    std::condition_variable left_;
    std::list<::resmgr_context_t*> waiting_;
    std::vector<::pthread_t> finished_;  // to be joined
    int threads_ = 0;
    int began_ = 0;  // threads that have had what they need, of all that there were
    bool ending_ = false;
};

}  // namespace tocsin::qnx
