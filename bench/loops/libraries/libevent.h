// libevent: an event for each slot, activated, timed, or on a descriptor. Private to bench/loops.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>
#include <string>
#include <sys/time.h>
#include <vector>

#include <bench/loops/handler.h>
#include <bench/measure/stopwatch.h>

namespace bench {

struct Libevent {
    static constexpr const char* name = "libevent";
    static constexpr const char* descriptors_name = name;
    static constexpr bool is_queue = false;
    // Active events wait in a list in the order of their activation, but no manual promises it.
    static constexpr bool in_order = false;
    static constexpr bool looks_at_all = false;
    static constexpr std::size_t events_max = SIZE_MAX;
    static std::string version() { return ::event_get_version(); }

    // A base with an event for each slot, in memory of the user, as an event may be embedded.
    class Slots {
    public:
        Slots(std::size_t count, Handler handler)
            : base_{make_base()}, slots_(count, Slot{this, {}}), handler_{handler} {}
        // Takes out whatever is still in it.
        ~Slots() { ::event_base_free(base_); }
        Slots(const Slots&) = delete;
        Slots& operator=(const Slots&) = delete;

        // An event that waits only to be activated does not count as one to run for.
        void run() { ::event_base_loop(base_, EVLOOP_NO_EXIT_ON_EMPTY); }
        void stop() { ::event_base_loopbreak(base_); }

    protected:
        struct Slot {
            Slots* own;
            event handle;
        };

        void assign(Slot& slot, int descriptor, short what) {
            require(::event_assign(&slot.handle, base_, descriptor, what, &deliver, &slot) == 0,
                    "event_assign");
        }

        event_base* base_;
        std::vector<Slot> slots_;

    private:
        // Only a base that is made after the threads' functions are known has a lock.
        static event_base* make_base() {
            require(::evthread_use_pthreads() == 0, "evthread_use_pthreads");
            event_base* const base = ::event_base_new();
            require(base != nullptr, "event_base_new");
            return base;
        }
        static void deliver(evutil_socket_t, short, void* context) {
            const Slot& slot = *static_cast<Slot*>(context);
            const Slots& own = *slot.own;
            own.handler_(static_cast<std::size_t>(&slot - own.slots_.data()));
        }

        Handler handler_;
    };

    class Events : public Slots {
    public:
        Events(std::size_t count, Handler handler) : Slots{count, handler} {
            for (Slot& slot : slots_) {
                assign(slot, -1, EV_PERSIST);
            }
        }
        void post(std::size_t index) { ::event_active(&slots_[index].handle, 0, 0); }
        void again(std::size_t index) { post(index); }
    };

    class Timers : public Slots {
    public:
        Timers(std::size_t count, Handler handler) : Slots{count, handler} {
            for (Slot& slot : slots_) {
                assign(slot, -1, 0);
            }
        }
        void arm(std::size_t index, std::chrono::nanoseconds distance) {
            const auto microseconds = distance.count() / 1'000;
            const timeval after{.tv_sec = microseconds / 1'000'000,
                                .tv_usec = microseconds % 1'000'000};
            ::evtimer_add(&slots_[index].handle, &after);
        }
        void cancel(std::size_t index) { ::evtimer_del(&slots_[index].handle); }
    };

    class Descriptors : public Slots {
    public:
        using Slots::Slots;

        void watch(std::size_t index, int descriptor) {
            assign(slots_[index], descriptor, EV_READ | EV_PERSIST);
            resume(index);
        }
        void unwatch(std::size_t index) { pause(index); }
        void pause(std::size_t index) { ::event_del(&slots_[index].handle); }
        void resume(std::size_t index) {
            require(::event_add(&slots_[index].handle, nullptr) == 0, "event_add");
        }
        void turn() {
            ::event_base_loop(base_, EVLOOP_ONCE | EVLOOP_NONBLOCK | EVLOOP_NO_EXIT_ON_EMPTY);
        }
    };
};

}  // namespace bench
