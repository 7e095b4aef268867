// Shows what clients find at a stream that a FileServer serves.
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <tests/core/forked.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/file_threads.h>
#include <tests/resource/memory_files.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {
namespace {

class MountFileStream : public testing::Test {
protected:
    [[nodiscard]] base::Descriptor open(int flags) const {
        return base::Descriptor{::open(server.path().c_str(), flags | O_CLOEXEC)};
    }
    [[nodiscard]] bool parked(int count) const {
        return files.log_shows([&](const auto& log) { return log.parked >= count; });
    }
    [[nodiscard]] bool polled(int count) const {
        return files.log_shows([&](const auto& log) { return log.polls_waiting >= count; });
    }

    TemporaryDirectory directory;
    MemoryFiles files{S_IFCHR | 0644};
    FileServer server{directory / "stream", files};
    FileThreads threads{server, 2};
};

TEST_F(MountFileStream, what_is_written_is_read_and_every_close_is_told) {
    base::Descriptor file = open(O_RDWR);
    ASSERT_TRUE(file) << errno;
    EXPECT_EQ(::write(file.number(), "hello", 5), 5);
    EXPECT_EQ(read_from(file), "hello");
    base::Descriptor duplicate{::dup(file.number())};
    file.reset();
    EXPECT_EQ(files.log().flushed, 1);
    EXPECT_EQ(files.log().released, 0);
    duplicate.reset();
    EXPECT_TRUE(files.log_shows([](const auto& log) { return log.released == 1; }));
    EXPECT_EQ(files.log().flushed, 2);
}

TEST_F(MountFileStream, who_opens_is_known_by_thread_and_user) {
    ASSERT_TRUE(open(O_RDONLY));
    EXPECT_EQ(files.log().last_opener.thread, ::gettid());
    EXPECT_EQ(files.log().last_opener.uid, ::getuid());
    EXPECT_EQ(files.log().last_opener.gid, ::getgid());
}

TEST_F(MountFileStream, a_read_waits_until_another_thread_answers_while_the_same_file_is_written) {
    const base::Descriptor file = open(O_RDWR);
    std::string result;
    std::thread reader{[&] { result = read_from(file); }};
    ASSERT_TRUE(parked(1));
    EXPECT_EQ(::write(file.number(), "w", 1), 1);
    reader.join();
    EXPECT_EQ(result, "w");
}

TEST_F(MountFileStream, o_nonblock_counts_as_fcntl_changes_it) {
    const base::Descriptor file = open(O_RDONLY | O_NONBLOCK);
    EXPECT_EQ(read_from(file), "errno " + std::to_string(EAGAIN));
    ASSERT_EQ(::fcntl(file.number(), F_SETFL, 0), 0);
    std::string result;
    std::thread reader{[&] { result = read_from(file); }};
    ASSERT_TRUE(parked(1));
    files.put("x");
    reader.join();
    EXPECT_EQ(result, "x");
}

TEST_F(MountFileStream, a_signal_ends_a_blocked_read_with_eintr) {
    const base::Descriptor file = open(O_RDONLY);
    EXPECT_EQ(read_until_signal(file, [&] { return parked(1); }), "errno " + std::to_string(EINTR));
    EXPECT_EQ(files.log().interrupted, 1);
}

TEST_F(MountFileStream, poll_sleeps_until_it_is_woken) {
    const base::Descriptor file = open(O_RDWR);
    EXPECT_EQ(poll_for(file, POLLIN | POLLOUT, 0), POLLOUT);
    short ready = 0;
    std::thread poller{[&] { ready = poll_for(file, POLLIN); }};
    ASSERT_TRUE(polled(1));
    files.put("x");
    poller.join();
    EXPECT_EQ(ready, POLLIN);
}

TEST_F(MountFileStream, an_edge_triggered_epoll_is_told_of_each_arrival) {
    const base::Descriptor file = open(O_RDONLY);
    const base::Descriptor set{::epoll_create1(EPOLL_CLOEXEC)};
    ::epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.fd = 0}};
    ASSERT_EQ(::epoll_ctl(set.number(), EPOLL_CTL_ADD, file.number(), &event), 0);
    for (int round = 1; round <= 3; ++round) {
        int got = 0;
        std::thread waiter{[&] { got = ::epoll_wait(set.number(), &event, 1, patience_ms); }};
        ASSERT_TRUE(polled(round));
        files.put("x");
        waiter.join();
        ASSERT_EQ(got, 1);
        EXPECT_EQ(read_from(file), "x");
        // Asks again, and so waits again.
        EXPECT_EQ(::epoll_wait(set.number(), &event, 1, 0), 0);
    }
}

