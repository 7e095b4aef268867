// Kernels of several ages, and sandboxes. For tests.
#pragma once

#include <cerrno>
#include <vector>

#include <tests/failure/operation.h>

namespace tocsin::failure {

[[nodiscard]] inline std::vector<Kernel> kernels_of_all_ages() {
    return {
        {"whole", {}},
        {"without_eventfd", {{Call::eventfd, ENOSYS}}},
        {"with_pipes_only", {{Call::eventfd, EPERM}, {Call::socketpair, EPERM}}},
        {"without_new_calls",
         {{Call::epoll_pwait2, ENOSYS}, {Call::pidfd_open, EPERM}, {Call::memfd_create, ENOSYS}}},
        {"old",
         {{Call::eventfd, ENOSYS},
          {Call::socketpair, EPERM},
          {Call::epoll_create1, ENOSYS},
          {Call::pidfd_open, ENOSYS}}}};
}

}  // namespace tocsin::failure
