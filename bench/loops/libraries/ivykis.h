// ivykis: an iv_event, iv_timer or iv_fd for each slot. Private to bench/loops.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

#include <errno.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>

// Its headers name a parameter `this`.
#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wkeyword-macro"
#endif
#define this this_
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wunused-parameter"
extern "C" {
#include <iv.h>
#include <iv_event.h>
#include <iv_event_raw.h>
}
#pragma GCC diagnostic pop
#undef this

#include <bench/loops/handler.h>
#include <bench/measure/stopwatch.h>

namespace bench {

// An ivykis loop belongs to the thread, so only one of its classes lives in a thread at a time.
struct Ivykis {
    static constexpr const char* name = "ivykis";
    static constexpr const char* descriptors_name = name;
    static constexpr bool is_queue = false;
    static constexpr bool in_order = true;
    static constexpr bool looks_at_all = false;
    static constexpr std::size_t events_max = SIZE_MAX;
    // The name of the file that was loaded tells it from ours.
    static std::string version() {
        Dl_info info = {};
        require(::dladdr(reinterpret_cast<void*>(&::iv_init), &info) != 0, "dladdr");
        return TOCSIN_IVYKIS_VERSION " " +
               std::filesystem::canonical(info.dli_fname).filename().string();
    }

    // Slots whose cookies point to themselves, and the thread's loop.
    template <typename Slot>
    class Slots {
    public:
        Slots(std::size_t count, Handler handler) : slots_(count), handler_{handler} {
            ::iv_init();
            for (Slot& slot : slots_) {
                slot.owner = this;
            }
        }
        ~Slots() { ::iv_deinit(); }
        Slots(const Slots&) = delete;
        Slots& operator=(const Slots&) = delete;

        void run() { ::iv_main(); }
        void stop() { ::iv_quit(); }

    protected:
        static void deliver(void* cookie) {
            const auto* const slot = static_cast<const Slot*>(cookie);
            const auto& own = static_cast<const Slots&>(*slot->owner);
            own.handler_(static_cast<std::size_t>(slot - own.slots_.data()));
        }

        std::vector<Slot> slots_;

    private:
        Handler handler_;
    };

    struct EventSlot {
        iv_event event = {};
        Slots<EventSlot>* owner = nullptr;
    };
    class Events : public Slots<EventSlot> {
    public:
        Events(std::size_t count, Handler handler) : Slots{count, handler} {
            for (EventSlot& slot : slots_) {
                slot.event.cookie = &slot;
                slot.event.handler = &deliver;
                require(::iv_event_register(&slot.event) == 0, "iv_event_register");
            }
        }
        ~Events() {
            for (EventSlot& slot : slots_) {
                ::iv_event_unregister(&slot.event);
            }
        }
        Events(const Events&) = delete;
        Events& operator=(const Events&) = delete;

        void post(std::size_t index) { ::iv_event_post(&slots_[index].event); }
        void again(std::size_t index) { post(index); }
    };

    struct TimerSlot {
        iv_timer timer = {};
        Slots<TimerSlot>* owner = nullptr;
    };
    class Timers : public Slots<TimerSlot> {
    public:
        Timers(std::size_t count, Handler handler) : Slots{count, handler} {
            for (TimerSlot& slot : slots_) {
                IV_TIMER_INIT(&slot.timer);
                slot.timer.cookie = &slot;
                slot.timer.handler = &deliver;
            }
        }
        void arm(std::size_t index, std::chrono::nanoseconds distance) {
            constexpr long second = 1'000'000'000;
            const ::timespec now = iv_now;
            const long nanoseconds = now.tv_nsec + static_cast<long>(distance.count());
            iv_timer& timer = slots_[index].timer;
            timer.expires = {.tv_sec = now.tv_sec + nanoseconds / second,
                             .tv_nsec = nanoseconds % second};
            ::iv_timer_register(&timer);
        }
        void cancel(std::size_t index) { ::iv_timer_unregister(&slots_[index].timer); }
        void run() {
            ::iv_invalidate_now();
            Slots::run();
        }
    };

