// Input through the loop. Private to tocsin/cli.
#include <tocsin/cli/input_source.h>

#include <cerrno>
#include <unistd.h>

#include <tocsin/base/errors.h>
#include <tocsin/core/errors.h>

namespace tocsin::cli {

InputSource::InputSource(core::Loop& loop, int descriptor, base::Callback<> ready)
    : loop_{loop},
      descriptor_{descriptor},
      ready_{ready},
      watch_{[this](core::Conditions) { ready_(); }},
      task_{[this] { run_task(); }} {
    // With an interest, since only then the kernel says whether it can watch such a descriptor.
    const std::error_code error = watch_.register_with(loop, descriptor, core::Condition::input);
    if (error && error != core::Error::not_watchable) {
        throw std::system_error{error};
    }
    if (!error) {
        watch_.set_interest({});
    }
}

void InputSource::set_active(bool active) noexcept {
    if (active == active_) {
        return;
    }
    active_ = active;
    if (watch_.registered()) {
        watch_.set_interest(active ? core::Condition::input : core::Conditions{});
    } else if (active) {
        task_.schedule(loop_);
    } else {
        task_.cancel();
    }
}

InputSource::Input InputSource::read(std::span<char> space) noexcept {
    const ssize_t size = ::read(descriptor_, space.data(), space.size());
    if (size > 0) {
        return {.size = static_cast<std::size_t>(size), .ended = false, .error = {}};
    }
    if (size == 0) {
        return {.size = 0, .ended = true, .error = {}};
    }
    const bool again = errno == EAGAIN || errno == EINTR;
    return {.size = 0, .ended = !again, .error = again ? std::error_code{} : base::last_error()};
}

void InputSource::run_task() {
    ready_();
    if (active_) {
        task_.schedule(loop_);
    }
}

}  // namespace tocsin::cli
