// Shows what unmodified programs and plain system calls find at a served path.
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/core/forked.h>
#include <tests/core/patience.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/manager.h>
#include <tests/resource/program.h>
#include <tests/resource/switchboard.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {
namespace {

class MountClients : public testing::Test {
protected:
    [[nodiscard]] base::Descriptor open(int flags) const {
        return base::Descriptor{::open(path.c_str(), flags | O_CLOEXEC)};
    }

    // Whether somebody comes to wait for `count` conditions in all.
    [[nodiscard]] bool armed(std::uint64_t count) {
        return core::comes_true([&] { return board.wait_queue().counters().armed_now >= count; });
    }
    [[nodiscard]] bool parked(int count) const {
        return board.log_shows([&](const auto& log) { return log.parked_reads >= count; });
    }

    TemporaryDirectory directory;
    std::string path = directory / "board";
    Switchboard board;
    Manager manager{path, board};
};

TEST_F(MountClients, o_nonblock_counts_as_fcntl_changes_it) {
    const base::Descriptor file = open(O_RDONLY | O_NONBLOCK);
    EXPECT_EQ(read_from(file), "errno " + std::to_string(EAGAIN));
    ASSERT_EQ(::fcntl(file.number(), F_SETFL, 0), 0);
    std::thread waker{[&] {
        EXPECT_TRUE(parked(1));
        board.put(Condition::input);
    }};
    EXPECT_EQ(read_from(file), "x");
    waker.join();
    ASSERT_EQ(::fcntl(file.number(), F_SETFL, O_NONBLOCK), 0);
    EXPECT_EQ(read_from(file), "errno " + std::to_string(EAGAIN));
}

TEST_F(MountClients, a_signal_ends_a_blocked_read_with_eintr) {
    const base::Descriptor file = open(O_RDONLY);
    EXPECT_EQ(read_until_signal(file, [&] { return parked(1); }), "errno " + std::to_string(EINTR));
    EXPECT_EQ(board.log().interrupted, 1);
}

TEST_F(MountClients, a_parked_read_is_answered_from_another_thread) {
    board.hold_reads(true);
    const base::Descriptor file = open(O_RDONLY);
    std::thread other{[&] {
        EXPECT_TRUE(board.log_shows([](const auto& log) { return !log.held.empty(); }));
        ReadRequest{board.take(board.log().held.at(0))}.reply("other");
    }};
    EXPECT_EQ(read_from(file), "other");
    other.join();
}

TEST_F(MountClients, one_thread_reads_while_another_writes_the_same_descriptor) {
    const base::Descriptor file = open(O_RDWR);
    std::string result;
    std::thread reader{[&] { result = read_from(file); }};
    ASSERT_TRUE(parked(1));
    EXPECT_EQ(::write(file.number(), "w", 1), 1);
    board.put(Condition::input);
    reader.join();
    EXPECT_EQ(result, "x");
}

TEST_F(MountClients, two_threads_poll_one_descriptor_for_different_conditions) {
    board.set(Condition::output, 0);
    const base::Descriptor file = open(O_RDWR);
    short input = 0;
    short urgent = 0;
    std::thread first{[&] { input = poll_for(file, POLLIN); }};
    ASSERT_TRUE(armed(3));  // input, error and hang-up
    std::thread second{[&] { urgent = poll_for(file, POLLPRI); }};
    ASSERT_TRUE(armed(4));
    board.put(Condition::out_of_band);
    second.join();
    EXPECT_EQ(urgent, POLLPRI);
    board.put(Condition::input);
    first.join();
    EXPECT_EQ(input, POLLIN);
}

TEST_F(MountClients, each_condition_has_its_bit) {
    const base::Descriptor file = open(O_RDWR);
    EXPECT_EQ(poll_for(file, POLLIN | POLLOUT | POLLPRI, 0), POLLOUT);
    board.put(Condition::out_of_band);
    EXPECT_EQ(poll_for(file, POLLPRI, 0), POLLPRI);
    board.put(Condition::error);
    EXPECT_EQ(poll_for(file, 0, 0), POLLERR);
    board.put(Condition::hang_up);
    EXPECT_EQ(poll_for(file, 0, 0), POLLERR | POLLHUP);
}

TEST_F(MountClients, poll_waits_for_the_threshold) {
    board.set_next_threshold(3);
    const base::Descriptor file = open(O_RDONLY);
    board.put(Condition::input, 2);
    EXPECT_EQ(poll_for(file, POLLIN, 0), 0);
    short ready = 0;
    std::thread client{[&] { ready = poll_for(file, POLLIN); }};
    ASSERT_TRUE(armed(3));
    board.put(Condition::input);
    client.join();
    EXPECT_EQ(ready, POLLIN);
}

TEST_F(MountClients, a_python_program_is_woken_by_select_poll) {
    Program python{{"python3", "-c",
                    "import os, select, sys\n"
                    "file = os.open(sys.argv[1], os.O_RDONLY)\n"
                    "poll = select.poll()\n"
                    "poll.register(file, select.POLLIN)\n"
                    "print(poll.poll(20000)[0][1] == select.POLLIN, os.read(file, 9))\n",
                    path}};
    ASSERT_TRUE(armed(3));
    board.put(Condition::input);
    EXPECT_EQ(python.read_line(), "True b'x'");
}

TEST_F(MountClients, a_shell_reads_and_writes) {
    Program reader{{"sh", "-c", "dd bs=9 count=1 2>/dev/null <\"$0\"; echo", path}};
    ASSERT_TRUE(parked(1));
    Program writer{{"sh", "-c", "echo hello > \"$0\"", path}};
    EXPECT_EQ(writer.wait(), 0);
    EXPECT_EQ(board.log().written, std::vector<std::string>{"hello\n"});
    board.put(Condition::input);
    EXPECT_EQ(reader.read_line(), "x");
}

TEST_F(MountClients, every_close_is_told_and_the_last_one_ends_the_open_file) {
    base::Descriptor file = open(O_RDONLY);
    base::Descriptor duplicate{::dup(file.number())};
    file.reset();
    EXPECT_EQ(board.log().closed_duplicates, 1);
    EXPECT_EQ(board.log().closed, 0);
    EXPECT_EQ(core::in_child([&] { return ::close(duplicate.number()) == 0; }), 0);
    EXPECT_EQ(board.log().closed_duplicates, 2);
    EXPECT_EQ(board.log().closed, 0);
    duplicate.reset();
    EXPECT_TRUE(board.log_shows([](const auto& log) { return log.closed == 1; }));
    EXPECT_EQ(board.log().closed_duplicates, 3);
}

TEST_F(MountClients, an_ioctl_carries_sixteen_kilobytes_both_ways) {
    constexpr std::size_t size = 16383;
    std::vector<unsigned char> bytes(size, 1);
    bytes[100] = 7;
    const std::vector<unsigned char> sent = bytes;
    const base::Descriptor file = open(O_RDWR);
    const unsigned long command = _IOC(_IOC_READ | _IOC_WRITE, 't', 1, size);
    EXPECT_EQ(::ioctl(file.number(), command, bytes.data()), static_cast<int>(size) + 6);
    EXPECT_EQ(bytes, sent);
    EXPECT_EQ(::isatty(file.number()), 0);
}

TEST_F(MountClients, a_stream_cannot_be_sought_nor_truncated) {
    const base::Descriptor file = open(O_RDWR | O_TRUNC);
    ASSERT_TRUE(file);
    EXPECT_EQ(::lseek(file.number(), 0, SEEK_SET), -1);
    EXPECT_EQ(errno, ESPIPE);
    EXPECT_EQ(::truncate(path.c_str(), 0), -1);
    EXPECT_EQ(errno, EINVAL);
}

TEST_F(MountClients, a_killed_client_leaves_no_parked_request_and_no_arm) {
    Program client{{"python3", "-c",
                    "import os, select, sys, threading\n"
                    "file = os.open(sys.argv[1], os.O_RDONLY)\n"
                    "threading.Thread(target=os.read, args=(file, 1)).start()\n"
                    "poll = select.poll()\n"
                    "poll.register(file, select.POLLIN)\n"
                    "poll.poll()\n",
                    path}};
    ASSERT_TRUE(parked(1));
    ASSERT_TRUE(armed(3));
    client.kill(SIGKILL);
    EXPECT_EQ(client.wait(), -SIGKILL);
    EXPECT_TRUE(
        board.log_shows([](const auto& log) { return log.interrupted == 1 && log.closed == 1; }));
    EXPECT_TRUE(core::comes_true([&] { return board.wait_queue().counters().armed_now == 0; }));
}

// As many descriptors as this process may have without being root, until it goes.
class ManyDescriptors {
public:
    ManyDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const ::rlimit many = {.rlim_cur = before_.rlim_max, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &many);
    }
    ~ManyDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    ManyDescriptors(const ManyDescriptors&) = delete;
    ManyDescriptors& operator=(const ManyDescriptors&) = delete;

private:
    ::rlimit before_ = {};
};

