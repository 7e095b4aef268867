// Everything that tocsin/core asks of the kernel fails, on kernels of several ages.
#include <tests/failure/core/operations.h>
#include <tests/failure/kernels.h>

namespace tocsin::failure {
namespace {

class Core : public Failing {};

TEST_P(Core, what_fails_is_told_and_leaves_nothing_behind) {
    fail_everything();
}

INSTANTIATE_TEST_SUITE_P(Operations, Core,
                         testing::ValuesIn(cases_of({operations_of_loops(),
                                                     operations_of_watches()},
                                                    kernels_of_all_ages())),
                         &name_of_case);

}  // namespace
}  // namespace tocsin::failure
