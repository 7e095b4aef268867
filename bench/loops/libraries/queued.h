// What users of a library without a queue of events put on top of it. Private to bench/loops.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include <bench/loops/handler.h>

namespace bench {

// A queue under a mutex, and one event of the library's, which is posted when the queue was empty.
template <typename Library>
struct Queued {
    inline static const std::string name_text = std::string{Library::name} + " + queue";
    inline static const char* const name = name_text.c_str();
    static constexpr bool is_queue = true;
    static constexpr bool in_order = true;
    static constexpr bool looks_at_all = false;
    static constexpr std::size_t events_max = SIZE_MAX;

    class Events {
    public:
        Events(std::size_t, Handler handler) : handler_{handler}, bell_{1, Handler{&drain, this}} {}

        void post(std::size_t index) {
            bool was_empty = false;
            {
                const std::lock_guard lock{mutex_};
                was_empty = queue_.empty();
                queue_.push_back(index);
            }
            if (was_empty) {
                bell_.post(0);
            }
        }
        void run() { bell_.run(); }
        void stop() { bell_.stop(); }

    private:
        static void drain(void* context, std::size_t) {
            Events& own = *static_cast<Events*>(context);
            {
                const std::lock_guard lock{own.mutex_};
                own.batch_.swap(own.queue_);
            }
            for (const std::size_t index : own.batch_) {
                own.handler_(index);
            }
            own.batch_.clear();
        }

        Handler handler_;
        typename Library::Events bell_;
        std::mutex mutex_;
        std::vector<std::size_t> queue_;
        std::vector<std::size_t> batch_;
    };
};

}  // namespace bench
