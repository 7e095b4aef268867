// Everything that putting something on a path asks for fails, on a kernel that mounts.
#include <cstdarg>
#include <fuse_log.h>
#include <sys/stat.h>

#include <tests/failure/operation.h>
#include <tests/resource/at_path.h>
#include <tests/resource/memory_files.h>
#include <tests/resource/temporary_directory.h>
#include <tocsin/resource/file_server.h>

namespace tocsin::failure {
namespace {

using resource::TemporaryDirectory;

// The only thing that is not allowed here is to open what is asked for.
std::error_code told_by(const std::system_error& error) {
    return error.code() == resource::Error::no_placeholder ? error_of(EACCES) : error.code();
}

// What serving fails with leaves neither a mount nor a placeholder.
template <typename Serve>
std::error_code serve_at(Trial& trial, Serve serve) {
    const TemporaryDirectory directory;
    std::error_code told;
    try {
        serve(directory / "path");
    } catch (const std::system_error& error) {
        told = told_by(error);
    } catch (const std::bad_alloc&) {
        told = error_of(ENOMEM);
    }
    trial.end();
    EXPECT_FALSE(resource::served(directory / "path")) << "after " << told.message();
    // At the end nobody is told, and what cannot be looked at is left: it might be another's.
    EXPECT_TRUE(!told || directory.empty()) << "after " << told.message();
    return told;
}

std::error_code serve_from_a_loop(Trial& trial) {
    return serve_at(trial, [](const std::string& path) {
        core::Loop loop;
        resource::Switchboard board;
        const resource::Mount mount{loop, path, board};
        loop.turn(core::Wait::no);
    });
}

std::error_code serve_from_a_thread(Trial& trial) {
    return serve_at(trial, [](const std::string& path) {
        resource::Switchboard board;
        const resource::Mount mount{path, board};
    });
}

std::error_code serve_files(Trial& trial) {
    return serve_at(trial, [](const std::string& path) {
        resource::MemoryFiles files{S_IFREG | 0600};
        const resource::FileServer server{path, files};
    });
}

std::error_code list_what_is_served(Trial&) {
    std::vector<std::string> paths;
    return resource::list_served_paths(paths);
}

class MountResource : public Failing {
protected:
    // libfuse says what it lacks a thousand times.
    static void SetUpTestSuite() {
        ::fuse_set_log_func([](::fuse_log_level, const char*, std::va_list) {});
    }
};

TEST_P(MountResource, what_fails_is_told_and_leaves_nothing_behind) {
    fail_everything();
}

INSTANTIATE_TEST_SUITE_P(
    Operations, MountResource,
    testing::ValuesIn(cases_of({{{"serve_from_a_loop", &serve_from_a_loop, {ENODEV, EPERM}},
                                 {"serve_from_a_thread", &serve_from_a_thread, {ENODEV, EPERM}},
                                 {"serve_files", &serve_files, {ENODEV, EPERM}},
                                 {"list_what_is_served", &list_what_is_served}}},
                               {{"whole", {}}})),
    &name_of_case);

}  // namespace
}  // namespace tocsin::failure
