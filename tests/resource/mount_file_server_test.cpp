// Shows how a FileServer comes and goes, and who may come in.
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tests/core/forked.h>
#include <tests/core/open_descriptors.h>
#include <tests/resource/at_path.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/file_threads.h>
#include <tests/resource/memory_files.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/resource/fusermount.h>

namespace tocsin::resource {
namespace {

using testing::HasSubstr;

class MountFileServer : public testing::Test {
protected:
    [[nodiscard]] base::Descriptor open(int flags) const {
        return base::Descriptor{::open(path.c_str(), flags | O_CLOEXEC)};
    }

    TemporaryDirectory directory;
    std::string path = directory / "stream";
    MemoryFiles files{S_IFCHR | 0644};
};

TEST_F(MountFileServer, the_path_is_there_from_construction_to_stop_and_nothing_is_left) {
    {
        FileServer server{path, files};
        EXPECT_EQ(server.path(), path);
        EXPECT_TRUE(served(path));
        server.stop();
        EXPECT_FALSE(served(path));
        EXPECT_TRUE(directory.empty());
        server.stop();
    }
    EXPECT_TRUE(directory.empty());
}

TEST_F(MountFileServer, it_costs_two_descriptors_and_gives_them_back) {
    const std::set<int> before = core::open_descriptors();
    {
        const FileServer server{path, files};
        EXPECT_EQ(core::open_descriptors().size(), before.size() + 2);
        EXPECT_NE(::fcntl(server.descriptor(), F_GETFD) & FD_CLOEXEC, 0);
    }
    EXPECT_EQ(core::open_descriptors(), before);
}

TEST_F(MountFileServer, the_kernel_greets_before_the_constructor_returns) {
    FileServer server{path, files};
    std::vector<std::byte> buffer(FileSystem::write_headroom + FileServer::message_size_max);
    std::size_t size = 0;
    EXPECT_EQ(server.receive(buffer, size), std::errc::resource_unavailable_try_again);
}

TEST_F(MountFileServer, stopping_ends_whoever_is_inside) {
    FileServer server{path, files};
    std::optional<FileThreads> threads{std::in_place, server, 2};
    const base::Descriptor file = open(O_RDWR);
    std::string read;
    short ready = 0;
    std::thread reader{[&] { read = read_from(file); }};
    std::thread poller{[&] { ready = poll_for(file, POLLIN); }};
    ASSERT_TRUE(
        files.log_shows([](const auto& log) { return log.parked == 1 && log.polls_waiting == 1; }));
    threads.reset();
    server.stop();
    reader.join();
    poller.join();
    EXPECT_THAT(read, HasSubstr("errno"));
    EXPECT_NE(ready & POLLERR, 0);
    EXPECT_EQ(::write(file.number(), "x", 1), -1);
    // An answer and a wake-up that come too late reach nobody.
    files.put("late");
    EXPECT_TRUE(directory.empty());
}

TEST_F(MountFileServer, somebody_else_may_unmount_and_who_receives_is_told) {
    FileServer server{path, files};
    ASSERT_FALSE(unmount_with_fusermount(path));
    std::vector<std::byte> buffer(FileSystem::write_headroom + FileServer::message_size_max);
    std::size_t size = 0;
    std::error_code error;
    // A last message may lie before the end.
    EXPECT_TRUE(core::comes_true([&] {
        error = server.receive(buffer, size);
        return error == std::errc::no_such_device;
    }));
    server.stop();
    EXPECT_TRUE(directory.empty());
}

TEST_F(MountFileServer, a_path_that_is_served_or_wrong_is_refused_in_one_line) {
    const FileServer server{path, files};
    const auto failure_of = [&](const std::string& at, bool is_directory) {
        try {
            const FileServer second{at, files, {.directory = is_directory}};
        } catch (const std::system_error& error) {
            return error.code();
        }
        return std::error_code{};
    };
    EXPECT_EQ(failure_of(path, false), Error::already_mounted);
    EXPECT_EQ(failure_of("relative", false), Error::relative_path);
    EXPECT_EQ(failure_of(directory / "no/parent", true), Error::no_placeholder);
    EXPECT_EQ(failure_of(directory.path(), false), Error::wrong_kind);
}

TEST_F(MountFileServer, a_dead_managers_mount_is_replaced) {
    const ::pid_t child = core::start_child([&] {
        const FileServer server{path, files};
        return ::raise(SIGKILL);
    });
    EXPECT_EQ(core::status_of(child), -SIGKILL);
    EXPECT_FALSE(exists(path));
    FileServer server{path, files};
    const FileThreads threads{server};
    EXPECT_TRUE(open(O_RDONLY));
}

TEST_F(MountFileServer, a_forked_child_cannot_end_nor_answer_what_its_parent_serves) {
    auto server = std::make_unique<FileServer>(path, files);
    const FileThreads threads{*server};
    const base::Descriptor file = open(O_RDONLY);
    std::string read;
    std::thread reader{[&] { read = read_from(file); }};
    ASSERT_TRUE(files.log_shows([](const auto& log) { return log.parked == 1; }));
    const int status = core::in_child([&] {
        std::vector<std::byte> buffer(FileSystem::write_headroom + FileServer::message_size_max);
        std::size_t size = 0;
        const bool refused = server->receive(buffer, size) == std::errc::no_such_device;
        files.drop_parked();
        server->stop();
        server.reset();
        return refused;
    });
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(served(path));
    files.put("parent");
    reader.join();
    EXPECT_EQ(read, "parent");
}

TEST_F(MountFileServer, a_thread_that_serves_is_refused_by_another_that_does) {
    FileServer server{path, files};
    const FileThreads threads{server};
    server.begin_serving(::gettid());
    EXPECT_FALSE(open(O_RDONLY));
    EXPECT_EQ(errno, EDEADLK);
    server.end_serving(::gettid());
    EXPECT_TRUE(open(O_RDONLY));
}

// What somebody else gets who opens it.
class MountRootFileServer : public MountFileServer {
protected:
    [[nodiscard]] int error_as_nobody(int flags) const {
        return core::in_child([&] {
            const bool nobody = ::setgid(65534) == 0 && ::setuid(65534) == 0;
            return !nobody ? core::child_failed : ::open(path.c_str(), flags) < 0 ? errno : 0;
        });
    }
};

TEST_F(MountRootFileServer, the_kernel_checks_the_mode_when_it_is_told_to) {
    FileServer server{path, files};
    const FileThreads threads{server};
    EXPECT_EQ(error_as_nobody(O_RDONLY), 0);
    EXPECT_EQ(error_as_nobody(O_WRONLY), EACCES);
    EXPECT_EQ(files.log().opened, 1);
}

TEST_F(MountRootFileServer, the_file_system_checks_when_the_kernel_does_not) {
    FileServer server{path, files, {.kernel_checks_permissions = false}};
    const FileThreads threads{server};
    EXPECT_EQ(error_as_nobody(O_WRONLY), 0);
    EXPECT_EQ(files.log().last_opener.uid, 65534U);
    files.refuse_opens(EPERM);
    EXPECT_EQ(error_as_nobody(O_RDONLY), EPERM);
}

}  // namespace
}  // namespace tocsin::resource
