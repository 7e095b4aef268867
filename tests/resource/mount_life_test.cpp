// Shows how a mount comes and goes, and what is left when anybody dies.
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tests/core/does.h>
#include <tests/core/forked.h>
#include <tests/core/open_descriptors.h>
#include <tests/core/patience.h>
#include <tests/places/places.h>
#include <tests/resource/at_path.h>
#include <tests/resource/manager.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/resource/fusermount.h>

namespace tocsin::resource {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

class MountLife : public testing::Test {
protected:
    TemporaryDirectory directory;
    std::string path = directory / "board";
    Switchboard board;
};

TEST_F(MountLife, a_clean_stop_leaves_no_mount_and_no_placeholder_that_it_made) {
    {
        const Manager manager{path, board};
        EXPECT_TRUE(served(path));
    }
    EXPECT_FALSE(served(path));
    EXPECT_TRUE(directory.empty());
}

TEST_F(MountLife, a_file_that_was_there_is_there_again_with_what_is_in_it) {
    std::ofstream{path} << "before";
    {
        const Manager manager{path, board};
    }
    std::string text;
    std::ifstream{path} >> text;
    EXPECT_EQ(text, "before");
}

TEST_F(MountLife, a_resource_can_be_served_again_elsewhere) {
    {
        const Manager manager{path, board};
    }
    const Manager manager{directory / "other", board};
    EXPECT_TRUE(served(directory / "other"));
}

TEST_F(MountLife, stopping_ends_blocked_readers_and_pollers) {
    auto manager = std::make_unique<Manager>(path, board);
    const base::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    int read_error = 0;
    short ready = 0;
    std::thread reader{[&] {
        char byte = 0;
        read_error = ::read(file.number(), &byte, 1) < 0 ? errno : 0;
    }};
    std::thread poller{[&] {
        ::pollfd entry = {.fd = file.number(), .events = POLLIN, .revents = 0};
        ::poll(&entry, 1, 20'000);
        ready = entry.revents;
    }};
    ASSERT_TRUE(board.log_shows([](const auto& log) { return log.parked_reads == 1; }));
    ASSERT_TRUE(core::comes_true([&] { return board.wait_queue().counters().armed_now == 3; }));
    manager.reset();
    reader.join();
    poller.join();
    EXPECT_EQ(read_error, EIO);
    EXPECT_NE(ready & POLLERR, 0);
    EXPECT_EQ(board.log().closed, 1);
    EXPECT_EQ(board.wait_queue().counters().armed_now, 0U);
}

TEST_F(MountLife, a_killed_manager_leaves_errors_and_the_next_one_replaces_its_mount) {
    Program doorbell{{places::program("doorbell"), path}};
    ASSERT_EQ(doorbell.read_line(), "ready");
    Program reader{{"sh", "-c", "echo start; cat \"$0\" 2>/dev/null; echo $?", path}};
    ASSERT_EQ(reader.read_line(), "start");
    Program poller{{"python3", "-c",
                    "import os, select, sys\n"
                    "poll = select.poll()\n"
                    "poll.register(os.open(sys.argv[1], os.O_RDONLY), select.POLLIN)\n"
                    "print('start', flush=True)\n"
                    "print(poll.poll(20000)[0][1] & select.POLLERR)\n",
                    path}};
    ASSERT_EQ(poller.read_line(), "start");
    ASSERT_TRUE(core::comes_true([&] {
        std::string status;
        return !read_status(path, status) && status.find("\"parked\":1") != std::string::npos &&
               status.find("\"condition\":\"input\"") != std::string::npos;
    }));
    doorbell.kill(SIGKILL);
    EXPECT_EQ(doorbell.wait(), -SIGKILL);
    EXPECT_EQ(reader.read_line(), "1");
    EXPECT_EQ(poller.read_line(), std::to_string(POLLERR));
    EXPECT_FALSE(exists(path));
    EXPECT_EQ(errno, ENOTCONN);
    {
        const Manager manager{path, board};
        EXPECT_TRUE(exists(path));
    }
    EXPECT_TRUE(directory.empty());
}

TEST_F(MountLife, a_program_that_is_started_meanwhile_does_not_hold_the_connection) {
    const Manager manager{path, board};
    int devices = 0;
    for (const int number : core::open_descriptors()) {
        std::error_code error;
        const std::string link = "/proc/self/fd/" + std::to_string(number);
        if (std::filesystem::read_symlink(link, error) == "/dev/fuse") {
            ++devices;
            EXPECT_NE(::fcntl(number, F_GETFD) & FD_CLOEXEC, 0);
        }
    }
    EXPECT_EQ(devices, 1);
}

TEST_F(MountLife, somebody_else_may_unmount_and_the_manager_is_told) {
    core::Loop loop;
    int ended = 0;
    core::Does<> tell{[&] {
        ++ended;
        loop.stop();
    }};
    Mount mount{loop, path, board, {.ended = tell}};
    EXPECT_TRUE(mount.alive());
    ASSERT_FALSE(unmount_with_fusermount(path));
    ASSERT_TRUE(core::turn_until(loop, [&] { return ended > 0; }));
    EXPECT_EQ(ended, 1);
    EXPECT_FALSE(mount.alive());
    mount.stop();
    mount.stop();
    EXPECT_TRUE(directory.empty());
}

TEST_F(MountLife, what_somebody_put_in_its_place_is_left_alone) {
    {
        const Manager manager{path, board};
        ASSERT_FALSE(unmount_with_fusermount(path));
        std::ofstream{path} << "new";
    }
    std::string text;
    std::ifstream{path} >> text;
    EXPECT_EQ(text, "new");
}

TEST_F(MountLife, who_keeps_the_directory_locked_delays_a_mount_but_does_not_prevent_it) {
    const base::Descriptor lock{::open(directory.path().c_str(), O_RDONLY | O_CLOEXEC)};
    ASSERT_EQ(::flock(lock.number(), LOCK_EX), 0);
    const Manager manager{path, board};
    EXPECT_TRUE(served(path));
}

TEST_F(MountLife, a_forked_child_cannot_end_what_its_parent_serves) {
    core::Loop loop;
    auto own = std::make_unique<Switchboard>();
    auto mount = std::make_unique<Mount>(loop, path, *own);
    const int status = core::in_child([&] {
        mount->stop();
        mount.reset();
        own.reset();
        return true;
    });
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(served(path));
    EXPECT_TRUE(mount->alive());
    EXPECT_EQ(mount->path(), path);
}

TEST_F(MountLife, bad_paths_fail_with_one_clear_line_and_leave_nothing_behind) {
    ASSERT_EQ(::mkfifo((directory / "pipe").c_str(), 0600), 0);
    std::filesystem::create_directory(directory / "folder");
    std::filesystem::create_symlink("nowhere", directory / "link");
    std::ofstream{directory / "file"} << "x";
    Directory tree;
    struct Case {
        std::string path;
        Directory* tree;
        Error error;
        std::string reason;
    };
    const std::vector<Case> cases = {
        {"relative", nullptr, Error::relative_path, "absolute"},
        {"", nullptr, Error::relative_path, "absolute"},
        {directory / "pipe", nullptr, Error::wrong_kind, "neither a regular file"},
        {directory / "folder", nullptr, Error::wrong_kind, "it is a directory"},
        {directory / "link", nullptr, Error::wrong_kind, "symbolic link"},
        {directory / "file", &tree, Error::wrong_kind, "wrong kind"},
        {directory / "no/parent", nullptr, Error::no_placeholder, "No such file"},
        {directory / "file/x", nullptr, Error::no_placeholder, "Not a directory"},
        {directory / std::string(300, 'n'), nullptr, Error::no_placeholder, "too long"}};
    for (const Case& bad : cases) {
        const auto [code, line] = failure_at(bad.path, bad.tree);
        EXPECT_EQ(code, bad.error) << bad.path << ": " << line;
        EXPECT_THAT(line, AllOf(HasSubstr(bad.path), HasSubstr(bad.reason)));
        EXPECT_EQ(line.find('\n'), std::string::npos);
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{directory.path()}, {}), 4);
}

TEST_F(MountLife, a_path_that_is_served_is_not_served_twice) {
    const Manager manager{path, board};
    const auto [code, line] = failure_at(path);
    EXPECT_EQ(code, Error::already_mounted) << line;
    EXPECT_TRUE(exists(path));
}

TEST_F(MountLife, without_descriptors_it_fails_and_leaves_nothing_behind) {
    core::Loop loop;
    bool worked = false;
    for (int left = 0; left < 12 && !worked; ++left) {
        const std::set<int> before = core::open_descriptors();
        try {
            const core::FewDescriptors few{left};
            const Mount mount{loop, path, board};
            worked = true;
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(), std::errc::too_many_files_open) << error.what();
        }
        EXPECT_EQ(core::open_descriptors(), before);
        EXPECT_TRUE(directory.empty()) << left;
    }
    EXPECT_TRUE(worked);
    EXPECT_FALSE(served(path));
}

TEST_F(MountLife, the_status_can_be_read_from_outside) {
    const Manager manager{path, board};
    Program python{{"python3", "-c",
                    "import json, os, sys\n"
                    "path = sys.argv[1]\n"
                    "file = os.open(path, os.O_RDONLY)\n"
                    "name, = os.listxattr(path)\n"
                    "status = json.loads(os.getxattr(path, name))\n"
                    "board = status['resources'][0]\n"
                    "print(name, status['path'] == path, status['uid'] == os.getuid(),\n"
                    "      board['open_count'], board['open'][0]['thread'] == os.getpid())\n",
                    path}};
    EXPECT_EQ(python.read_line(), "user.tocsin.status True True 1 True");
    std::string json;
    EXPECT_FALSE(read_status(path, json));
    EXPECT_THAT(json, HasSubstr("\"pid\":" + std::to_string(::getpid())));
    EXPECT_NE(read_status(directory.path(), json), std::error_code{});
}

}  // namespace
}  // namespace tocsin::resource
