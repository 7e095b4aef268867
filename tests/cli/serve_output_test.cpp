// Proves that `tocsin serve --writable` loses nothing that clients have written without saying so.
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <string>

#include <gtest/gtest.h>

#include <tests/cli/client.h>
#include <tests/cli/program.h>
#include <tests/cli/server.h>
#include <tests/places/places.h>

namespace {

using namespace cli_test;

// Far more than a pipe holds that nobody reads.
std::string many_lines() {
    std::string text;
    for (int number = 0; text.size() < 300'000; ++number) {
        text += std::to_string(number) + "\n";
    }
    return text;
}

// Without the difference, which would take minutes to find.
void expect_output(Server& server, const std::string& text) {
    EXPECT_TRUE(server.output() == text)
        << server.output().size() << " bytes: " << server.output().substr(0, 100);
}

// The number in "N bytes that clients wrote are lost", or 0.
std::size_t bytes_lost(const std::string& complaints) {
    const std::size_t place = complaints.find(" bytes that clients wrote are lost");
    if (place == std::string::npos) {
        return 0;
    }
    const std::size_t begin = complaints.rfind(' ', place - 1) + 1;
    std::size_t count = 0;
    std::from_chars(complaints.data() + begin, complaints.data() + place, count);
    return count;
}

class ServeOutput : public testing::Test {
protected:
    Folder folder_;
    std::string path_ = folder_.path("orders");

    // A server whose output nobody reads while `client` writes far more than fits, and that was
    // told to end.
    void write_and_signal(Server& server, const std::string& text) const {
        const Client client{path_, O_WRONLY};
        ASSERT_EQ(client.write(text), "");
        server.send_signal(SIGTERM);
        ASSERT_TRUE(eventually([&] { return !exists(path_); }));
        EXPECT_FALSE(server.has_ended());
    }
};

using MountServeOutput = ServeOutput;

TEST_F(MountServeOutput, is_written_to_the_end_when_a_signal_ends_the_server) {
    Server server{serve_at(path_, {"--writable", "--keep"})};
    const std::string text = many_lines();
    EXPECT_EQ((Client{path_, O_WRONLY}.write(text)), "");
    const Client begins{path_, O_WRONLY};
    EXPECT_EQ(begins.write("begun"), "");
    server.send_signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0) << server.complaints();
    expect_output(server, text + "begun\n");
}

TEST_F(ServeOutput, of_a_socket_is_written_to_the_end_when_a_signal_ends_the_server) {
    Server server{serve_on(path_, {"--writable", "--keep"})};
    const Client client{path_};
    ASSERT_TRUE(server.has_open_files(path_, 1));
    const std::string text = many_lines();
    EXPECT_EQ(client.write(text + "begun"), "");
    server.send_signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0) << server.complaints();
    expect_output(server, text + "begun\n");
}

TEST_F(ServeOutput, of_a_socket_has_nothing_of_a_line_that_is_too_long) {
    Server server{serve_on(path_, {"--writable"})};
    {
        const Client client{path_};
        EXPECT_EQ(client.write(line_of(70'000) + "after it\n"), "");
        ASSERT_EQ(::fcntl(client.descriptor(), F_SETFL, O_NONBLOCK), 0);
        EXPECT_TRUE(eventually([&] { return client.write("x") == "<EPIPE>"; }));
        server.write("one\n");
        ASSERT_EQ(client.poll(POLLIN, 30'000), POLLIN);
        EXPECT_EQ(client.read(), "one\n");
    }
    ASSERT_TRUE(server.has_open_files(path_, 0));
    EXPECT_EQ((Client{path_}.write("fine\n")), "");
    EXPECT_TRUE(server.says("fine\n"));
    EXPECT_EQ(server.output(), "fine\n");
}

TEST_F(MountServeOutput, is_waited_for_when_the_path_has_gone_at_the_end_of_the_input) {
    Server server{serve_at(path_, {"--writable"})};
    const std::string text = many_lines();
    EXPECT_EQ((Client{path_, O_WRONLY}.write(text)), "");
    server.end_input();
    EXPECT_EQ(run({"cat", path_}).output, "");
    ASSERT_TRUE(eventually([&] { return !exists(path_); }));
    EXPECT_FALSE(server.has_ended());
    EXPECT_EQ(server.wait(), 0) << server.complaints();
    expect_output(server, text);
}

TEST_F(MountServeOutput, that_nobody_takes_is_given_up_and_counted_at_the_second_signal) {
    Server server{serve_at(path_, {"--writable", "--keep"})};
    const std::string text = many_lines();
    ASSERT_NO_FATAL_FAILURE(write_and_signal(server, text));
    server.send_signal(SIGTERM);
    ASSERT_TRUE(eventually([&] { return server.has_ended(); }));
    EXPECT_EQ(server.wait(), 1);
    EXPECT_GT(bytes_lost(server.complaints()), 0U) << server.complaints();
    EXPECT_EQ(server.output().size() + bytes_lost(server.complaints()), text.size());
}

TEST_F(MountServeOutput, that_nobody_takes_is_given_up_and_counted_after_a_while) {
    Server server{serve_at(path_, {"--writable", "--keep"})};
    const std::string text = many_lines();
    ASSERT_NO_FATAL_FAILURE(write_and_signal(server, text));
    ASSERT_TRUE(eventually([&] { return server.has_ended(); }));
    EXPECT_EQ(server.wait(), 1);
    EXPECT_EQ(server.output().size() + bytes_lost(server.complaints()), text.size());
}

TEST_F(MountServeOutput, that_breaks_is_an_error_that_counts_what_is_lost) {
    Program shell{{"sh", "-c",
                   "exec " + places::program("tocsin") + " serve -v --writable --keep " + path_ +
                       " >/dev/full"}};
    ASSERT_TRUE(shell.complains("ready"));
    const Client client{path_, O_WRONLY};
    EXPECT_EQ(client.write("one\ntwo\n"), "");
    EXPECT_TRUE(eventually([&] { return client.write("x\n") == "<ENOSPC>"; }));
    shell.send_signal(SIGTERM);
    EXPECT_EQ(shell.wait(), 1);
    EXPECT_GE(bytes_lost(shell.complaints()), 8U) << shell.complaints();
    EXPECT_NE(shell.complaints().find("No space left on device"), std::string::npos);
}

}  // namespace
