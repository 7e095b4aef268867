// Proves what clients of `tocsin serve --socket` see.
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include <tests/cli/client.h>
#include <tests/cli/program.h>
#include <tests/cli/server.h>
#include <tests/places/places.h>

namespace {

using namespace cli_test;

class ServeSocket : public testing::Test {
protected:
    Folder folder_;
    std::string path_ = folder_.path("socket");

    [[nodiscard]] Arguments serve(Arguments more = {}) const { return serve_on(path_, more); }

    void expect_nothing_left() const {
        EXPECT_FALSE(exists(path_));
        EXPECT_FALSE(exists(path_ + ".tocsin"));
    }
};

TEST_F(ServeSocket, gives_netcat_what_came_in_and_ends_when_it_was_read) {
    Server server{serve()};
    server.write("one\ntwo\nno end of line");
    server.end_input();
    Program netcat{{"nc", "-U", path_}, Input::nothing};
    EXPECT_EQ(netcat.wait(), 0) << netcat.complaints();
    EXPECT_EQ(netcat.output(), "one\ntwo\nno end of line");
    EXPECT_EQ(server.wait(), 0);
    expect_nothing_left();
}

TEST_F(ServeSocket, gives_every_client_everything_when_lossless) {
    Server server{serve({"--lossless", "--ring", "4K", "--wait-readers", "3"})};
    std::string text;
    for (int number = 0; number < 20000; ++number) {
        text += std::to_string(number) + "\n";
    }
    auto read_all = [&] { return Client{path_}.read_all(); };
    auto first = std::async(std::launch::async, read_all);
    auto second = std::async(std::launch::async, read_all);
    auto third = std::async(std::launch::async, read_all);
    server.write(text);
    server.end_input();
    EXPECT_EQ(first.get(), text);
    EXPECT_EQ(second.get(), text);
    EXPECT_EQ(third.get(), text);
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(ServeSocket, lets_the_input_wait_for_a_client_that_does_not_read_when_lossless) {
    Server server{serve({"--lossless", "--ring", "4K"})};
    const Client slow{path_};
    ASSERT_TRUE(eventually([&] { return status_of(path_)["open_count"] == 1; }));
    const std::string line = line_of(999);
    std::size_t lines = 0;
    ASSERT_TRUE(eventually([&] {
        lines += server.write_some(line) / line.size();
        return status_of(path_)["records"]["input"] == "waiting";
    }));
    server.end_input();
    EXPECT_EQ(slow.read_all().size() % line.size(), 0U);
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(ServeSocket, sends_from_the_threshold_on) {
    Server server{serve({"--threshold", "3"})};
    const Client client{path_};
    server.write("one\ntwo\n");
    ASSERT_TRUE(server.has_published(path_, 2));
    EXPECT_EQ(client.poll(POLLIN), 0);
    server.write("three\n");
    EXPECT_EQ(client.read(), "one\ntwo\nthree\n");
    server.write("four\n");
    server.end_input();
    EXPECT_EQ(client.read(), "four\n");
}

// A client that does not read while far more passes than the ring and its socket hold.
std::string fall_behind(Server& server, const std::string& path, const Client& client) {
    const std::string line = line_of(99);
    EXPECT_TRUE(eventually([&] { return status_of(path)["open_count"] == 1; }));
    std::string chunk;
    for (int number = 0; number < 1000; ++number) {
        chunk += line;
    }
    EXPECT_TRUE(eventually([&] {
        server.write(chunk);
        return status_of(path)["records"]["lost"] > 0;
    }));
    server.end_input();
    return client.read_all();
}

TEST_F(ServeSocket, tells_a_client_between_two_lines_how_many_records_it_has_lost) {
    Server server{serve({"--ring", "4K"})};
    const Client client{path_};
    const std::string text = fall_behind(server, path_, client);
    std::size_t records = 0;
    std::size_t lost = 0;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = text.find('\n', begin);
        const std::string line = text.substr(begin, end - begin);
        if (line.starts_with("[tocsin: ")) {
            ASSERT_TRUE(line.ends_with(" records lost]")) << line;
            lost += std::stoul(line.substr(9));
        } else {
            ASSERT_EQ(line, std::string(99, 'x'));
            ++records;
        }
        begin = end + 1;
    }
    EXPECT_GT(lost, 0U);
    EXPECT_EQ((records + lost) % 1000, 0U);
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(ServeSocket, cuts_a_client_that_has_lost_records_when_asked_to) {
    Server server{serve({"--ring", "4K", "--cut"})};
    const Client client{path_};
    const std::string text = fall_behind(server, path_, client);
    EXPECT_EQ(text.size() % 100, 0U);
    EXPECT_EQ(text.find("tocsin"), std::string::npos);
}

TEST_F(ServeSocket, passes_whole_lines_of_its_clients_to_standard_output) {
    Server server{serve({"--writable"})};
    const Client first{path_};
    Client second{path_};
    EXPECT_EQ(first.write("first, "), "");
    EXPECT_EQ(second.write("second\nthird"), "");
    EXPECT_TRUE(server.says("second\n"));
    EXPECT_EQ(first.write("fourth\n"), "");
    EXPECT_TRUE(server.says("first, fourth\n"));
    second.close();
    EXPECT_TRUE(server.says("third\n"));
    EXPECT_EQ(server.output(), "second\nfirst, fourth\nthird\n");
}

TEST_F(ServeSocket, takes_what_a_client_sent_before_it_closed) {
    Server server{serve({"--writable"})};
    std::string text;
    for (int number = 0; number < 10000; ++number) {
        text += std::to_string(number) + "\n";
    }
    {
        const Client client{path_};
        EXPECT_EQ(client.write(text), "");
    }
    EXPECT_TRUE(server.says("9999\n"));
    EXPECT_EQ(server.output(), text);
}

// Sends lines without a pause until the other side is gone.
void flood(const Client& client, std::atomic<bool>& blocked) {
    std::string text;
    while (text.size() < 1 << 16) {
        text += "x\n";
    }
    std::string result;
    while (result != "<EPIPE>") {
        result = client.write(text);
        blocked = blocked || result == "<EAGAIN>";
    }
}

TEST_F(ServeSocket, takes_a_bounded_number_of_lines_of_a_client_that_goes_on_sending_at_the_end) {
    Server server{serve({"--writable"})};
    const Client client{path_};
    ASSERT_EQ(::fcntl(client.descriptor(), F_SETFL, O_NONBLOCK), 0);
    std::atomic<bool> blocked = false;
    auto first = std::async(std::launch::async, [&] { flood(client, blocked); });
    auto second = std::async(std::launch::async, [&] { flood(client, blocked); });
    ASSERT_TRUE(eventually([&] { return blocked.load(); }));
    server.end_input();
    EXPECT_EQ(server.wait(), 0);
    EXPECT_LT(server.output().size(), std::size_t{2} << 20);
}

TEST_F(ServeSocket, goes_on_sending_to_a_client_that_has_closed_its_own_direction) {
    Server server{serve()};
    const Client client{path_};
    ASSERT_EQ(::shutdown(client.descriptor(), SHUT_WR), 0);
    ASSERT_TRUE(server.has_open_files(path_, 1));
    server.write("one\n");
    EXPECT_EQ(client.read(), "one\n");
}

TEST_F(ServeSocket, forgets_a_client_that_has_gone) {
    Server server{serve({"--lossless", "--ring", "16"})};
    {
        const Client client{path_};
        ASSERT_TRUE(server.has_open_files(path_, 1));
    }
    ASSERT_TRUE(server.has_open_files(path_, 0));
    server.write("one\n");
    server.end_input();
    EXPECT_EQ(Client{path_}.read_all(), "one\n");
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(ServeSocket, has_the_mode_and_the_owner_that_were_asked_for) {
    Server server{serve({"--mode", "620", "--owner", "1234:5678"})};
    for (const char* const suffix : {"", ".tocsin"}) {
        struct ::stat status{};
        ASSERT_EQ(::stat((path_ + suffix).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode, S_IFSOCK | 0620U);
        EXPECT_EQ(status.st_uid, 1234U);
        EXPECT_EQ(status.st_gid, 5678U);
    }
}

TEST_F(ServeSocket, replaces_the_socket_of_a_dead_server) {
    Server dead{serve()};
    dead.send_signal(SIGKILL);
    EXPECT_EQ(dead.wait(), -SIGKILL);
    EXPECT_TRUE(exists(path_));
    Server server{serve()};
    server.write("one\n");
    server.end_input();
    EXPECT_EQ(Client{path_}.read_all(), "one\n");
    EXPECT_EQ(server.wait(), 0);
    expect_nothing_left();
}

TEST_F(ServeSocket, refuses_the_socket_of_a_server_that_is_alive) {
    Server first{serve()};
    const Outcome second = run(serve());
    EXPECT_EQ(second.exit, 3);
    EXPECT_EQ(second.complaints, "tocsin serve: " + path_ +
                                     ": a server that is alive has its socket there; end it, or "
                                     "give another path\n");
    first.write("one\n");
    first.end_input();
    EXPECT_EQ(Client{path_}.read_all(), "one\n");
}

TEST_F(ServeSocket, is_not_connected_by_a_second_server_that_is_refused) {
    Server first{serve({"--wait-readers", "1"})};
    first.write("one\n");
    EXPECT_EQ(run(serve()).exit, 3);
    const nlohmann::json status = status_of(path_);
    EXPECT_EQ(status["connected"], 0);
    EXPECT_EQ(status["records"]["input"], "gathering");
}

TEST_F(ServeSocket, leaves_a_socket_that_has_taken_its_place) {
    Server first{serve()};
    ASSERT_EQ(run({"rm", path_}).exit, 0);
    ASSERT_EQ(run({"rm", path_ + ".tocsin"}).exit, 0);
    Server second{serve()};
    first.send_signal(SIGTERM);
    EXPECT_EQ(first.wait(), 0);
    EXPECT_TRUE(exists(path_));
}

TEST_F(ServeSocket, leaves_nothing_behind_when_a_signal_ends_it) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        Server server{serve()};
        const Client client{path_};
        server.send_signal(signal);
        EXPECT_EQ(server.wait(), 0);
        EXPECT_EQ(client.read(), "<end>");
        expect_nothing_left();
    }
}

// A server that has run out of descriptors, and the clients that have them.
class ShortServer {
public:
    explicit ShortServer(const std::string& path)
        : shell_{
              {"sh", "-c",
               "ulimit -n 16; exec " + places::program("tocsin") + " serve -v --socket " + path}} {
        EXPECT_TRUE(shell_.complains("ready"));
        // The first record comes before descriptors are short: the undefined-behaviour sanitizer
        // takes a pipe to look at an object for the first time.
        shell_.write("one\n");
        EXPECT_TRUE(Server::has_published(path, 1));
        for (int number = 0; number < 16; ++number) {
            clients_.push_back(std::make_unique<Client>(path));
        }
        EXPECT_TRUE(shell_.complains("clients have to wait"));
    }

    [[nodiscard]] Program& program() { return shell_; }
    [[nodiscard]] const Client& last_client() const { return *clients_.back(); }

    // All but the last client go.
    void give_back() { clients_.erase(clients_.begin(), clients_.end() - 1); }

private:
    Program shell_;
    std::vector<std::unique_ptr<Client>> clients_;
};

TEST_F(ServeSocket, takes_clients_again_when_it_has_run_out_of_descriptors) {
    ShortServer server{path_};
    server.give_back();
    EXPECT_EQ(server.last_client().read(), "one\n") << server.program().complaints();
    server.program().write("two\n");
    EXPECT_EQ(server.last_client().read(), "two\n") << server.program().complaints();
}

// How often a process has gone to sleep.
std::size_t sleeps_of(::pid_t process) {
    constexpr std::string_view label = "\nvoluntary_ctxt_switches:\t";
    std::ifstream file{"/proc/" + std::to_string(process) + "/status"};
    const std::string status{std::istreambuf_iterator<char>{file}, {}};
    const std::size_t place = status.find(label);
    return place == std::string::npos ? 0 : std::stoul(status.substr(place + label.size()));
}

TEST_F(ServeSocket, sleeps_while_it_has_no_descriptor_for_those_who_ask_for_its_status) {
    ShortServer server{path_};
    const ::pid_t process = server.program().id();
    const Client asks{path_ + ".tocsin"};
    const std::size_t before = sleeps_of(process);
    EXPECT_TRUE(eventually([&] { return sleeps_of(process) >= before + 5; }));
    server.give_back();
    EXPECT_TRUE(asks.read().starts_with("{"));
}

}  // namespace
