// libev: an ev_async, ev_timer or ev_io for each slot. Private to bench/loops.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ev.h>
#include <string>
#include <vector>

#include <bench/loops/handler.h>
#include <bench/measure/stopwatch.h>

namespace bench {

struct Libev {
    static constexpr const char* name = "libev";
    static constexpr const char* descriptors_name = name;
    static constexpr bool is_queue = false;
    static constexpr bool in_order = false;
    static constexpr bool looks_at_all = true;
    static constexpr std::size_t events_max = SIZE_MAX;
    static std::string version() {
        return std::to_string(::ev_version_major()) + "." + std::to_string(::ev_version_minor());
    }

    // A loop with a watcher of that type for each slot.
    template <typename Watcher>
    class Slots {
    public:
        Slots(std::size_t count, Handler handler)
            : loop_{::ev_loop_new(EVBACKEND_EPOLL)}, watchers_(count), handler_{handler} {
            require(loop_ != nullptr, "ev_loop_new");
            ::ev_set_userdata(loop_, this);
        }
        // It forgets its watchers, which are its user's memory.
        ~Slots() { ::ev_loop_destroy(loop_); }
        Slots(const Slots&) = delete;
        Slots& operator=(const Slots&) = delete;

        void run() { ::ev_run(loop_, 0); }
        void stop() { ::ev_break(loop_, EVBREAK_ONE); }

    protected:
        static void deliver(struct ev_loop* loop, Watcher* watcher, int) {
            const Slots& own = *static_cast<Slots*>(::ev_userdata(loop));
            own.handler_(static_cast<std::size_t>(watcher - own.watchers_.data()));
        }

        struct ev_loop* loop_;
        std::vector<Watcher> watchers_;

    private:
        Handler handler_;
    };

    class Events : public Slots<ev_async> {
    public:
        Events(std::size_t count, Handler handler) : Slots{count, handler} {
            for (ev_async& watcher : watchers_) {
                ev_async_init(&watcher, &deliver);
                ::ev_async_start(loop_, &watcher);
            }
        }
        void post(std::size_t index) { ::ev_async_send(loop_, &watchers_[index]); }
        // Straight into what is still to be called in this turn.
        void again(std::size_t index) { ::ev_feed_event(loop_, &watchers_[index], EV_ASYNC); }
    };

    class Timers : public Slots<ev_timer> {
    public:
        Timers(std::size_t count, Handler handler) : Slots{count, handler} {
            for (ev_timer& watcher : watchers_) {
                ev_timer_init(&watcher, &deliver, 0., 0.);
            }
            ::ev_now_update(loop_);
        }
        void arm(std::size_t index, std::chrono::nanoseconds distance) {
            const std::chrono::duration<ev_tstamp> after = distance;
            ev_timer_set(&watchers_[index], after.count(), 0.);
            ::ev_timer_start(loop_, &watchers_[index]);
        }
        void cancel(std::size_t index) { ::ev_timer_stop(loop_, &watchers_[index]); }
        // A timer counts from the time that the loop has in mind, which is out of date once the
        // loop has called many handlers.
        void run() {
            Slots::run();
            ::ev_now_update(loop_);
        }
    };

    class Descriptors : public Slots<ev_io> {
    public:
        using Slots::Slots;

        void watch(std::size_t index, int descriptor) {
            ev_io_init(&watchers_[index], &deliver, descriptor, EV_READ);
            resume(index);
        }
        void unwatch(std::size_t index) { pause(index); }
        void pause(std::size_t index) { ::ev_io_stop(loop_, &watchers_[index]); }
        void resume(std::size_t index) { ::ev_io_start(loop_, &watchers_[index]); }
        void turn() { ::ev_run(loop_, EVRUN_NOWAIT); }
    };
};

}  // namespace bench
