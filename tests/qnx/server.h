// A channel of this process, a connection to it, and threads that use them. For tests.
#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <pthread.h>
#include <sched.h>
#include <string>
#include <sys/neutrino.h>
#include <utility>

#include <gtest/gtest.h>

namespace tocsin::qnx {

// True as soon as `holds()` is; false after half a minute.
template <typename Condition>
[[nodiscard]] bool until(Condition holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        ::sched_yield();
    }
    return true;
}

// Whether a thread of this process waits in the kernel.
[[nodiscard]] inline bool is_asleep(int thread) {
    std::ifstream file{"/proc/self/task/" + std::to_string(thread) + "/stat"};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    return text.substr(text.rfind(')') + 1).starts_with(" S");
}

class Server {
public:
    explicit Server(unsigned flags = 0) : chid{ChannelCreate(flags)} {
        EXPECT_GT(chid, 0);
        coid = ConnectAttach(0, 0, chid, _NTO_SIDE_CHANNEL, 0);
        EXPECT_GE(coid, _NTO_SIDE_CHANNEL);
    }
    ~Server() {
        ConnectDetach(coid);
        ChannelDestroy(chid);
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Something received, within half a minute: an rcvid, 0 for a pulse, or -1.
    int receive() {
        const uint64_t limit = 30'000'000'000;
        TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_RECEIVE, nullptr, &limit, nullptr);
        return MsgReceive(chid, &received, sizeof received, &info);
    }

    int receive_pulse() {
        const uint64_t limit = 30'000'000'000;
        TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_RECEIVE, nullptr, &limit, nullptr);
        return MsgReceivePulse(chid, &received, sizeof received, nullptr);
    }

    // A look that does not wait.
    int look() {
        TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_RECEIVE, nullptr, nullptr, nullptr);
        return MsgReceive(chid, &received, sizeof received, &info);
    }

    const int chid;
    int coid = 0;
    union {
        ::_pulse pulse;
        char text[64];
    } received = {};
    ::_msg_info info = {};
};

// A thread of POSIX, which can be signalled and cancelled; joined at the end.
class Thread {
public:
    explicit Thread(std::function<void()> body) : body_{std::move(body)} {
        EXPECT_EQ(::pthread_create(&thread_, nullptr, run, this), 0);
    }
    ~Thread() { join(); }
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;

    void cancel() { ::pthread_cancel(thread_); }
    void signal(int number) { ::pthread_kill(thread_, number); }
    [[nodiscard]] bool done() const { return done_; }

    // PTHREAD_CANCELED when it was cancelled.
    void* join() {
        if (!joined_) {
            ::pthread_join(thread_, &result_);
            joined_ = true;
        }
        return result_;
    }

private:
    static void* run(void* self) {
        static_cast<Thread*>(self)->body_();
        static_cast<Thread*>(self)->done_ = true;
        return nullptr;
    }

    const std::function<void()> body_;
    ::pthread_t thread_ = {};
    std::atomic<bool> done_{false};
    bool joined_ = false;
    void* result_ = nullptr;
};

// A handler that counts; system calls are restarted after it.
class CountingHandler {
public:
    explicit CountingHandler(int number = SIGUSR1) : number_{number} {
        count = 0;
        struct ::sigaction action = {};
        action.sa_flags = SA_RESTART | SA_SIGINFO;
        action.sa_sigaction = [](int, ::siginfo_t* info, void*) {
            code = info->si_code;
            value = info->si_value.sival_int;
            thread = ::gettid();
            ++count;
        };
        ::sigaction(number, &action, &before_);
    }
    ~CountingHandler() { ::sigaction(number_, &before_, nullptr); }
    CountingHandler(const CountingHandler&) = delete;
    CountingHandler& operator=(const CountingHandler&) = delete;

    static inline std::atomic<int> count{0};
    static inline std::atomic<int> code{0};
    static inline std::atomic<int> value{0};
    static inline std::atomic<int> thread{0};

private:
    const int number_;
    struct ::sigaction before_ = {};
};

// A thread that sends one message and keeps what came of it.
class Sender {
public:
    explicit Sender(
        int coid, std::function<void()> before = [] {})
        : thread_{[this, coid, before = std::move(before)] {
              before();
              std::array<char, 8> room = {};
              const long status = MsgSend(coid, "question", 9, room.data(), room.size());
              error = status < 0 ? errno : 0;
              result = status;
          }} {}

    [[nodiscard]] bool done() const { return thread_.done(); }
    void* join() { return thread_.join(); }
    void cancel() { thread_.cancel(); }
    void signal() { thread_.signal(SIGUSR1); }

    // Signals again and again until `holds()`.
    template <typename Condition>
    [[nodiscard]] bool interrupt_until(Condition holds) {
        return until([&] {
            if (holds()) {
                return true;
            }
            signal();
            return false;
        });
    }

    std::atomic<long> result{-2};
    std::atomic<int> error{0};

private:
    Thread thread_;
};

inline void limit_next(int states, uint64_t nanoseconds) {
    TimerTimeout(CLOCK_MONOTONIC, states, nullptr, &nanoseconds, nullptr);
}

}  // namespace tocsin::qnx
