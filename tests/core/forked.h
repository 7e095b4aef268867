// Runs a part of a test in a child of fork(). For tests.
#pragma once

#include <cstdio>
#include <sys/wait.h>
#include <type_traits>
#include <unistd.h>

namespace tocsin::core {

inline constexpr int child_failed = 99;

// Runs `body()` in a child, which leaves without cleaning up what it inherited; its value, a bool
// (true is 0) or an int, is the exit status. Returns the child.
template <typename Body>
[[nodiscard]] pid_t start_child(Body&& body) {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        int status = child_failed;
        try {
            if constexpr (std::is_same_v<decltype(body()), bool>) {
                status = body() ? 0 : 1;
            } else {
                status = body();
            }
        } catch (...) {
        }
        ::_exit(status);
    }
    return child;
}

// The exit status of `child`, or minus the number of the signal that killed it.
[[nodiscard]] inline int status_of(pid_t child) {
    int status = 0;
    if (::waitpid(child, &status, 0) != child) {
        return child_failed;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// As start_child(), and waits for it.
template <typename Body>
[[nodiscard]] int in_child(Body&& body) {
    return status_of(start_child(body));
}

}  // namespace tocsin::core
