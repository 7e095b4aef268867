// Other processes, forked from the test. For tests.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <new>
#include <sched.h>
#include <string>
#include <sys/mman.h>
#include <sys/neutrino.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "server.h"

namespace tocsin::qnx {

// What parents and children have in common.
template <typename Value>
class Shared {
public:
    Shared()
        : value_{new(::mmap(nullptr, sizeof(std::atomic<Value>), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0)) std::atomic<Value>{}} {}
    ~Shared() { ::munmap(value_, sizeof *value_); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    void set(Value value) const { *value_ = value; }
    [[nodiscard]] Value get() const { return *value_; }

private:
    std::atomic<Value>* const value_;
};

// What a child can set, and its parent see.
class SharedFlag {
public:
    void set() const { value_.set(true); }
    [[nodiscard]] bool is_set() const { return value_.get(); }

private:
    const Shared<bool> value_;
};

// Returns when all other threads of this process sleep, or after a second. One that has just been
// started holds locks of the sanitizers, which a child that is forked then would wait for, for
// ever.
inline void await_quiet() {
    const auto others_sleep = [] {
        for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
            const int thread = std::stoi(task.path().filename().string());
            if (thread != ::gettid() && !is_asleep(thread)) {
                return false;
            }
        }
        return true;
    };
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{1};
    while (!others_sleep() && std::chrono::steady_clock::now() < end) {
        ::sched_yield();
    }
}

// Runs `body` in a forked child, which exits with what it returns. Killed at the end when it still
// runs.
class Process {
public:
    // Numbers that the child has something to say with, and can be told by its parent.
    class Wire {
    public:
        Wire() { EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
        ~Wire() {
            ::close(ends_[0]);
            ::close(ends_[1]);
        }
        Wire(const Wire&) = delete;
        Wire& operator=(const Wire&) = delete;

        void say(int number) const {
            if (::write(ends_[1], &number, sizeof number) != sizeof number) {
                std::abort();
            }
        }
        [[nodiscard]] int hear() const {
            int number = -1;
            return ::read(ends_[0], &number, sizeof number) == sizeof number ? number : -1;
        }

    private:
        int ends_[2] = {-1, -1};
    };

    explicit Process(const std::function<int(Process&)>& body) : pid{(await_quiet(), ::fork())} {
        if (pid == 0) {
            ::_exit(body(*this));
        }
        EXPECT_GT(pid, 0);
    }
    ~Process() {
        if (!waited_) {
            kill(SIGKILL);
            wait();
        }
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void kill(int number) const { ::kill(pid, number); }

    // Its exit status, or minus the signal that ended it.
    int wait() {
        int status = 0;
        EXPECT_EQ(::waitpid(pid, &status, 0), pid);
        waited_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

    // Returns when it is stopped, as far as this process can see it.
    void stop() const {
        ::kill(pid, SIGSTOP);
        int status = 0;
        EXPECT_EQ(::waitpid(pid, &status, WUNTRACED), pid);
    }
    void go_on() const { ::kill(pid, SIGCONT); }

    Wire from;  // the child
    Wire to;    // the child

    const ::pid_t pid;

private:
    bool waited_ = false;
};

// A process with a channel that does what `serve` says with each thing received, until it returns
// false.
class RemoteServer {
public:
    using Serve = std::function<bool(Server&, int rcvid)>;

    RemoteServer(unsigned flags, const Serve& serve)
        : process{[flags, &serve](Process& self) {
              Server server{flags};
              self.from.say(server.chid);
              while (serve(server, MsgReceive(server.chid, &server.received, sizeof server.received,
                                              &server.info))) {
              }
              return ::testing::Test::HasFailure() ? 1 : 0;
          }} {
        chid = process.from.hear();
        coid = ConnectAttach(0, process.pid, chid, _NTO_SIDE_CHANNEL, 0);
        EXPECT_GE(coid, _NTO_SIDE_CHANNEL) << ::strerror(errno);
    }
    ~RemoteServer() { ConnectDetach(coid); }
    RemoteServer(const RemoteServer&) = delete;
    RemoteServer& operator=(const RemoteServer&) = delete;

    Process process;
    int chid = 0;
    int coid = 0;
};

}  // namespace tocsin::qnx
