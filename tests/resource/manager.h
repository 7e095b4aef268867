// A manager beside the test: a thread with a loop and a mount. For tests.
#pragma once

#include <future>
#include <string>
#include <thread>

#include <tocsin/core/loop.h>
#include <tocsin/resource/mount.h>

namespace tocsin::resource {

// Serves from construction to destruction, so that the test's own thread can be a client.
class Manager {
public:
    template <typename Served>
    Manager(const std::string& path, Served& served, const MountOptions& options = {}) {
        std::promise<core::Loop*> ready;
        thread_ = std::thread{[path, &served, &options, &ready] {
            try {
                core::Loop loop;
                const Mount mount{loop, path, served, options};
                ready.set_value(&loop);
                loop.run();
            } catch (...) {
                ready.set_exception(std::current_exception());
            }
        }};
        try {
            loop_ = ready.get_future().get();
        } catch (...) {
            thread_.join();
            throw;
        }
    }
    ~Manager() { stop(); }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    void stop() {
        if (thread_.joinable()) {
            loop_->stop();
            thread_.join();
        }
    }

private:
    core::Loop* loop_ = nullptr;
    std::thread thread_;
};

}  // namespace tocsin::resource