TEST_F(MountClients, two_thousand_armed_clients_are_all_woken) {
    constexpr std::size_t clients = 2000;
    const ManyDescriptors many;
    std::vector<base::Descriptor> files;
    std::vector<::pollfd> entries;
    for (std::size_t client = 0; client < clients; ++client) {
        files.push_back(open(O_RDONLY));
        ASSERT_TRUE(files.back()) << errno;
        entries.push_back({.fd = files.back().number(), .events = POLLIN, .revents = 0});
    }
    std::size_t woken = 0;
    std::thread poller{[&] {
        while (::poll(entries.data(), entries.size(), patience_ms) > 0 && woken < clients) {
            woken = 0;
            for (const ::pollfd& entry : entries) {
                woken += (entry.revents & POLLIN) != 0 ? 1U : 0U;
            }
        }
    }};
    ASSERT_TRUE(armed(3 * clients));
    board.put(Condition::input);
    poller.join();
    EXPECT_EQ(woken, clients);
}

// A file of four bytes.
class Notebook final : public Resource {
public:
    Notebook() : Resource{{.size = 4, .seekable = true}} {}

private:
    void read(OpenFile&, ReadRequest request) override {
        const auto offset = static_cast<std::size_t>(request.offset());
        request.reply(std::string_view{text_}.substr(std::min(offset, text_.size())));
    }
    std::error_code truncate(std::int64_t size) override {
        text_.resize(static_cast<std::size_t>(size));
        Attributes shorter = attributes();
        shorter.size = size;
        set_attributes(shorter);
        return {};
    }

