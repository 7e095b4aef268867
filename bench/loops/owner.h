// A loop in a thread of its own. Private to bench/loops.
#pragma once

#include <semaphore>
#include <thread>

#include <bench/loops/handler.h>
#include <bench/measure/stopwatch.h>

namespace bench {

// The loop is made, run and destroyed there; destroyed once nobody posts to it any more.
template <typename Events>
class Owner {
public:
    Owner(std::size_t slots, Handler handler, int processor)
        : thread_{[this, slots, handler, processor] {
              pin_to(processor);
              Events events{slots, handler};
              events_ = &events;
              ready_.release();
              events.run();
              done_.acquire();
          }} {
        ready_.acquire();
    }
    ~Owner() {
        done_.release();
        thread_.join();
    }
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;

    [[nodiscard]] Events& events() { return *events_; }

private:
    Events* events_ = nullptr;
    std::binary_semaphore ready_{0};
    std::binary_semaphore done_{0};
    std::thread thread_;
};

}  // namespace bench
