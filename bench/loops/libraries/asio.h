// asio: handlers posted to an io_context; a timer or a descriptor for each slot. Private to
// bench/loops.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

// GCC takes a member of a descriptor that was moved for one that nobody has set.
#pragma GCC diagnostic push
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <asio.hpp>
#pragma GCC diagnostic pop

#include <bench/loops/handler.h>

namespace bench {

struct Asio {
    static constexpr const char* name = "asio";
    static constexpr const char* descriptors_name = name;
    static constexpr bool is_queue = false;
    static constexpr bool in_order = true;
    static constexpr bool looks_at_all = false;
    static constexpr std::size_t events_max = SIZE_MAX;
    // What is posted is made for it, and is gone once it was called: none is idle.
    static constexpr bool has_idle_events = false;
    static std::string version() {
        return std::to_string(ASIO_VERSION / 100'000) + "." +
               std::to_string(ASIO_VERSION / 100 % 1'000) + "." +
               std::to_string(ASIO_VERSION % 100);
    }

    // An io_context that one thread runs, as it is told, so that what is posted there takes no
    // lock.
    class Context {
    public:
        explicit Context(Handler handler) : handler_{handler} {}

        void run() {
            context_.restart();
            context_.run();
        }
        void stop() { context_.stop(); }

    protected:
        Handler handler_;
        asio::io_context context_{1};

    private:
        asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    };

    class Events : public Context {
    public:
        Events(std::size_t, Handler handler) : Context{handler} {}

        void post(std::size_t index) {
            asio::post(context_, [this, index] { handler_(index); });
        }
        void again(std::size_t index) { post(index); }
    };

    class Timers : public Context {
    public:
        Timers(std::size_t count, Handler handler) : Context{handler} {
            timers_.reserve(count);
            for (std::size_t index = 0; index < count; ++index) {
                timers_.emplace_back(context_);
            }
        }
        void arm(std::size_t index, std::chrono::nanoseconds distance) {
            timers_[index].expires_after(distance);
            timers_[index].async_wait([this, index](std::error_code error) {
                if (!error) {
                    handler_(index);
                }
            });
        }
        // What waited for it will be called with an error, by the next run.
        void cancel(std::size_t index) { timers_[index].cancel(); }

    private:
        std::vector<asio::steady_timer> timers_;
    };

    class Descriptors : public Context {
    public:
        Descriptors(std::size_t count, Handler handler) : Context{handler} {
            slots_.reserve(count);
            for (std::size_t index = 0; index < count; ++index) {
                slots_.emplace_back(asio::posix::stream_descriptor{context_});
            }
        }
        // The descriptors are not its own to be closed.
        ~Descriptors() {
            for (Slot& slot : slots_) {
                if (slot.stream.is_open()) {
                    slot.stream.release();
                }
            }
        }
        Descriptors(const Descriptors&) = delete;
        Descriptors& operator=(const Descriptors&) = delete;

        void watch(std::size_t index, int descriptor) {
            slots_[index].stream.assign(descriptor);
            slots_[index].is_on = true;
            wait(index);
        }
        void unwatch(std::size_t index) {
            slots_[index].is_on = false;
            slots_[index].stream.release();
        }
        // A wait is for one time, so it is enough not to wait again, nor to heed one that is over.
        void pause(std::size_t index) { slots_[index].is_on = false; }
        void resume(std::size_t index) {
            slots_[index].is_on = true;
            if (!slots_[index].waits) {
                wait(index);
            }
        }
        void turn() {
            context_.restart();
            context_.poll();
        }

    private:
        struct Slot {
            asio::posix::stream_descriptor stream;
            bool is_on = false;
            bool waits = false;
        };

        void wait(std::size_t index) {
            slots_[index].waits = true;
            slots_[index].stream.async_wait(asio::posix::stream_descriptor::wait_read,
                                            [this, index](std::error_code error) {
                                                // By then another descriptor may be watched in the
                                                // slot of one given back.
                                                if (!error) {
                                                    deliver(index);
                                                }
                                            });
        }
        void deliver(std::size_t index) {
            slots_[index].waits = false;
            if (slots_[index].is_on) {
                handler_(index);
            }
            if (slots_[index].is_on && !slots_[index].waits) {
                wait(index);
            }
        }

        std::vector<Slot> slots_;
    };
};

}  // namespace bench
