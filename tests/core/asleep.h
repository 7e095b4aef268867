// Tells whether a thread sleeps, as /proc tells it. For tests.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

namespace tocsin::core {

// The number by which the kernel knows the calling thread.
[[nodiscard]] inline pid_t own_thread() noexcept {
    return static_cast<pid_t>(::syscall(SYS_gettid));
}

// Whether the thread `thread` of this process sleeps until it is woken.
[[nodiscard]] inline bool is_asleep(pid_t thread) {
    std::ifstream file{"/proc/self/task/" + std::to_string(thread) + "/stat"};
    const std::string line{std::istreambuf_iterator<char>{file}, {}};
    const std::size_t name_end = line.rfind(')');
    return name_end != std::string::npos && line.substr(name_end, 3) == ") S";
}

}  // namespace tocsin::core
