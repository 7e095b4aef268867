// Attaching a path, on a kernel that mounts. For tests.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <cstdarg>
#include <fuse_log.h>
#include <tests/failure/qnx/operations.h>
#include <tests/resource/at_path.h>
#include <tests/resource/temporary_directory.h>

namespace tocsin::failure {

namespace {

struct Manager {
    Manager() {
        iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect, _RESMGR_IO_NFUNCS, &io);
        iofunc_attr_init(&attr, S_IFCHR | 0666, nullptr, nullptr);
    }

    int attach(const std::string& path) {
        return resmgr_attach(dispatch, nullptr, path.c_str(), _FTYPE_ANY, 0, &connect, &io, &attr);
    }

    resmgr_connect_funcs_t connect;
    resmgr_io_funcs_t io;
    iofunc_attr_t attr;
    dispatch_t* const dispatch = dispatch_create();
};

// What is not attached leaves neither a mount nor a placeholder, and what is not detached stays.
std::error_code attach_a_path(Trial& trial) {
    const resource::TemporaryDirectory directory;
    const std::string path = directory / "device";
    Manager manager;
    if (manager.dispatch == nullptr) {
        return error_of(errno);
    }
    const int id = manager.attach(path);
    std::error_code told = id < 0 ? error_of(errno) : std::error_code{};
    const bool detached = id >= 0 && resmgr_detach(manager.dispatch, id, 0) == 0;
    told = id >= 0 && !detached ? error_of(errno) : told;
    trial.end();
    EXPECT_EQ(resource::served(path), id >= 0 && !detached) << "after " << told.message();
    if (id >= 0 && !detached) {
        EXPECT_EQ(resmgr_detach(manager.dispatch, id, 0), 0);
    }
    // At the end nobody is told, and what cannot be looked at is left: it might be another's.
    EXPECT_TRUE(!told || directory.empty()) << "after " << told.message();
    EXPECT_EQ(dispatch_destroy(manager.dispatch), 0);
    return told;
}

class MountQnx : public Failing {
protected:
    // libfuse says what it lacks a thousand times.
    static void SetUpTestSuite() {
        ::fuse_set_log_func([](::fuse_log_level, const char*, std::va_list) {});
    }
};

TEST_P(MountQnx, what_fails_is_told_and_leaves_nothing_behind) {
    fail_everything();
}

INSTANTIATE_TEST_SUITE_P(
    Operations, MountQnx,
    testing::ValuesIn(cases_of({{{"attach_a_path", &attach_a_path, {ENODEV, EPERM, EACCES}}}},
                               {{"whole", {}}})),
    &name_of_case);

}  // namespace
}  // namespace tocsin::failure
