// Shows what only root can bring about: other users, other file systems.
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tests/core/forked.h>
#include <tests/core/hidden_call.h>
#include <tests/core/patience.h>
#include <tests/places/places.h>
#include <tests/resource/at_path.h>
#include <tests/resource/manager.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/resource/mount_point.h>

namespace tocsin::resource {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class MountRoot : public testing::Test {
protected:
    TemporaryDirectory directory;
    std::string path = directory / "board";
    Switchboard board;
};

TEST_F(MountRoot, mode_owner_and_times_can_be_changed_as_of_a_file) {
    const Manager manager{path, board};
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    ASSERT_EQ(::chown(path.c_str(), 12, 34), 0);
    struct ::stat status = {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, S_IFREG | 0600U);
    EXPECT_EQ(status.st_uid, 12U);
    EXPECT_EQ(status.st_gid, 34U);
    const auto before = status.st_mtim;
    const base::Descriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
    ASSERT_EQ(::write(file.number(), "x", 1), 1);
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_GT(std::pair(status.st_mtim.tv_sec, status.st_mtim.tv_nsec),
              std::pair(before.tv_sec, before.tv_nsec));
}

TEST_F(MountRoot, the_kernel_checks_the_mode_for_other_users) {
    const Manager manager{path, board};
    const auto error_as_nobody = [&](int flags) {
        return core::in_child([&] {
            const bool nobody = ::setgid(65534) == 0 && ::setuid(65534) == 0;
            return !nobody ? core::child_failed : ::open(path.c_str(), flags) < 0 ? errno : 0;
        });
    };
    ASSERT_EQ(::chmod(path.c_str(), 0604), 0);
    EXPECT_EQ(error_as_nobody(O_RDONLY), 0);
    EXPECT_EQ(error_as_nobody(O_WRONLY), EACCES);
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    EXPECT_EQ(error_as_nobody(O_RDONLY), EACCES);
    EXPECT_EQ(board.log().opened, 1);
}

TEST_F(MountRoot, what_somebody_mounts_over_it_is_left_alone) {
    std::ofstream{directory / "other"} << "other";
    {
        const Manager manager{path, board};
        ASSERT_EQ(::mount((directory / "other").c_str(), path.c_str(), nullptr, MS_BIND, nullptr),
                  0);
    }
    std::string text;
    std::ifstream{path} >> text;
    EXPECT_EQ(text, "other");
    EXPECT_EQ(::umount2(path.c_str(), MNT_DETACH), 0);
    EXPECT_TRUE(served(path));
}

TEST_F(MountRoot, another_file_system_at_the_path_is_a_clear_error) {
    const std::string mounted = directory / "mounted";
    std::filesystem::create_directory(mounted);
    ASSERT_EQ(::mount("none", mounted.c_str(), "tmpfs", 0, nullptr), 0);
    Directory tree;
    const auto [code, line] = failure_at(mounted, &tree);
    EXPECT_EQ(code, Error::already_mounted);
    EXPECT_THAT(line, AllOf(HasSubstr(mounted), HasSubstr("type tmpfs"), Not(HasSubstr("\n"))));
    EXPECT_EQ(::umount(mounted.c_str()), 0);
}

TEST_F(MountRoot, a_full_disk_under_the_placeholder_is_a_clear_error) {
    ASSERT_EQ(::mount("none", directory.path().c_str(), "tmpfs", 0, "nr_inodes=1"), 0);
    const auto [code, line] = failure_at(path);
    EXPECT_EQ(code, Error::no_placeholder);
    EXPECT_THAT(line, HasSubstr("No space left"));
    EXPECT_TRUE(directory.empty());
    EXPECT_EQ(::umount(directory.path().c_str()), 0);
}

TEST_F(MountRoot, a_user_without_permission_gets_a_clear_error) {
    const int status = core::in_child([&] {
        if (::setgid(65534) != 0 || ::setuid(65534) != 0) {
            return core::child_failed;
        }
        const auto [code, line] = failure_at(path);
        return code == Error::no_placeholder && line.find("Permission denied") != std::string::npos
                   ? 0
                   : 1;
    });
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(directory.empty());
}

// Everything happens in a mount namespace of its own, where every user may open /dev/fuse and cut
// connections of his own, as on most machines. start USER sets $!, and prints how many mounts there
// are at the path then.
constexpr const char* as_on_most_machines = R"(
    set -e
    mknod "$1/fuse" c 10 229
    chmod 666 "$1/fuse"
    mount --bind "$1/fuse" /dev/fuse
    mountpoint -q /sys/fs/fuse/connections || mount -t fusectl none /sys/fs/fuse/connections
    as() {
        user=$1
        shift
        exec setpriv --reuid="$user" --regid="$user" --clear-groups "$@"
    }
    start() {
        : > "$1/out"
        as "$2" "$0/doorbell" "$1/bell" > "$1/out" &
        timeout 20 sh -c 'until grep -q ready "$0"; do :; done' "$1/out"
        grep -c "$1/bell" /proc/self/mountinfo
    }
    finish() {
        if grep "$1/bell" /proc/self/mountinfo; then exit 1; fi
        rm "$1/fuse" "$1/out"
        ls -A "$1"
        echo clean
    }
)";

