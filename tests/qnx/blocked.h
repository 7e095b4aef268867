// A thread that waits in dispatch_block(). For tests.
#pragma once

#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <atomic>
#include <cerrno>
#include <unistd.h>

#include <gtest/gtest.h>

#include "server.h"

namespace tocsin::qnx {

// It sleeps there when this has been made, and handles what it gets.
class Blocked {
public:
    explicit Blocked(dispatch_context_t* context)
        : thread_{[this, context] {
              number_ = ::gettid();
              if (dispatch_block(context) != nullptr) {
                  dispatch_handler(context);
              } else {
                  error_ = errno;
              }
          }} {
        EXPECT_TRUE(until([this] { return number_ != 0 && is_asleep(number_); }));
    }

    void signal(int number) { thread_.signal(number); }
    void cancel() { thread_.cancel(); }

    // Whether it was cancelled.
    [[nodiscard]] bool ends_cancelled() { return thread_.join() == PTHREAD_CANCELED; }

    // What the wait failed with; 0 when it has got something.
    [[nodiscard]] int error() {
        thread_.join();
        return error_;
    }

private:
    std::atomic<int> number_{0};
    int error_ = 0;
    Thread thread_;
};

}  // namespace tocsin::qnx
