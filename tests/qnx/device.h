// A resource manager beside the test, and the clients' end of it. For tests.
#pragma once

#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::qnx {

// One device at a path of its own, served by threads in dispatch_block() from serve() to stop().
// Tests change its functions before that.
class Device {
public:
    explicit Device(::mode_t mode = S_IFCHR | 0666) {
        iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect, _RESMGR_IO_NFUNCS, &io);
        iofunc_attr_init(&attr, mode, nullptr, nullptr);
    }
    ~Device() { stop(); }
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    void serve(unsigned thread_count = 1) {
        dispatch = dispatch_create();
        id = resmgr_attach(dispatch, nullptr, path.c_str(), _FTYPE_ANY, 0, &connect, &io, &attr);
        if (id < 0) {
            throw std::system_error{errno, std::generic_category(), "resmgr_attach"};
        }
        for (unsigned number = 0; number < thread_count; ++number) {
            threads_.emplace_back([this] { run(); });
        }
    }

    // The threads leave; then the path goes.
    void stop() {
        if (dispatch == nullptr) {
            return;
        }
        over_ = true;
        dispatch_context_t* const any = dispatch_context_alloc(dispatch);
        for (std::thread& thread : threads_) {
            while (running_ > 0) {
                dispatch_unblock(any);
                std::this_thread::yield();
            }
            thread.join();
        }
        threads_.clear();
        dispatch_context_free(any);
        dispatch_destroy(dispatch);
        dispatch = nullptr;
    }

    [[nodiscard]] base::Descriptor open(int flags) const {
        base::Descriptor file{::open(path.c_str(), flags | O_CLOEXEC)};
        if (!file) {
            throw std::system_error{errno, std::generic_category(), "open"};
        }
        return file;
    }

    // What the attribute says now.
    [[nodiscard]] ::iofunc_attr_t attribute() {
        iofunc_attr_lock(&attr);
        const ::iofunc_attr_t now = attr;
        iofunc_attr_unlock(&attr);
        return now;
    }

    resource::TemporaryDirectory directory;
    const std::string path = directory / "device";
    ::iofunc_attr_t attr = {};
    ::resmgr_connect_funcs_t connect = {};
    ::resmgr_io_funcs_t io = {};
    dispatch_t* dispatch = nullptr;
    int id = -1;

private:
    void run() {
        ++running_;
        dispatch_context_t* const context = dispatch_context_alloc(dispatch);
        while (!over_) {
            if (dispatch_block(context) != nullptr) {
                dispatch_handler(context);
            }
        }
        dispatch_context_free(context);
        --running_;
    }

    std::vector<std::thread> threads_;
    std::atomic<bool> over_{false};
    std::atomic<int> running_{0};
};

}  // namespace tocsin::qnx