Program on_most_machines(const TemporaryDirectory& directory, const std::string& script) {
    EXPECT_EQ(::chmod(directory.path().c_str(), 0777), 0);
    return Program{{"unshare", "--mount", "--propagation", "private", "sh", "-c",
                    as_on_most_machines + script, places::program(""), directory.path()}};
}

TEST_F(MountRoot, another_user_serves_through_fusermount_and_replaces_a_dead_mount) {
    Program script = on_most_machines(directory, R"(
        start "$1" 65534
        kill -9 $!
        wait $! || echo killed
        start "$1" 65534
        kill $!
        wait $!
        finish "$1"
    )");
    EXPECT_EQ(script.read_line(), "1");
    EXPECT_EQ(script.read_line(), "killed");
    EXPECT_EQ(script.read_line(), "1");
    EXPECT_EQ(script.read_line(), "clean");
    EXPECT_EQ(script.wait(), 0);
}

TEST_F(MountRoot, root_replaces_a_dead_mount_of_a_user_that_was_closed_to_root) {
    Program script = on_most_machines(directory, R"(
        start "$1" 65534
        stat "$1/bell" 2>/dev/null || echo closed
        kill -9 $!
        wait $! || echo killed
        start "$1" 0
        kill $!
        wait $!
        finish "$1"
    )");
    EXPECT_EQ(script.read_line(), "1");
    EXPECT_EQ(script.read_line(), "closed");
    EXPECT_EQ(script.read_line(), "killed");
    EXPECT_EQ(script.read_line(), "1");
    EXPECT_EQ(script.read_line(), "clean");
    EXPECT_EQ(script.wait(), 0);
}

// The thread sanitizer has to know of a child, which has copies of the descriptors then.
class MountRootForkedPlaceholder : public MountRoot {};

// The child that looks whether the mount is dead had a copy of the file, and could not end before
// the only thread that serves, which waited for the child, was told that the copy was closed.
TEST_F(MountRootForkedPlaceholder,
       the_only_thread_replaces_a_dead_mount_while_another_one_has_its_own_path_open) {
    Program doorbell{{places::program("doorbell"), directory / "bell"}};
    ASSERT_EQ(doorbell.read_line(), "ready");
    doorbell.kill(SIGKILL);
    EXPECT_EQ(doorbell.wait(), -SIGKILL);
    Switchboard bell;
    std::atomic<bool> replaced{false};
    std::thread manager{[&] {
        core::Loop loop;
        const Mount mount{loop, path, board};
        EXPECT_TRUE(core::turn_until(loop, [&] { return board.log().opened == 1; }));
        const Mount other{loop, directory / "bell", bell};
        replaced = true;
    }};
    EXPECT_TRUE(core::comes_true([&] { return served(path); }));
    const base::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    EXPECT_TRUE(core::comes_true([&] { return replaced.load(); }));
    if (!replaced) {
        ::umount2(path.c_str(), MNT_FORCE | MNT_DETACH);  // nothing else ends that
    }
    manager.join();
}

