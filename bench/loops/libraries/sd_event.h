// sd-event: an event source for each slot. Private to bench/loops.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <dlfcn.h>
#include <filesystem>
#include <string>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>
#include <vector>

#include <bench/loops/handler.h>
#include <bench/measure/memory.h>
#include <bench/measure/stopwatch.h>

namespace bench {

struct SdEvent {
    static constexpr const char* name = "sd-event";
    static constexpr const char* descriptors_name = name;
    static constexpr bool is_queue = false;
    static constexpr bool in_order = false;
    static constexpr bool looks_at_all = false;
    // Each takes an eventfd, and each turn, which calls one handler, is told of all that are ready:
    // a thousand of them take 0.2 ms a turn.
    static constexpr std::size_t events_max = 1'001;
    // Each that expires has a timerfd set: a million of them take a minute.
    static constexpr std::size_t timers_max = 10'000;

    // The library does not say, but the name of its file does.
    static std::string version() {
        Dl_info info = {};
        require(::dladdr(reinterpret_cast<void*>(&::sd_event_new), &info) != 0, "dladdr");
        return std::filesystem::canonical(info.dli_fname).filename().string();
    }

    // A loop with a source for each slot.
    class Slots {
    public:
        Slots(std::size_t count, Handler handler)
            : slots_(count, Slot{this, nullptr}), handler_{handler} {
            require(::sd_event_new(&loop_) >= 0, "sd_event_new");
        }
        ~Slots() {
            for (const Slot& slot : slots_) {
                ::sd_event_source_disable_unref(slot.source);
            }
            ::sd_event_unref(loop_);
        }
        Slots(const Slots&) = delete;
        Slots& operator=(const Slots&) = delete;

        // sd_event_exit() would be for good.
        void run() {
            for (stopped_ = false; !stopped_;) {
                require(::sd_event_run(loop_, UINT64_MAX) >= 0, "sd_event_run");
            }
        }
        void stop() { stopped_ = true; }

    protected:
        struct Slot {
            Slots* own;
            sd_event_source* source;
        };

        void add_descriptor(std::size_t index, int descriptor,
                            sd_event_io_handler_t deliver_from_it) {
            require(::sd_event_add_io(loop_, &slots_[index].source, descriptor, EPOLLIN,
                                      deliver_from_it, &slots_[index]) >= 0,
                    "sd_event_add_io");
        }
        void switch_to(std::size_t index, int state) {
            ::sd_event_source_set_enabled(slots_[index].source, state);
        }
        static void deliver(void* context) {
            const Slot& slot = *static_cast<Slot*>(context);
            slot.own->handler_(static_cast<std::size_t>(&slot - slot.own->slots_.data()));
        }

        sd_event* loop_ = nullptr;
        std::vector<Slot> slots_;

    private:
        Handler handler_;
        bool stopped_ = false;
    };

    // The library is for one thread, so that others can only write to a descriptor.
    class Events : public Slots {
    public:
        Events(std::size_t count, Handler handler)
            : Slots{count, handler}, deferred_(count, nullptr) {
            allow_descriptors(count + 100);
            for (std::size_t index = 0; index < count; ++index) {
                descriptors_.push_back(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
                require(descriptors_.back() >= 0, "eventfd");
                add_descriptor(index, descriptors_.back(), &take);
            }
        }
        ~Events() {
            for (std::size_t index = 0; index < descriptors_.size(); ++index) {
                ::sd_event_source_disable_unref(deferred_[index]);
                // The source that watches it has to go first.
                slots_[index].source = ::sd_event_source_disable_unref(slots_[index].source);
                ::close(descriptors_[index]);
            }
        }
        Events(const Events&) = delete;
        Events& operator=(const Events&) = delete;

        void post(std::size_t index) {
            const std::uint64_t one = 1;
            require(::write(descriptors_[index], &one, sizeof one) == sizeof one, "write");
        }
        void again(std::size_t index) {
            sd_event_source*& source = deferred_[index];
            if (source == nullptr) {
                // It is enabled for one time when it is made.
                require(::sd_event_add_defer(loop_, &source, &call, &slots_[index]) >= 0,
                        "sd_event_add_defer");
            } else {
                ::sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
            }
        }

    private:
        static int take(sd_event_source*, int descriptor, std::uint32_t, void* slot) {
            std::uint64_t posts = 0;
            if (::read(descriptor, &posts, sizeof posts) == sizeof posts) {
                deliver(slot);
            }
            return 0;
        }
        static int call(sd_event_source*, void* slot) {
            deliver(slot);
            return 0;
        }

        std::vector<int> descriptors_;
        std::vector<sd_event_source*> deferred_;
    };

    class Timers : public Slots {
    public:
        Timers(std::size_t count, Handler handler) : Slots{count, handler} {
            for (Slot& slot : slots_) {
                require(::sd_event_add_time(loop_, &slot.source, CLOCK_MONOTONIC, UINT64_MAX,
                                            accuracy_us, &expire, &slot) >= 0,
                        "sd_event_add_time");
                ::sd_event_source_set_enabled(slot.source, SD_EVENT_OFF);
            }
        }
        void arm(std::size_t index, std::chrono::nanoseconds distance) {
            ::sd_event_source_set_time_relative(
                slots_[index].source, static_cast<std::uint64_t>(distance.count() / 1'000));
            switch_to(index, SD_EVENT_ONESHOT);
        }
        void cancel(std::size_t index) { switch_to(index, SD_EVENT_OFF); }

    private:
        // 0 would stand for a quarter of a second.
        static constexpr std::uint64_t accuracy_us = 1;

        static int expire(sd_event_source*, std::uint64_t, void* slot) {
            deliver(slot);
            return 0;
        }
    };

    class Descriptors : public Slots {
    public:
        using Slots::Slots;

        void watch(std::size_t index, int descriptor) {
            add_descriptor(index, descriptor, [](sd_event_source*, int, std::uint32_t, void* slot) {
                deliver(slot);
                return 0;
            });
        }
        void unwatch(std::size_t index) {
            slots_[index].source = ::sd_event_source_disable_unref(slots_[index].source);
        }
        void pause(std::size_t index) { switch_to(index, SD_EVENT_OFF); }
        void resume(std::size_t index) { switch_to(index, SD_EVENT_ON); }
        void turn() { require(::sd_event_run(loop_, 0) >= 0, "sd_event_run"); }
    };
};

}  // namespace bench
