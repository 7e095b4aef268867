// Threads that serve one session. Private to tocsin/resource.
#pragma once

#include <future>
#include <thread>
#include <vector>

#include <tocsin/base/callback.h>
#include <tocsin/core/loop.h>
#include <tocsin/resource/session.h>

namespace tocsin::resource {

// Each has a loop of its own with a station on it; a message wakes one of those that sleep.
class ServingThreads {
public:
    // Returns when all of them serve. `ended` is called on one of them. Throws std::system_error.
    ServingThreads(Session& session, unsigned count, base::Callback<> ended);

    // Stops them and waits for their ends.
    ~ServingThreads() { stop(); }
    ServingThreads(const ServingThreads&) = delete;
    ServingThreads& operator=(const ServingThreads&) = delete;

private:
    struct Server {
        std::thread thread;
        core::Loop* loop = nullptr;  // the thread's own, until stop()
    };

    core::Loop* start(unsigned number, std::thread& thread);
    void run(unsigned number, std::promise<core::Loop*>& started) noexcept;
    void stop() noexcept;

    Session& session_;
    base::Callback<> ended_;
    std::vector<Server> servers_;
};

}  // namespace tocsin::resource