    struct DescriptorSlot {
        iv_fd fd = {};
        Slots<DescriptorSlot>* owner = nullptr;
    };
    class Descriptors : public Slots<DescriptorSlot> {
    public:
        using Slots::Slots;

        void watch(std::size_t index, int descriptor) {
            DescriptorSlot& slot = slots_[index];
            IV_FD_INIT(&slot.fd);
            slot.fd.fd = descriptor;
            slot.fd.cookie = &slot;
            slot.fd.handler_in = &deliver;
            ::iv_fd_register(&slot.fd);
        }
        void unwatch(std::size_t index) { ::iv_fd_unregister(&slots_[index].fd); }
        void pause(std::size_t index) { ::iv_fd_set_handler_in(&slots_[index].fd, nullptr); }
        void resume(std::size_t index) { ::iv_fd_set_handler_in(&slots_[index].fd, &deliver); }

        // It looks at the kernel between two turns' timers.
        void turn() {
            iv_timer second = due([](void*) { ::iv_quit(); });
            iv_timer first =
                due([](void* timer) { ::iv_timer_register(static_cast<iv_timer*>(timer)); });
            first.cookie = &second;
            ::iv_timer_register(&first);
            run();
        }

    private:
        static iv_timer due(void (*handler)(void*)) {
            iv_timer timer = {};
            IV_TIMER_INIT(&timer);
            timer.handler = handler;
            return timer;
        }
    };

    class RawEvent {
    public:
        explicit RawEvent(Handler handler) : handler_{handler} {
            ::iv_init();
            IV_EVENT_RAW_INIT(&event_);
            event_.cookie = this;
            event_.handler = [](void* cookie) { static_cast<RawEvent*>(cookie)->handler_(0); };
            require(::iv_event_raw_register(&event_) == 0, "iv_event_raw_register");
        }
        ~RawEvent() {
            ::iv_event_raw_unregister(&event_);
            ::iv_deinit();
        }
        RawEvent(const RawEvent&) = delete;
        RawEvent& operator=(const RawEvent&) = delete;

        [[nodiscard]] int descriptor() const { return event_.event_wfd; }
        void run() { ::iv_main(); }
        void stop() { ::iv_quit(); }

    private:
        Handler handler_;
        iv_event_raw event_ = {};
    };

    // Another process has no iv_event_raw of this one, and writes to its descriptor.
    class RawPoster {
    public:
        explicit RawPoster(int descriptor) { event_.event_wfd = descriptor; }
        void post() { ::iv_event_raw_post(&event_); }

    private:
        iv_event_raw event_ = {};
    };
};

// Without its timerfd, which it arms for a zero time-out, too.
struct IvykisWithEpoll {
    static constexpr const char* name = "ivykis, epoll";
    static constexpr bool is_queue = Ivykis::is_queue;
    static constexpr bool in_order = Ivykis::in_order;
    static constexpr bool looks_at_all = Ivykis::looks_at_all;
    static constexpr std::size_t events_max = Ivykis::events_max;

    class Events : public Ivykis::Events {
    public:
        Events(std::size_t count, Handler handler) : Ivykis::Events{chosen(count), handler} {}

    private:
        static std::size_t chosen(std::size_t count) {
            ::setenv("IV_EXCLUDE_POLL_METHOD", "epoll-timerfd", 1);
            return count;
        }
    };
};

// What a handler has its own loop do: the counterpart of libev's pending queue.
struct IvykisTasks {
    static constexpr const char* name = "ivykis task";
    static constexpr std::size_t events_max = SIZE_MAX;

    struct Slot {
        iv_task task = {};
        Ivykis::Slots<Slot>* owner = nullptr;
    };
    class Events : public Ivykis::Slots<Slot> {
    public:
        Events(std::size_t count, Handler handler) : Slots{count, handler} {
            for (Slot& slot : slots_) {
                IV_TASK_INIT(&slot.task);
                slot.task.cookie = &slot;
                slot.task.handler = &deliver;
            }
        }
        void post(std::size_t index) { ::iv_task_register(&slots_[index].task); }
        void again(std::size_t index) { post(index); }
    };
};

}  // namespace bench
