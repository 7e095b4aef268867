// Proves what clients of `tocsin serve PATH` see.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <future>
#include <poll.h>
#include <string>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/cli/client.h>
#include <tests/cli/program.h>
#include <tests/cli/server.h>
#include <tests/places/places.h>

namespace {

using namespace cli_test;

class MountServe : public testing::Test {
protected:
    Folder folder_;
    std::string path_ = folder_.path("records");

    // A server at path_ that is ready.
    [[nodiscard]] Arguments serve(Arguments more = {}) const { return serve_at(path_, more); }
};

TEST_F(MountServe, gives_cat_what_came_in_and_ends_when_it_was_read) {
    Server server{serve()};
    server.write("one\ntwo\nno end of line");
    server.end_input();
    const Outcome cat = run({"cat", path_});
    EXPECT_EQ(cat.exit, 0) << cat.complaints;
    EXPECT_EQ(cat.output, "one\ntwo\nno end of line");
    EXPECT_EQ(server.wait(), 0);
    EXPECT_FALSE(is_mounted(path_));
    EXPECT_FALSE(exists(path_));
}

TEST_F(MountServe, gives_a_read_whole_records_and_every_client_its_own_place) {
    Server server{serve()};
    server.write("one\ntwo\nthree\n");
    const Client first{path_};
    ASSERT_TRUE(server.has_published(path_, 3));
    const Client second{path_};
    EXPECT_EQ(first.read(10), "one\ntwo\n");
    EXPECT_EQ(second.read(100), "one\ntwo\nthree\n");
    EXPECT_EQ(first.read(10), "three\n");
}

TEST_F(MountServe, hands_a_record_larger_than_the_buffer_out_in_parts) {
    Server server{serve()};
    server.write("a long record\nshort\n");
    const Client client{path_};
    ASSERT_TRUE(server.has_published(path_, 2));
    EXPECT_EQ(client.read(6), "a long");
    EXPECT_EQ(client.read(100), " record\nshort\n");
}

TEST_F(MountServe, blocks_a_read_until_a_record_comes) {
    Server server{serve({"--threshold", "5"})};
    const Client client{path_};
    auto reader = std::async(std::launch::async, [&] { return client.read(); });
    ASSERT_TRUE(server.has_parked_reads(path_, 1));
    server.write("one\n");
    EXPECT_EQ(reader.get(), "one\n");
}

TEST_F(MountServe, says_eagain_when_a_read_may_not_block) {
    Server server{serve()};
    const Client client{path_, O_NONBLOCK};
    EXPECT_EQ(client.read(), "<EAGAIN>");
    server.write("one\n");
    ASSERT_EQ(client.poll(POLLIN, 30000), POLLIN);
    EXPECT_EQ(client.read(), "one\n");
    EXPECT_EQ(client.read(), "<EAGAIN>");
}

TEST_F(MountServe, says_eagain_after_fcntl_has_set_nonblocking) {
    Server server{serve()};
    const Client client{path_};
    ASSERT_EQ(::fcntl(client.descriptor(), F_SETFL, O_NONBLOCK), 0);
    EXPECT_EQ(client.read(), "<EAGAIN>");
}

TEST_F(MountServe, lets_poll_find_input_from_the_threshold_on) {
    Server server{serve({"--threshold", "3"})};
    const Client client{path_, O_NONBLOCK};
    server.write("one\ntwo\n");
    ASSERT_TRUE(server.has_published(path_, 2));
    EXPECT_EQ(client.poll(POLLIN), 0);
    server.write("three\n");
    EXPECT_EQ(client.poll(POLLIN, 30000), POLLIN);
    EXPECT_EQ(client.read(4), "one\n");
    EXPECT_EQ(client.poll(POLLIN), 0);
}

TEST_F(MountServe, lets_poll_find_what_is_left_at_the_end_whatever_the_threshold) {
    Server server{serve({"--threshold", "3"})};
    const Client client{path_, O_NONBLOCK};
    server.write("one\n");
    server.end_input();
    EXPECT_TRUE(client.poll(POLLIN, 30000) & POLLIN);
    EXPECT_EQ(client.read(), "one\n");
    EXPECT_EQ(client.poll(POLLIN, 30000), POLLIN | POLLHUP);
    EXPECT_EQ(client.read(), "<end>");
}

TEST_F(MountServe, wakes_a_poller_below_the_threshold_before_the_ring_is_full) {
    Server server{serve({"--threshold", "10", "--ring", "16", "--lossless"})};
    const Client client{path_, O_NONBLOCK};
    server.write("123456789012\n");
    EXPECT_EQ(client.poll(POLLIN, 30000), POLLIN);
}

TEST_F(MountServe, wakes_an_edge_triggered_client_for_each_record_that_it_has_waited_for) {
    Server server{serve()};
    const Client client{path_, O_NONBLOCK};
    const tocsin::base::Descriptor epoll{::epoll_create1(EPOLL_CLOEXEC)};
    ::epoll_event interest{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {}};
    ASSERT_EQ(::epoll_ctl(epoll.number(), EPOLL_CTL_ADD, client.descriptor(), &interest), 0);
    for (int number = 0; number < 100; ++number) {
        const std::string record = std::to_string(number) + "\n";
        server.write(record);
        ::epoll_event event{};
        ASSERT_EQ(::epoll_wait(epoll.number(), &event, 1, 30000), 1);
        ASSERT_EQ(client.read(), record);
    }
}

TEST_F(MountServe, tells_a_reader_that_fell_behind_once_and_how_many_records_it_lost) {
    Server server{serve({"--ring", "8"})};
    const Client client{path_, O_NONBLOCK};
    server.write("one\ntwo\n");
    ASSERT_TRUE(server.has_published(path_, 2));
    EXPECT_EQ(client.poll(POLLPRI), 0);
    server.write("six\nten\n");
    EXPECT_EQ(client.poll(POLLPRI, 30000), POLLPRI);
    ASSERT_TRUE(server.has_published(path_, 4));
    EXPECT_EQ(client.poll(POLLIN | POLLPRI), POLLIN | POLLPRI);
    EXPECT_EQ(client.losses().last, 2U);
    EXPECT_EQ(client.read(), "<EPIPE>");
    EXPECT_EQ(client.poll(POLLPRI), 0);
    EXPECT_EQ(client.losses().last, 2U);
    EXPECT_EQ(client.read(), "six\nten\n");
    server.write("two\n");
    ASSERT_EQ(client.poll(POLLIN, 30000), POLLIN);
    EXPECT_EQ(client.losses().total, 2U);
}

TEST_F(MountServe, loses_nothing_for_a_blocked_reader_however_small_the_ring_is) {
    Server server{serve({"--ring", "16"})};
    server.write("12345678");
    ASSERT_TRUE(eventually([&] { return status_of(path_)["records"]["bytes_taken"] == 8; }));
    const Client client{path_};
    auto reader = std::async(std::launch::async, [&] { return client.read(); });
    ASSERT_TRUE(server.has_parked_reads(path_, 1));
    server.write("\nabcdefghijklmn\n");
    EXPECT_EQ(reader.get(), "12345678\n");
    EXPECT_EQ(client.read(), "abcdefghijklmn\n");
}

TEST_F(MountServe, lets_the_input_wait_for_the_slowest_reader_when_lossless) {
    Server server{serve({"--ring", "4K", "--lossless"})};
    const Client slow{path_};
    std::string sent;
    // More than the ring and the pipe hold together cannot be taken before somebody reads.
    while (sent.size() < 200000) {
        const std::string text = std::to_string(sent.size()) + "\n";
        if (server.write_some(text) == 0) {
            break;
        }
        sent += text;
    }
    EXPECT_LT(sent.size(), 100000U);
    auto reader = std::async(std::launch::async, [&] { return slow.read_all(); });
    server.write("the last one\n");
    server.end_input();
    EXPECT_EQ(reader.get(), sent + "the last one\n");
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(MountServe, loses_nothing_of_a_record_larger_than_the_ring_when_lossless) {
    Server server{serve({"--ring", "64", "--lossless"})};
    const std::string text = line_of(10000) + "short\n";
    auto cat = std::async(std::launch::async, [&] { return run({"cat", path_}); });
    server.write(text);
    server.end_input();
    EXPECT_EQ(cat.get().output, text);
}

TEST_F(MountServe, refuses_a_record_larger_than_the_ring_and_says_so_ever_more_rarely) {
    Server server{serve({"--ring", "64"})};
    for (int number = 0; number < 100; ++number) {
        server.write(line_of(100));
    }
    server.write("short\n");
    server.end_input();
    EXPECT_EQ(run({"cat", path_}).output, "short\n");
    EXPECT_EQ(server.wait(), 0);
    const std::string complaints = server.complaints();
    EXPECT_NE(complaints.find("larger than the ring of 64 bytes"), std::string::npos);
    EXPECT_LE(std::ranges::count(complaints, '\n'), 8);
}

TEST_F(MountServe, gives_a_large_blocking_read_what_there_is_without_waiting_for_more) {
    // Exactly what the kernel asks for at a time: a call for more goes on when it gets it all.
    const std::string record = line_of(4095);
    std::string text;
    for (int number = 0; number < 32; ++number) {
        text += record;
    }
    Server server{serve()};
    server.write(text);
    ASSERT_TRUE(server.has_published(path_, 32));
    const Client client{path_};
    EXPECT_EQ(client.read(1 << 20) + client.read(1 << 20), text);
}

TEST_F(MountServe, lets_a_shell_read_line_by_line) {
    Server server{serve()};
    server.write("first line\nsecond line\n");
    server.end_input();
    const Outcome shell =
        run({"bash", "-c", "while read -r line; do echo \"got $line\"; done <" + path_});
    EXPECT_EQ(shell.output, "got first line\ngot second line\n");
}

TEST_F(MountServe, wakes_a_python_select) {
    Server server{serve()};
    Program python{{"python3", "-u", "-c",
                    "import os, select, sys\n"
                    "file = os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK)\n"
                    "print('waits')\n"
                    "print(select.select([file], [], [], 30)[0] == [file])\n"
                    "print(os.read(file, 100))\n",
                    path_}};
    ASSERT_TRUE(python.says("waits"));
    server.write("one\n");
    EXPECT_EQ(python.wait(), 0) << python.complaints();
    EXPECT_EQ(python.output(), "waits\nTrue\nb'one\\n'\n");
}

TEST_F(MountServe, may_not_be_written_unless_it_says_so) {
    Server server{serve()};
    EXPECT_EQ(::open(path_.c_str(), O_WRONLY | O_CLOEXEC), -1);
    EXPECT_EQ(errno, EACCES);
}

TEST_F(MountServe, has_the_mode_and_the_owner_that_were_asked_for) {
    Server server{serve({"--mode", "640", "--owner", "1234:5678"})};
    struct ::stat status{};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, S_IFREG | 0640U);
    EXPECT_EQ(status.st_uid, 1234U);
    EXPECT_EQ(status.st_gid, 5678U);
}

TEST_F(MountServe, is_readable_by_all_whom_the_umask_admits) {
    Program shell{
        {"sh", "-c", "umask 027; exec " + places::program("tocsin") + " serve -v " + path_}};
    ASSERT_TRUE(shell.complains("ready"));
    struct ::stat status{};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, S_IFREG | 0440U);
}

