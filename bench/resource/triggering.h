// When a server triggers, and by which thread. Private to bench/resource.
#pragma once

#include <ctime>
#include <semaphore.h>
#include <thread>

#include <bench/measure/stopwatch.h>
#include <bench/resource/served.h>

namespace bench {

// A thread beside the one that serves, which triggers in the way that is ordered. Lasts as long as
// the process.
class Triggering {
public:
    Triggering(const Order& order, void (*trigger)()) : order_{order}, trigger_{trigger} {
        ::sem_init(&armed_, 0, 0);
        if (order.triggers == Triggers::when_told) {
            std::thread{[this] { trigger_when_told(); }}.detach();
        } else if (order.triggers == Triggers::after_arming) {
            std::thread{[this] { trigger_after_arming(); }}.detach();
        }
    }

    // A client waits now, or will in a moment.
    void armed() {
        if (order_.triggers == Triggers::after_arming) {
            ::sem_post(&armed_);
        }
    }

private:
    void trigger_when_told() {
        char message = 0;
        while (hear(order_.socket, message)) {
            trigger_();
        }
        ::_exit(0);
    }

    // A client that is about to sleep does so meanwhile.
    void trigger_after_arming() {
        for (;;) {
            while (::sem_wait(&armed_) != 0) {
            }
            const ::timespec moment = {.tv_sec = 0, .tv_nsec = 100'000};
            ::clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, nullptr);
            order_.shared.triggered_at = Stopwatch::now().time_since_epoch().count();
            order_.shared.ready = true;
            trigger_();
        }
    }

    const Order& order_;
    void (*const trigger_)();
    ::sem_t armed_ = {};
};

}  // namespace bench