    std::string text_ = "abcd";
};

TEST(MountFiles, a_seekable_resource_is_read_at_offsets_and_truncated) {
    const TemporaryDirectory directory;
    Notebook notebook;
    const Manager manager{directory / "notebook", notebook};
    const base::Descriptor file{::open((directory / "notebook").c_str(), O_RDWR | O_CLOEXEC)};
    EXPECT_EQ(::lseek(file.number(), -1, SEEK_END), 3);
    EXPECT_EQ(read_from(file), "d");
    char byte = 0;
    EXPECT_EQ(::pread(file.number(), &byte, 1, 1), 1);
    EXPECT_EQ(byte, 'b');
    ASSERT_EQ(::truncate((directory / "notebook").c_str(), 2), 0);
    EXPECT_EQ(::lseek(file.number(), 0, SEEK_SET), 0);
    EXPECT_EQ(read_from(file), "ab");
}

TEST(MountFiles, a_directory_shows_its_resources_and_keeps_them) {
    const TemporaryDirectory directory;
    Switchboard first;
    Switchboard second;
    Directory inner;
    Directory outer;
    ASSERT_FALSE(outer.add("first", first));
    ASSERT_FALSE(outer.add("inner", inner));
    ASSERT_FALSE(inner.add("second", second));
    const Manager manager{directory / "tree", outer};
    Program program{{"sh", "-c",
                     "cd \"$0\" && find . -type f | sort | xargs && echo hi > inner/second && "
                     "! touch new 2>/dev/null && ! rm first 2>/dev/null && ! mkdir d 2>/dev/null "
                     "&& ! mv first third 2>/dev/null && echo kept",
                     directory / "tree"}};
    EXPECT_EQ(program.read_line(), "./first ./inner/second");
    EXPECT_EQ(program.read_line(), "kept");
    EXPECT_EQ(::open((directory / "tree/new").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(program.wait(), 0);
    EXPECT_EQ(second.log().written, std::vector<std::string>{"hi\n"});
}

}  // namespace
}  // namespace tocsin::resource
