// Everything that serving a path asks for fails, with the test in the kernel's place.
#include <cstdarg>
#include <fcntl.h>
#include <fuse_log.h>
#include <poll.h>
#include <stdexcept>
#include <sys/stat.h>

#include <tests/failure/kernels.h>
#include <tests/resource/file_kernel.h>
#include <tests/resource/memory_files.h>
#include <tests/resource/switchboard.h>
#include <tests/resource/test_kernel.h>

namespace tocsin::failure {
namespace {

using resource::Answer;
using resource::FileKernel;
using resource::KernelEnd;
using resource::TestKernel;

// The answer to a message. One that was left lying is taken when nothing fails any more.
Answer answer_to(KernelEnd& kernel, Trial& trial, std::uint64_t number) {
    std::optional<Answer> answer = kernel.answer_of(number);
    if (!answer) {
        trial.end();
        answer = kernel.answer_of(number);
    }
    EXPECT_TRUE(answer) << "a client waits for ever";
    return answer.value_or(Answer{.error = EIO});
}

// Opens, writes, waits for input, reads and closes.
std::error_code use(KernelEnd& kernel, Trial& trial) {
    const Answer opened =
        answer_to(kernel, trial, kernel.send(FUSE_OPEN, FUSE_ROOT_ID, ::fuse_open_in{}));
    if (opened.error != 0) {
        return error_of(opened.error);
    }
    const std::uint64_t file = opened.as<::fuse_open_out>().fh;
    const ::fuse_poll_in asked{.fh = file,
                               .kh = KernelEnd::poll_handle_of(file),
                               .flags = FUSE_POLL_SCHEDULE_NOTIFY,
                               .events = POLLIN};
    const Answer polled = answer_to(kernel, trial, kernel.send(FUSE_POLL, FUSE_ROOT_ID, asked));
    const ::fuse_write_in said{.fh = file,
                               .offset = 0,
                               .size = 4,
                               .write_flags = 0,
                               .lock_owner = 0,
                               .flags = 0,
                               .padding = 0};
    const Answer written =
        answer_to(kernel, trial, kernel.send(FUSE_WRITE, FUSE_ROOT_ID, said, "word"));
    const Answer read = answer_to(kernel, trial, kernel.send_read(file, O_NONBLOCK));
    kernel.release(file);
    for (const Answer& answer : {polled, written, read}) {
        if (answer.error != 0 && answer.error != EAGAIN) {
            return error_of(answer.error);
        }
    }
    return {};
}

// What fails in the kernel's greeting ends the connection, which has not begun.
template <typename Kernel, typename Served>
std::error_code serve(Trial& trial, Served served) {
    try {
        Kernel kernel{served};
        return use(kernel, trial);
    } catch (const std::system_error&) {
        throw;
    } catch (const std::runtime_error&) {
        EXPECT_TRUE(trial.reached());
        return {};
    }
}

std::error_code serve_a_file_system(Trial& trial) {
    resource::MemoryFiles files{S_IFCHR | 0600};
    return serve<FileKernel, resource::FileSystem&>(trial, files);
}

std::error_code serve_a_resource(Trial& trial) {
    resource::Switchboard board;
    return serve<TestKernel, resource::Directory::Entry>(trial, &board);
}

class Resource : public Failing {
protected:
    // libfuse says what it lacks a thousand times.
    static void SetUpTestSuite() {
        ::fuse_set_log_func([](::fuse_log_level, const char*, std::va_list) {});
    }
};

TEST_P(Resource, what_fails_is_told_and_leaves_nothing_behind) {
    fail_everything();
}

INSTANTIATE_TEST_SUITE_P(Operations, Resource,
                         testing::ValuesIn(cases_of({{{"serve_a_file_system", &serve_a_file_system},
                                                      {"serve_a_resource", &serve_a_resource}}},
                                                    kernels_of_all_ages())),
                         &name_of_case);

}  // namespace
}  // namespace tocsin::failure
