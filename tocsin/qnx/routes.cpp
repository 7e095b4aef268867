// Finding functions. Private to tocsin/qnx.
#include <tocsin/qnx/routes.h>

#include <cerrno>
#include <climits>
#include <new>

namespace tocsin::qnx {

namespace {

constexpr int type_max = UINT16_MAX;

}  // namespace

int Routes::add_messages(int low, int high, const Route& route) noexcept {
    if (low < 0 || high < low || high > type_max || route.function == nullptr) {
        return EINVAL;
    }
    const std::lock_guard lock{mutex_};
    const auto next = messages_.lower_bound(low);
    if (next != messages_.end() && next->second.low <= high) {
        return EINVAL;
    }
    try {
        messages_.emplace(high, Range{.low = low, .route = route});
        return 0;
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

int Routes::remove_messages(int low, int high) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = messages_.find(high);
    if (found == messages_.end() || found->second.low != low) {
        return EINVAL;
    }
    messages_.erase(found);
    return 0;
}

void Routes::set_default(const Route& route) noexcept {
    const std::lock_guard lock{mutex_};
    default_ = route;
}

int Routes::add_pulse(int code, const Route& route) noexcept {
    if (code < SCHAR_MIN || code > SCHAR_MAX || route.function == nullptr) {
        return EINVAL;
    }
    const std::lock_guard lock{mutex_};
    try {
        return pulses_.emplace(code, route).second ? 0 : EINVAL;
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

int Routes::remove_pulse(int code) noexcept {
    const std::lock_guard lock{mutex_};
    return pulses_.erase(code) == 1 ? 0 : EINVAL;
}

std::optional<int> Routes::free_pulse() const noexcept {
    const std::lock_guard lock{mutex_};
    for (int code = _PULSE_CODE_MAXAVAIL; code >= _PULSE_CODE_MINAVAIL; --code) {
        if (!pulses_.contains(code)) {
            return code;
        }
    }
    return {};
}

std::optional<Routes::Route> Routes::for_message(int type) const noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = messages_.lower_bound(type);
    if (found == messages_.end() || found->second.low > type) {
        return {};
    }
    return found->second.route;
}

std::optional<Routes::Route> Routes::for_pulse(int code) const noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = pulses_.find(code);
    return found == pulses_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<Routes::Route> Routes::for_others() const noexcept {
    const std::lock_guard lock{mutex_};
    return default_;
}

}  // namespace tocsin::qnx