TEST_F(MountServe, passes_whole_lines_of_its_clients_to_standard_output) {
    Server server{serve({"--writable"})};
    const Client first{path_, O_WRONLY};
    Client second{path_, O_WRONLY};
    EXPECT_EQ(first.write("first, "), "");
    EXPECT_EQ(second.write("second\nthird"), "");
    EXPECT_TRUE(server.says("second\n"));
    EXPECT_EQ(first.write("fourth\n"), "");
    EXPECT_TRUE(server.says("first, fourth\n"));
    second.close();
    EXPECT_TRUE(server.says("third\n"));
    EXPECT_EQ(server.output(), "second\nfirst, fourth\nthird\n");
}

TEST_F(MountServe, refuses_a_line_that_is_too_long_to_be_kept_whole) {
    Server server{serve({"--writable"})};
    const Client client{path_, O_WRONLY};
    EXPECT_EQ(client.write(std::string(65536, 'x')), "");
    EXPECT_EQ(client.write("x"), "<EMSGSIZE>");
    EXPECT_EQ(client.write("fine\n"), "");
    EXPECT_TRUE(server.says("fine\n"));
    EXPECT_EQ(server.output(), "fine\n");
}

TEST_F(MountServe, makes_writers_wait_while_nobody_reads_its_output) {
    Server server{serve({"--writable"})};
    const Client client{path_, O_WRONLY | O_NONBLOCK};
    const std::string line = line_of(1000);
    std::size_t lines = 0;
    while (client.write(line).empty() && lines < 10000) {
        ++lines;
    }
    EXPECT_EQ(client.write(line), "<EAGAIN>");
    EXPECT_EQ(client.poll(POLLOUT), 0);
    EXPECT_TRUE(eventually([&] { return server.output().size() >= lines * line.size(); }));
    EXPECT_EQ(client.poll(POLLOUT, 30000), POLLOUT);
}

TEST_F(MountServe, tells_writers_when_its_output_is_gone) {
    Server server{serve({"--writable"})};
    server.close_output();
    const Client client{path_, O_WRONLY};
    EXPECT_TRUE(eventually([&] { return client.write("x\n") == "<EPIPE>"; }));
}

}  // namespace
