// libuv: a uv_async_t, uv_timer_t or uv_poll_t for each slot. Private to bench/loops.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <uv.h>
#include <vector>

#include <bench/loops/handler.h>
#include <bench/measure/stopwatch.h>

namespace bench {

struct Libuv {
    static constexpr const char* name = "libuv";
    static constexpr const char* descriptors_name = name;
    static constexpr bool is_queue = false;
    static constexpr bool in_order = false;
    static constexpr bool looks_at_all = true;
    static constexpr std::size_t events_max = SIZE_MAX;
    static std::string version() { return ::uv_version_string(); }

    // A loop with a handle of that type for each slot.
    template <typename Handle>
    class Slots {
    public:
        Slots(std::size_t count, Handler handler) : handles_(count), handler_{handler} {
            require(::uv_loop_init(&loop_) == 0, "uv_loop_init");
            loop_.data = this;
        }
        ~Slots() {
            for (Handle& handle : handles_) {
                auto* const plain = reinterpret_cast<uv_handle_t*>(&handle);
                // One that was never made has no loop.
                if (plain->loop != nullptr && ::uv_is_closing(plain) == 0) {
                    ::uv_close(plain, nullptr);
                }
            }
            ::uv_run(&loop_, UV_RUN_DEFAULT);
            ::uv_loop_close(&loop_);
        }
        Slots(const Slots&) = delete;
        Slots& operator=(const Slots&) = delete;

        void run() { ::uv_run(&loop_, UV_RUN_DEFAULT); }
        void stop() { ::uv_stop(&loop_); }

    protected:
        static void deliver(Handle* handle) {
            const Slots& own = *static_cast<Slots*>(handle->loop->data);
            own.handler_(static_cast<std::size_t>(handle - own.handles_.data()));
        }

        uv_loop_t loop_ = {};
        std::vector<Handle> handles_;

    private:
        Handler handler_;
    };

    class Events : public Slots<uv_async_t> {
    public:
        Events(std::size_t count, Handler handler) : Slots{count, handler} {
            for (uv_async_t& handle : handles_) {
                require(::uv_async_init(&loop_, &handle, &deliver) == 0, "uv_async_init");
            }
        }
        void post(std::size_t index) { ::uv_async_send(&handles_[index]); }
        void again(std::size_t index) { post(index); }
    };

    class Timers : public Slots<uv_timer_t> {
    public:
        Timers(std::size_t count, Handler handler) : Slots{count, handler} {
            for (uv_timer_t& handle : handles_) {
                ::uv_timer_init(&loop_, &handle);
            }
        }
        void arm(std::size_t index, std::chrono::nanoseconds distance) {
            ::uv_timer_start(&handles_[index], &deliver,
                             static_cast<std::uint64_t>(distance.count() / 1'000'000), 0);
        }
        void cancel(std::size_t index) { ::uv_timer_stop(&handles_[index]); }
        void run() {
            ::uv_update_time(&loop_);
            Slots::run();
        }
    };

    class Descriptors : public Slots<uv_poll_t> {
    public:
        using Slots::Slots;

        void watch(std::size_t index, int descriptor) {
            require(::uv_poll_init(&loop_, &handles_[index], descriptor) == 0, "uv_poll_init");
            resume(index);
        }
        void unwatch(std::size_t index) {
            ::uv_close(reinterpret_cast<uv_handle_t*>(&handles_[index]), nullptr);
        }
        void pause(std::size_t index) { ::uv_poll_stop(&handles_[index]); }
        void resume(std::size_t index) {
            ::uv_poll_start(&handles_[index], UV_READABLE,
                            [](uv_poll_t* handle, int, int) { deliver(handle); });
        }
        void turn() { ::uv_run(&loop_, UV_RUN_NOWAIT); }
    };
};

}  // namespace bench
