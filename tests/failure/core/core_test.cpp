// Everything that tocsin/core asks of the kernel fails, on kernels of several ages.
#include <tests/failure/core/operations.h>

namespace tocsin::failure {
namespace {

class Core : public Failing {};

TEST_P(Core, what_fails_is_told_and_leaves_nothing_behind) {
    fail_everything();
}

const std::vector<Kernel> kernels{
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

INSTANTIATE_TEST_SUITE_P(
    Operations, Core,
    testing::ValuesIn(cases_of({operations_of_loops(), operations_of_watches()}, kernels)),
    &name_of_case);

}  // namespace
}  // namespace tocsin::failure
