// Everything that the face of ivykis asks of the kernel fails, on kernels of several ages.
#include <tests/failure/ivykis/operations.h>

#include <iv.h>

namespace tocsin::failure {
namespace {

class Ivykis : public Failing {
protected:
    Ivykis() { ::iv_init(); }
    ~Ivykis() override { ::iv_deinit(); }
};

TEST_P(Ivykis, what_fails_is_told_and_leaves_nothing_behind) {
    fail_everything();
}

const std::vector<Kernel> kernels{{"whole", {}},
                                  {"old",
                                   {{Call::eventfd, ENOSYS},
                                    {Call::socketpair, EPERM},
                                    {Call::epoll_pwait2, ENOSYS},
                                    {Call::pidfd_open, ENOSYS}}}};

INSTANTIATE_TEST_SUITE_P(Operations, Ivykis,
                         testing::ValuesIn(cases_of({operations_of_ivykis()}, kernels)),
                         &name_of_case);

}  // namespace
}  // namespace tocsin::failure