TEST_F(MountFileStream, an_ioctl_carries_sixteen_kilobytes_both_ways) {
    constexpr std::size_t size = 16383;
    std::vector<unsigned char> bytes(size, 1);
    bytes.front() = 7;
    const std::vector<unsigned char> turned{bytes.rbegin(), bytes.rend()};
    const base::Descriptor file = open(O_RDWR);
    const unsigned long command = _IOC(_IOC_READ | _IOC_WRITE, MemoryFiles::reverse_type, 1, size);
    EXPECT_GE(::ioctl(file.number(), command, bytes.data()), 0);
    EXPECT_EQ(bytes, turned);
    EXPECT_EQ(::isatty(file.number()), 0);
}

TEST_F(MountFileStream, an_ioctl_may_carry_a_number_and_return_one) {
    const base::Descriptor file = open(O_RDWR);
    EXPECT_EQ(::ioctl(file.number(), _IO(MemoryFiles::reverse_type, 1), 4711L), 711);
}

TEST_F(MountFileStream, it_cannot_be_sought) {
    const base::Descriptor file = open(O_RDWR);
    EXPECT_EQ(::lseek(file.number(), 0, SEEK_SET), -1);
    EXPECT_EQ(errno, ESPIPE);
}

TEST_F(MountFileStream, a_large_write_arrives_whole) {
    const std::string text(300'000, 'l');
    const base::Descriptor file = open(O_RDWR);
    EXPECT_EQ(::write(file.number(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    std::string read(text.size(), '\0');
    EXPECT_EQ(::read(file.number(), read.data(), read.size()), static_cast<ssize_t>(text.size()));
    EXPECT_EQ(read, text);
}

TEST_F(MountFileStream, a_shell_and_a_python_program_are_clients) {
    Program python{{"python3", "-c",
                    "import os, select, sys\n"
                    "file = os.open(sys.argv[1], os.O_RDONLY)\n"
                    "poll = select.poll()\n"
                    "poll.register(file, select.POLLIN)\n"
                    "print(poll.poll(20000)[0][1] == select.POLLIN, os.read(file, 9))\n",
                    server.path()}};
    ASSERT_TRUE(polled(1));
    Program writer{{"sh", "-c", "echo hi > \"$0\"", server.path()}};
    EXPECT_EQ(writer.wait(), 0);
    EXPECT_EQ(python.read_line(), "True b'hi\\n'");
}

TEST_F(MountFileStream, many_clients_at_once_get_what_is_theirs) {
    constexpr int clients = 8;
    constexpr int rounds = 200;
    std::vector<std::thread> all;
    std::atomic<int> right{0};
    for (int client = 0; client < clients; ++client) {
        all.emplace_back([&, client] {
            const base::Descriptor file = open(O_RDWR);
            for (int round = 0; round < rounds; ++round) {
                const long number = client * rounds + round;
                right += ::ioctl(file.number(), _IO(MemoryFiles::reverse_type, 1), number) ==
                         number % 1000;
            }
        });
    }
    for (std::thread& client : all) {
        client.join();
    }
    EXPECT_EQ(right, clients * rounds);
}

}  // namespace
}  // namespace tocsin::resource
