// Tocsin: an Event, Timer or Watch for each slot. Private to bench/loops.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <unistd.h>

#include <bench/loops/handler.h>
#include <bench/measure/stopwatch.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/raw_event.h>

namespace bench {

struct Tocsin {
    static constexpr const char* name = "tocsin";
    static constexpr const char* descriptors_name = name;
    static constexpr bool is_queue = false;
    static constexpr bool in_order = true;
    static constexpr bool looks_at_all = false;
    static constexpr std::size_t events_max = SIZE_MAX;
    static std::string version() { return TOCSIN_VERSION; }

    // Is its loop, so that a slot needs no word to find its handler by.
    class Events : private tocsin::core::Loop {
    public:
        Events(std::size_t count, Handler handler)
            : Events{count, handler, tocsin::core::LoopOptions{}} {}
        Events(std::size_t count, Handler handler, const tocsin::core::LoopOptions& options)
            : Loop{options},
              handler_{handler},
              events_{std::make_unique<tocsin::core::Event[]>(count)} {
            for (std::size_t index = 0; index < count; ++index) {
                events_[index].set_handler({&deliver, &events_[index]});
                events_[index].register_with(*this);
            }
        }

        void post(std::size_t index) { events_[index].post(); }
        void again(std::size_t index) { post(index); }
        using Loop::run;
        using Loop::stop;

    private:
        static void deliver(void* context) {
            const auto* const event = static_cast<tocsin::core::Event*>(context);
            const Events& own = static_cast<const Events&>(*event->loop());
            own.handler_(static_cast<std::size_t>(event - own.events_.get()));
        }

        Handler handler_;
        std::unique_ptr<tocsin::core::Event[]> events_;
    };

    class Timers {
    public:
        Timers(std::size_t count, Handler handler)
            : handler_{handler}, slots_{std::make_unique<Slot[]>(count)} {
            for (std::size_t index = 0; index < count; ++index) {
                slots_[index].owner = this;
                slots_[index].timer.set_handler({&deliver, &slots_[index]});
            }
        }

        void arm(std::size_t index, std::chrono::nanoseconds distance) {
            slots_[index].timer.arm(loop_, now_ + distance);
        }
        void cancel(std::size_t index) { slots_[index].timer.cancel(); }
        void run() {
            loop_.run();
            now_ = loop_.now();
        }
        void stop() { loop_.stop(); }

    private:
        struct Slot {
            Timers* owner = nullptr;
            tocsin::core::Timer timer;
        };
        static void deliver(void* context) {
            const auto* const slot = static_cast<Slot*>(context);
            const Timers& own = *slot->owner;
            own.handler_(static_cast<std::size_t>(slot - own.slots_.get()));
        }

        Handler handler_;
        tocsin::core::Loop loop_;
        tocsin::base::Time now_ = loop_.now();  // as a handler finds it
        std::unique_ptr<Slot[]> slots_;
    };

    class Descriptors {
    public:
        Descriptors(std::size_t count, Handler handler)
            : handler_{handler}, slots_{std::make_unique<Slot[]>(count)} {
            for (std::size_t index = 0; index < count; ++index) {
                slots_[index].owner = this;
                slots_[index].watch.set_handler({&deliver, &slots_[index]});
            }
        }

        void watch(std::size_t index, int descriptor) {
            require(!slots_[index].watch.register_with(loop_, descriptor,
                                                       tocsin::core::Condition::input),
                    "a watch that is registered");
        }
        void unwatch(std::size_t index) { slots_[index].watch.unregister(); }
        void pause(std::size_t index) { slots_[index].watch.set_interest({}); }
        void resume(std::size_t index) {
            slots_[index].watch.set_interest(tocsin::core::Condition::input);
        }
        void turn() { loop_.turn(tocsin::core::Wait::no); }
        void run() { loop_.run(); }
        void stop() { loop_.stop(); }

    private:
        struct Slot {
            Descriptors* owner = nullptr;
            tocsin::core::Watch watch;
        };
        static void deliver(void* context, tocsin::core::Conditions) {
            const auto* const slot = static_cast<Slot*>(context);
            const Descriptors& own = *slot->owner;
            own.handler_(static_cast<std::size_t>(slot - own.slots_.get()));
        }

        Handler handler_;
        tocsin::core::Loop loop_;
        std::unique_ptr<Slot[]> slots_;
    };

    class RawEvent {
    public:
        explicit RawEvent(Handler handler) : handler_{handler} {
            require(!event_.register_with(loop_) && !event_.make_poster(poster_), "a raw event");
        }
        [[nodiscard]] int descriptor() const { return poster_.descriptor(); }
        void run() { loop_.run(); }
        void stop() { loop_.stop(); }

    private:
        Handler handler_;
        tocsin::core::Loop loop_;
        tocsin::core::RawEvent event_{tocsin::base::Callback<>{[this] { handler_(0); }}};
        tocsin::core::RawPoster poster_;
    };

    class RawPoster {
    public:
        explicit RawPoster(int descriptor) : poster_{tocsin::base::Descriptor{descriptor}} {}
        void post() { poster_.post(); }

    private:
        tocsin::core::RawPoster poster_;
    };
};

// What a handler has its own loop do, and nobody else: libev's pending queue, and no thread may use
// it but the loop's.
struct TocsinTasks {
    static constexpr const char* name = "tocsin task";
    static constexpr std::size_t events_max = SIZE_MAX;

    class Events : private tocsin::core::Loop {
    public:
        Events(std::size_t count, Handler handler)
            : handler_{handler}, slots_{std::make_unique<Slot[]>(count)} {
            for (std::size_t index = 0; index < count; ++index) {
                slots_[index].owner = this;
                slots_[index].task.set_handler({&deliver, &slots_[index]});
            }
        }

        void post(std::size_t index) { slots_[index].task.schedule(*this); }
        void again(std::size_t index) { post(index); }
        using Loop::run;
        using Loop::stop;

    private:
        struct Slot {
            Events* owner = nullptr;
            tocsin::core::Task task;
        };
        static void deliver(void* context) {
            const auto* const slot = static_cast<Slot*>(context);
            const Events& own = *slot->owner;
            own.handler_(static_cast<std::size_t>(slot - own.slots_.get()));
        }

        Handler handler_;
        std::unique_ptr<Slot[]> slots_;
    };
};

}  // namespace bench
