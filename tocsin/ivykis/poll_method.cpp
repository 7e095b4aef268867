// Reading of the two variables that choose it. Private to tocsin/ivykis.
#include <tocsin/ivykis/poll_method.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <iv.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::ivykis {

namespace {

// Two names for each way of the core to wait: what they once differed in is gone, but programs
// print them and users exclude them.
constexpr std::array<PollMethod, 4> methods{{
    {"epoll-timerfd", true},
    {"epoll", true},
    {"ppoll", false},
    {"poll", false},
}};

std::string_view variable(const char* name) noexcept {
    const bool own = ::getauxval(AT_SECURE) == 0 && ::geteuid() == ::getuid();
    const char* const value = own ? std::getenv(name) : nullptr;
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

bool names(std::string_view list, std::string_view name) noexcept {
    constexpr std::string_view space = " \t\n\v\f\r";
    while (true) {
        const std::size_t begin = list.find_first_not_of(space);
        if (begin == std::string_view::npos) {
            return false;
        }
        list.remove_prefix(begin);
        const std::size_t length = std::min(list.find_first_of(space), list.size());
        if (list.substr(0, length) == name) {
            return true;
        }
        list.remove_prefix(length);
    }
}

// Where the kernel refuses epoll, or no descriptor is left for it, the others have to do.
bool works(const PollMethod& method) noexcept {
    return !method.uses_epoll || base::Descriptor{::epoll_create1(EPOLL_CLOEXEC)};
}

}  // namespace

const PollMethod& choose_poll_method() {
    const std::string_view selected = variable("IV_SELECT_POLL_METHOD");
    const std::string_view excluded = variable("IV_EXCLUDE_POLL_METHOD");
    const auto fits = [&](const PollMethod& method) {
        const bool wanted =
            selected.empty() ? !names(excluded, method.name) : selected == method.name;
        return wanted && works(method);
    };
    const auto* const found = std::ranges::find_if(methods, fits);
    if (found == methods.end()) {
        iv_fatal("iv_init: no way to wait is left; IV_SELECT_POLL_METHOD and "
                 "IV_EXCLUDE_POLL_METHOD know epoll-timerfd, epoll, ppoll and poll");
    }
    return *found;
}

}  // namespace tocsin::ivykis
