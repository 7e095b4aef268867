// Shows the manual's device, as it is written for QNX, and what any Linux program sees of it.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <set>
#include <string>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/core/patience.h>
#include <tests/places/places.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

namespace tocsin::qnx {
namespace {

using resource::patience_ms;
using resource::Program;
using resource::read_from;

class MountSampleDevice : public testing::Test {
protected:
    MountSampleDevice() { EXPECT_EQ(manager.read_line(), "attached"); }

    [[nodiscard]] base::Descriptor open(int flags = O_RDWR) const {
        return base::Descriptor{::open(path.c_str(), flags | O_CLOEXEC)};
    }
    static void write(const base::Descriptor& file, std::string_view item) {
        EXPECT_EQ(::write(file.number(), item.data(), item.size()),
                  static_cast<ssize_t>(item.size()));
    }
    // What poll(2) finds within `limit_ms`.
    static short poll_for(const base::Descriptor& file, short events, int limit_ms) {
        ::pollfd entry = {.fd = file.number(), .events = events, .revents = 0};
        return ::poll(&entry, 1, limit_ms) < 0 ? short{-1} : entry.revents;
    }

    resource::TemporaryDirectory directory;
    std::string path = directory / "sample";
    Program manager{{places::program("sample_device"), path}};
};

TEST_F(MountSampleDevice, echo_and_cat_pass_items_through_it) {
    Program echo{{"sh", "-c", "echo hello > " + path}};
    EXPECT_EQ(echo.wait(), 0);
    Program cat{{"cat", path}};
    EXPECT_EQ(cat.read_line(), "hello");
    EXPECT_EQ(cat.wait(), 0);
}

TEST_F(MountSampleDevice, poll_sleeps_until_an_item_is_written) {
    const base::Descriptor reader = open();
    const base::Descriptor writer = open();
    EXPECT_EQ(poll_for(reader, POLLIN, 0), 0);
    EXPECT_EQ(poll_for(reader, POLLIN | POLLOUT, 0), POLLOUT);
    std::thread other{[&] { write(writer, "one"); }};
    EXPECT_EQ(poll_for(reader, POLLIN, patience_ms), POLLIN);
    other.join();
    EXPECT_EQ(read_from(reader), "one");
    EXPECT_EQ(poll_for(reader, POLLIN, 0), 0);
}

TEST_F(MountSampleDevice, select_of_python_is_woken) {
    Program python{{"python3", "-c",
                    "import os,select\n"
                    "fd=os.open('" +
                        path +
                        "',os.O_RDONLY)\n"
                        "print(select.select([fd],[],[],0)[0],flush=True)\n"
                        "select.select([fd],[],[])\n"
                        "print(os.read(fd,100).decode(),flush=True)"}};
    EXPECT_EQ(python.read_line(), "[]");
    write(open(), "from C++");
    EXPECT_EQ(python.read_line(), "from C++");
    EXPECT_EQ(python.wait(), 0);
}

TEST_F(MountSampleDevice, both_clients_are_woken_and_the_second_finds_nothing) {
    const base::Descriptor one = open();
    const base::Descriptor two = open();
    std::thread first{[&] { EXPECT_EQ(poll_for(one, POLLIN, patience_ms), POLLIN); }};
    std::thread second{[&] { EXPECT_EQ(poll_for(two, POLLIN, patience_ms), POLLIN); }};
    write(open(), "item");
    first.join();
    second.join();
    EXPECT_EQ(read_from(one), "item");
    EXPECT_EQ(read_from(two), "");
    EXPECT_EQ(poll_for(two, POLLIN, 0), 0);
}

// An output that is always possible does not keep an edge-triggered client from its input.
TEST_F(MountSampleDevice, edge_triggered_epoll_of_input_and_output_gets_every_item) {
    const base::Descriptor reader = open(O_RDWR | O_NONBLOCK);
    const base::Descriptor set{::epoll_create1(EPOLL_CLOEXEC)};
    ::epoll_event wanted = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {}};
    ASSERT_EQ(::epoll_ctl(set.number(), EPOLL_CTL_ADD, reader.number(), &wanted), 0);
    const base::Descriptor writer = open();
    for (int round = 0; round < 100; ++round) {
        std::thread other{[&] { write(writer, std::to_string(round)); }};
        std::string item;
        while (item.empty()) {
            ::epoll_event event = {};
            ASSERT_EQ(::epoll_wait(set.number(), &event, 1, patience_ms), 1) << round;
            item = read_from(reader);
        }
        EXPECT_EQ(item, std::to_string(round));
        other.join();
    }
}

TEST_F(MountSampleDevice, a_thousand_files_are_woken_by_one_item) {
    constexpr std::size_t count = 1000;
    std::vector<base::Descriptor> files;
    const base::Descriptor set{::epoll_create1(EPOLL_CLOEXEC)};
    for (std::size_t number = 0; number < count; ++number) {
        files.push_back(open());
        ASSERT_TRUE(files.back());
        ::epoll_event wanted = {.events = EPOLLIN | EPOLLONESHOT, .data = {.u64 = number}};
        ASSERT_EQ(::epoll_ctl(set.number(), EPOLL_CTL_ADD, files.back().number(), &wanted), 0);
    }
    write(files[0], "item");
    std::set<std::uint64_t> woken;
    while (woken.size() < count) {
        ::epoll_event event = {};
        ASSERT_EQ(::epoll_wait(set.number(), &event, 1, patience_ms), 1);
        EXPECT_TRUE(woken.insert(event.data.u64).second);
    }
}

TEST_F(MountSampleDevice, a_manager_that_was_stopped_goes_on_where_it_was) {
    const base::Descriptor file = open();
    for (int count = 0; count < 3; ++count) {
        manager.kill(SIGSTOP);
        ::siginfo_t stopped = {};
        EXPECT_EQ(::waitid(P_PID, static_cast<::id_t>(manager.id()), &stopped, WSTOPPED), 0);
        manager.kill(SIGCONT);
        write(file, "item");
        EXPECT_EQ(read_from(file), "item");
    }
}

// The process that sees to it is forked, which the thread sanitizer does not follow.
class MountForkedSampleDevice : public MountSampleDevice {};

TEST_F(MountForkedSampleDevice, the_path_goes_with_its_manager_however_that_ends) {
    for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
        const std::string own = path + std::to_string(signal);
        Program dying{{places::program("sample_device"), own}};
        EXPECT_EQ(dying.read_line(), "attached");
        struct ::stat status = {};
        EXPECT_EQ(::stat(own.c_str(), &status), 0);
        dying.kill(signal);
        EXPECT_EQ(dying.wait(), -signal);
        EXPECT_TRUE(
            core::comes_true([&] { return ::lstat(own.c_str(), &status) < 0 && errno == ENOENT; }));
    }
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream{file};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

// Numbers of the processes that see to the paths of this program, as `ps` shows them. They are
// copies of it, so that they have its command line; that of a test that runs beside this one is
// another.
std::set<::pid_t> janitors() {
    std::set<::pid_t> found;
    for (const auto& process : std::filesystem::directory_iterator{"/proc"}) {
        if (text_of(process.path() / "comm") == "tocsin-janitor\n" &&
            text_of(process.path() / "cmdline") == text_of("/proc/self/cmdline")) {
            found.insert(std::stoi(process.path().filename().string()));
        }
    }
    return found;
}

// One that is none of `others`, or -1.
::pid_t new_janitor(const std::set<::pid_t>& others) {
    for (const ::pid_t process : janitors()) {
        if (!others.contains(process)) {
            return process;
        }
    }
    return -1;
}

TEST_F(MountForkedSampleDevice, one_that_is_killed_takes_nobody_with_it) {
    const std::set<::pid_t> others = janitors();
    const std::string own = path + "2";
    dispatch_t* const dpp = dispatch_create();
    ::resmgr_connect_funcs_t connect = {};
    ::resmgr_io_funcs_t io = {};
    ::iofunc_attr_t attr = {};
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect, _RESMGR_IO_NFUNCS, &io);
    iofunc_attr_init(&attr, S_IFCHR | 0666, nullptr, nullptr);
    const int id = resmgr_attach(dpp, nullptr, own.c_str(), _FTYPE_ANY, 0, &connect, &io, &attr);
    ASSERT_GE(id, 0);
    ::pid_t janitor = -1;
    ASSERT_TRUE(core::comes_true([&] { return (janitor = new_janitor(others)) > 0; }));
    ::kill(janitor, SIGKILL);
    EXPECT_TRUE(core::comes_true([&] { return !janitors().contains(janitor); }));
    // Here this process would end by SIGPIPE.
    EXPECT_EQ(resmgr_detach(dpp, id, 0), 0);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
    EXPECT_EQ(::access(own.c_str(), F_OK), -1);
}