TEST_F(MountRoot, a_clean_stop_ends_readers_though_a_forked_child_holds_the_device) {
    auto manager = std::make_unique<Manager>(path, board);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    base::Descriptor child_reads{ends[0]};
    base::Descriptor parent_writes{ends[1]};
    const ::pid_t child = core::start_child([&] {
        parent_writes.reset();
        // When it goes, so does the last holder of the device.
        ::pollfd entry = {.fd = child_reads.number(), .events = POLLIN, .revents = 0};
        return ::poll(&entry, 1, 20'000) == 1;
    });
    Program reader{{"sh", "-c", "dd bs=1 count=1 2>/dev/null < \"$0\"; echo $?", path}};
    ASSERT_TRUE(board.log_shows([](const auto& log) { return log.parked_reads == 1; }));
    const base::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    manager.reset();
    EXPECT_EQ(reader.read_line(), "1");
    char byte = 0;
    EXPECT_EQ(::read(file.number(), &byte, 1), -1);
    EXPECT_TRUE(errno == ENOTCONN || errno == ECONNABORTED) << errno;
    parent_writes.reset();
    EXPECT_EQ(core::status_of(child), 0);
}

TEST_F(MountRoot, another_user_ends_them_too_where_the_kernel_lists_its_connections) {
    Program script = on_most_machines(directory, R"(
        as 65534 "$0/resource-tests" --gtest_brief=1 \
            --gtest_filter="MountRoot.a_clean_stop_ends_readers*"
    )");
    EXPECT_EQ(script.wait(), 0);
}

TEST_F(MountRoot, a_link_that_takes_the_placeholders_place_is_not_followed) {
    const std::string victim = directory / "victim";
    std::ofstream{victim} << "victim";
    const Placeholder placeholder{path, Placeholder::Kind::file};
    ASSERT_EQ(::unlink(path.c_str()), 0);
    std::filesystem::create_symlink(victim, path);
    try {
        const MountPoint point{placeholder};
        ADD_FAILURE() << "it was followed";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), Error::no_placeholder) << error.what();
    }
    EXPECT_FALSE(served(victim));
}

// What mounting fails with when the kernel answers mount(2) with `error`; in a child.
std::pair<std::error_code, std::string> failure_when_mount_gives(int error,
                                                                 const Placeholder& placeholder) {
    if (!core::hide_call(SYS_mount, error)) {
        return {};
    }
    try {
        const MountPoint point{placeholder};
        return {};
    } catch (const std::system_error& failure) {
        return {failure.code(), failure.what()};
    }
}

TEST_F(MountRoot, a_kernel_without_fuse_and_a_refusal_to_mount_are_told_apart) {
    const Placeholder placeholder{path, Placeholder::Kind::file};
    const auto fails_with = [&](int error, Error expected, const std::string& reason) {
        return core::in_child([&] {
            const auto [code, line] = failure_when_mount_gives(error, placeholder);
            return code == expected && line.find(path) != std::string::npos &&
                   line.find(reason) != std::string::npos;
        });
    };
    EXPECT_EQ(fails_with(ENODEV, Error::no_fuse, "No such device"), 0);
    EXPECT_EQ(fails_with(EINVAL, Error::mount_refused, "Invalid argument"), 0);
    // Then fusermount3 is asked, which gets the same answer.
    EXPECT_EQ(fails_with(EPERM, Error::mount_refused, "fusermount3: mount failed"), 0);
}

}  // namespace
}  // namespace tocsin::resource
