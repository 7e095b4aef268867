// Proves when `tocsin serve PATH` begins, waits and ends, and what it leaves.
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
#include <tocsin/resource/served.h>

namespace {

using namespace cli_test;

// Since when the server of `path` has been there, asked without opening it; -1 when it is gone.
std::int64_t age_ms(const std::string& path) {
    std::string status;
    if (tocsin::resource::read_status(path, status)) {
        return -1;
    }
    return nlohmann::json::parse(status).at("age_ms");
}

class MountServeLife : public testing::Test {
protected:
    Folder folder_;
    std::string path_ = folder_.path("records");

    // A server at path_ that is ready.
    [[nodiscard]] Arguments serve(Arguments more = {}) const { return serve_at(path_, more); }

    void expect_nothing_left() const {
        EXPECT_FALSE(is_mounted(path_));
        EXPECT_FALSE(exists(path_));
    }
};

TEST_F(MountServeLife, goes_on_serving_at_the_end_when_it_is_to_be_kept) {
    Server server{serve({"--keep"})};
    server.write("one\n");
    server.end_input();
    EXPECT_EQ(run({"cat", path_}).output, "one\n");
    EXPECT_EQ(run({"cat", path_}).output, "one\n");
    server.send_signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    expect_nothing_left();
}

TEST_F(MountServeLife, waits_for_a_reader_at_the_end_unless_it_may_not_linger) {
    Server server{serve({"--linger", "0"})};
    server.write("one\n");
    server.end_input();
    EXPECT_EQ(server.wait(), 0);
    expect_nothing_left();
}

TEST_F(MountServeLife, begins_to_read_its_input_when_so_many_readers_are_there) {
    Server server{serve({"--wait-readers", "2", "--lossless", "--ring", "16"})};
    server.write("one\ntwo\n");
    server.end_input();
    auto first = std::async(std::launch::async, [&] { return run({"cat", path_}).output; });
    ASSERT_TRUE(server.has_parked_reads(path_, 1));
    EXPECT_TRUE(server.has_published(path_, 0));
    EXPECT_EQ(run({"cat", path_}).output, "one\ntwo\n");
    EXPECT_EQ(first.get(), "one\ntwo\n");
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(MountServeLife, does_not_take_an_observer_for_a_reader) {
    Server server{serve({"--wait-readers", "1", "--lossless", "--ring", "4"})};
    Program watch{tocsin_with({"watch", "--input", path_})};
    ASSERT_TRUE(server.has_open_files(path_, 1));
    server.write("one\ntwo\nsix\n");
    server.end_input();
    EXPECT_TRUE(server.has_published(path_, 0));
    EXPECT_EQ(run({"cat", path_}).output, "one\ntwo\nsix\n");
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(MountServeLife, serves_a_plain_file) {
    const std::string text = "one\ntwo\n";
    const std::string file = folder_.path("input");
    ASSERT_EQ(run({"tee", file}, text).exit, 0);
    const tocsin::base::Descriptor input{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    Program server{serve(), input.number()};
    ASSERT_TRUE(server.complains("ready"));
    EXPECT_EQ(run({"cat", path_}).output, text);
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(MountServeLife, writes_to_a_plain_file) {
    const std::string file = folder_.path("output");
    Program shell{{"sh", "-c",
                   "exec " + places::program("tocsin") + " serve -v --writable --keep " + path_ +
                       " >" + file}};
    ASSERT_TRUE(shell.complains("ready"));
    ASSERT_EQ(run({"tee", path_}, "one\ntwo\n").exit, 0);
    EXPECT_TRUE(eventually([&] { return run({"cat", file}).output == "one\ntwo\n"; }));
}

TEST_F(MountServeLife, serves_an_empty_input) {
    Program server{serve(), Input::nothing};
    ASSERT_TRUE(server.complains("ready"));
    EXPECT_EQ(run({"cat", path_}).output, "");
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(MountServeLife, waits_with_an_empty_input_for_a_reader_and_not_for_an_observer) {
    Program server{serve(), Input::nothing};
    ASSERT_TRUE(server.complains("ready"));
    EXPECT_EQ(run(tocsin_with({"watch", "--input", "--once", path_})).exit, 0);
    EXPECT_EQ(run({"sh", "-c", "exec <" + path_}).exit, 0);
    EXPECT_EQ(status_of(path_)["records"]["input"], "ended");
    const Outcome cat = run({"cat", path_});
    EXPECT_EQ(cat.exit, 0) << cat.complaints;
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(MountServeLife, waits_for_a_reader_that_came_after_another_was_told_of_the_end) {
    Program server{serve(), Input::nothing};
    ASSERT_TRUE(server.complains("ready"));
    const Client stays{path_};
    EXPECT_EQ(stays.read(), "<end>");
    const Client late{path_};
    const std::int64_t age = age_ms(path_);
    EXPECT_TRUE(eventually([&] { return age_ms(path_) > age + 1200; }));
    EXPECT_EQ(late.read(), "<end>");
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(MountServeLife, leaves_nothing_behind_when_a_signal_ends_it) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        Server server{serve()};
        const Client client{path_};
        server.send_signal(signal);
        EXPECT_EQ(server.wait(), 0);
        EXPECT_EQ(server.complaints(), "tocsin serve: " + path_ + ": ready\n");
        expect_nothing_left();
    }
}

TEST_F(MountServeLife, ends_also_while_the_input_waits_and_a_client_blocks) {
    Server server{serve({"--lossless", "--ring", "4"})};
    const Client slow{path_};
    server.write("one\ntwo\nsix\n");
    ASSERT_TRUE(server.has_published(path_, 1));
    Client blocked{path_};
    EXPECT_EQ(blocked.read(), "one\n");
    auto reader = std::async(std::launch::async, [&] { return blocked.read(); });
    ASSERT_TRUE(server.has_parked_reads(path_, 1));
    server.send_signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    EXPECT_EQ(reader.get(), "<EIO>");
    expect_nothing_left();
}

TEST_F(MountServeLife, keeps_a_file_that_was_there_before_it) {
    ASSERT_EQ(run({"tee", path_}, "before\n").exit, 0);
    Server server{serve()};
    server.send_signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    EXPECT_EQ(run({"cat", path_}).output, "before\n");
}

TEST_F(MountServeLife, replaces_what_a_killed_server_has_left) {
    Server dead{serve()};
    dead.send_signal(SIGKILL);
    EXPECT_EQ(dead.wait(), -SIGKILL);
    EXPECT_TRUE(is_mounted(path_));
    Server server{serve()};
    server.write("one\n");
    server.end_input();
    EXPECT_EQ(run({"cat", path_}).output, "one\n");
    EXPECT_EQ(server.wait(), 0);
    expect_nothing_left();
}

TEST_F(MountServeLife, says_that_somebody_else_has_unmounted_it) {
    Server server{serve()};
    ASSERT_EQ(run({"umount", path_}).exit, 0);
    EXPECT_EQ(server.wait(), 1);
    EXPECT_NE(server.complaints().find("unmounted by somebody else"), std::string::npos);
}

TEST_F(MountServeLife, serves_the_same_records_at_a_path_and_on_a_socket) {
    const std::string socket = folder_.path("socket");
    Server server{serve({"--socket", socket, "--wait-readers", "2"})};
    server.write("one\ntwo\n");
    server.end_input();
    auto on_socket = std::async(std::launch::async, [&] { return Client{socket}.read_all(); });
    EXPECT_EQ(run({"cat", path_}).output, "one\ntwo\n");
    EXPECT_EQ(on_socket.get(), "one\ntwo\n");
    EXPECT_EQ(server.wait(), 0);
}

}  // namespace
