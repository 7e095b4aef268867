// Which way of waiting a process uses. Private to tocsin/ivykis.
#pragma once

namespace tocsin::ivykis {

// One for all loops of the process. Programs and users know them by name.
struct PollMethod {
    const char* name;
    bool uses_epoll;
};

// The first that IV_EXCLUDE_POLL_METHOD does not name, or the one that IV_SELECT_POLL_METHOD names;
// ends the program when there is none. A set-uid program obeys neither.
[[nodiscard]] const PollMethod& choose_poll_method();

}  // namespace tocsin::ivykis
