// Which function a message or a pulse of a dispatch goes to. Private to tocsin/qnx.
#pragma once

#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <map>
#include <mutex>
#include <optional>

namespace tocsin::qnx {

// Functions that return int return 0 or an errno. Any thread.
class Routes {
public:
    struct Route {
        int (*function)(::message_context_t*, int, unsigned, void*) = nullptr;
        void* handle = nullptr;
    };

    // For the types from `low` to `high`. EINVAL: some of them have a route.
    [[nodiscard]] int add_messages(int low, int high, const Route& route) noexcept;
    [[nodiscard]] int remove_messages(int low, int high) noexcept;
    void set_default(const Route& route) noexcept;

    // For a code of pulses. EINVAL: it has a route.
    [[nodiscard]] int add_pulse(int code, const Route& route) noexcept;
    [[nodiscard]] int remove_pulse(int code) noexcept;

    // The highest code that programs may use and that has no route; empty when all have.
    [[nodiscard]] std::optional<int> free_pulse() const noexcept;

    [[nodiscard]] std::optional<Route> for_message(int type) const noexcept;
    [[nodiscard]] std::optional<Route> for_pulse(int code) const noexcept;
    [[nodiscard]] std::optional<Route> for_others() const noexcept;

private:
    struct Range {
        int low = 0;
        Route route;
    };

    mutable std::mutex mutex_;
    std::map<int, Range> messages_;  // by the last type of the range
    std::map<int, Route> pulses_;
    std::optional<Route> default_;
};

}  // namespace tocsin::qnx