// Where the kernel gives mounts numbers that no other one ever gets, from 6.8 on.
bool numbers_last() {
    struct ::statx status = {};
    return ::statx(AT_FDCWD, "/", 0, 0x4000, &status) == 0 && (status.stx_mask & 0x4000) != 0;
}

TEST_F(MountForkedSampleDevice, a_path_that_nobody_uses_can_be_unmounted) {
    const auto unmounts = [this] { return Program{{"fusermount3", "-u", path}}.wait() == 0; };
    if (numbers_last()) {
        // Who looks at all paths of the machine, as `tocsin ls` of a test beside this one, uses it
        // for a moment.
        EXPECT_TRUE(core::comes_true(unmounts));
    } else {
        EXPECT_FALSE(unmounts());
    }
}

TEST_F(MountSampleDevice, what_a_successor_serves_stays) {
    manager.kill(SIGKILL);
    EXPECT_EQ(manager.wait(), -SIGKILL);
    for (int round = 0; round < 20; ++round) {
        Program successor{{places::program("sample_device"), path}};
        ASSERT_EQ(successor.read_line(), "attached");
        write(open(), "item");
        EXPECT_EQ(read_from(open()), "item");
        successor.kill(SIGKILL);
        EXPECT_EQ(successor.wait(), -SIGKILL);
    }
}

TEST_F(MountSampleDevice, the_managers_death_ends_every_wait_and_its_successor_takes_the_path) {
    const base::Descriptor file = open();
    std::thread waiter{[&] { EXPECT_NE(poll_for(file, POLLIN, patience_ms) & POLLERR, 0); }};
    manager.kill(SIGKILL);
    waiter.join();
    EXPECT_EQ(manager.wait(), -SIGKILL);
    EXPECT_TRUE(core::comes_true([this] { return open().number() == -1; }));
    Program successor{{places::program("sample_device"), path}};
    EXPECT_EQ(successor.read_line(), "attached");
    EXPECT_EQ(poll_for(open(), POLLIN | POLLOUT, 0), POLLOUT);
}

}  // namespace
}  // namespace tocsin::qnx
