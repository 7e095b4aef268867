// Everything that tocsin/qnx asks of the kernel fails.
#include <tests/failure/qnx/operations.h>

namespace tocsin::failure {
namespace {

class Qnx : public Failing {};

TEST_P(Qnx, what_fails_is_told_and_leaves_nothing_behind) {
    fail_everything();
}

// It works by messages in a sealed memfd, and has no other way.
const std::vector<Kernel> kernels{{"whole", {}}};

INSTANTIATE_TEST_SUITE_P(
    Operations, Qnx,
    testing::ValuesIn(cases_of({operations_of_channels(), operations_of_dispatch(),
                                operations_of_other_processes(), operations_of_notification()},
                               kernels)),
    &name_of_case);

}  // namespace
}  // namespace tocsin::failure
