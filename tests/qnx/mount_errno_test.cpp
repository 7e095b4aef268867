// Shows that the names of errors that only QNX has reach a manager's clients as they are.
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/qnx/device.h>
#include <tests/resource/client_calls.h>

namespace tocsin::qnx {
namespace {

std::atomic<int> answer{0};

TEST(MountErrno, each_name_that_linux_has_not_reaches_the_client) {
    Device device;
    device.io.read = [](resmgr_context_t*, io_read_t*, iofunc_ocb_t*) { return answer.load(); };
    device.serve();
    const base::Descriptor file = device.open(O_RDONLY);
    for (const int error : {EBADFSYS, EBADRPC, ECTRLTERM, EDSTFAULT, EENDIAN, EFPOS, EMORE, ENOLIC,
                            ENONDP, ENOREMOTE, ESRVRFAULT, EPROCUNAVAIL, EPROGMISMATCH,
                            EPROGUNAVAIL, ERPCMISMATCH, EFTYPE, EAUTH, ENEEDAUTH}) {
        answer = error;
        EXPECT_EQ(resource::read_from(file), "errno " + std::to_string(error));
    }
}

// Nobody sends a call of the kernel's again.
TEST(MountErrno, a_call_that_is_to_be_made_again_is_interrupted) {
    Device device;
    device.io.read = [](resmgr_context_t*, io_read_t*, iofunc_ocb_t*) { return ERESTART; };
    device.serve();
    const base::Descriptor file = device.open(O_RDONLY);
    char byte = 0;
    EXPECT_EQ(::read(file.number(), &byte, 1), -1);
    EXPECT_EQ(errno, EINTR);
}

}  // namespace
}  // namespace tocsin::qnx
