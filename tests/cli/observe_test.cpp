// Proves what `tocsin watch`, `tocsin ls` and `tocsin stat` tell.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <poll.h>
#include <string>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/client.h>
#include <tests/cli/program.h>
#include <tests/cli/server.h>
#include <tests/places/places.h>

namespace {

using namespace cli_test;
using nlohmann::json;

// The entry of `tocsin ls --json` for `path`, or null.
json list_now(const std::string& path) {
    const Outcome outcome = run(tocsin_with({"ls", "--json"}));
    EXPECT_EQ(outcome.exit, 0) << outcome.complaints;
    for (const json& entry : json::parse(outcome.output)) {
        if (entry["path"] == path) {
            return entry;
        }
    }
    return {};
}

// The same, once the server of `path` has answered: on a busy machine that may take longer than the
// second that it is given.
json listed(const std::string& path) {
    json entry;
    static_cast<void>(eventually([&] {
        entry = list_now(path);
        return entry.is_null() || entry["state"] != "silent";
    }));
    return entry;
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t place = text.find(part); place != std::string::npos;
         place = text.find(part, place + part.size())) {
        ++count;
    }
    return count;
}

class Observe : public testing::Test {
protected:
    Folder folder_;
    std::string path_ = folder_.path("records");
};

using MountWatch = Observe;
using MountAsk = Observe;
using AskSocket = Observe;
using CommandLine = Observe;

TEST_F(MountWatch, prints_each_condition_as_it_comes_true_until_the_end) {
    Server server{serve_at(path_, {"--keep"})};
    Program watch{tocsin_with({"watch", path_})};
    ASSERT_TRUE(server.has_open_files(path_, 1));
    server.write("one\n");
    EXPECT_TRUE(watch.says("input\n"));
    server.write("two\n");
    EXPECT_TRUE(eventually([&] { return count_of(watch.output(), "input\n") == 2; }));
    server.end_input();
    EXPECT_EQ(watch.wait(), 0);
    EXPECT_TRUE(watch.output().ends_with("hang_up\n")) << watch.output();
    EXPECT_EQ(count_of(watch.output(), "output\n"), 0U);
}

TEST_F(MountWatch, tells_how_many_records_readers_lose) {
    Server server{serve_at(path_, {"--ring", "8"})};
    const Client slow{path_};
    Program watch{tocsin_with({"watch", "--oob", "--json", path_})};
    ASSERT_TRUE(server.has_open_files(path_, 2));
    ASSERT_TRUE(server.has_readers(path_, 1));
    server.write("one\ntwo\nsix\nten\n");
    ASSERT_TRUE(watch.says("\n"));
    const json line = json::parse(watch.output());
    EXPECT_EQ(line["condition"], "out_of_band");
    EXPECT_EQ(line["path"], path_);
    EXPECT_EQ(line["records_lost"], 2);
}

TEST_F(MountWatch, ends_with_the_first_condition_when_asked_to) {
    Server server{serve_at(path_)};
    server.write("one\n");
    ASSERT_TRUE(server.has_published(path_, 1));
    const Outcome outcome = run(tocsin_with({"watch", "--input", "--once", path_}));
    EXPECT_EQ(outcome.exit, 0);
    EXPECT_THAT(outcome.output,
                testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{3}Z input\n"));
}

TEST_F(MountWatch, has_an_exit_code_for_a_time_that_is_up) {
    Server server{serve_at(path_)};
    const Outcome nothing = run(tocsin_with({"watch", "--timeout", "50ms", path_}));
    EXPECT_EQ(nothing.exit, 124);
    EXPECT_EQ(nothing.output, "");
    server.write("one\n");
    ASSERT_TRUE(server.has_published(path_, 1));
    EXPECT_EQ(run(tocsin_with({"watch", "--timeout", "50ms", path_})).exit, 0);
}

TEST_F(MountWatch, holds_nobody_up) {
    Server server{serve_at(path_, {"--lossless", "--ring", "16"})};
    Program watch{tocsin_with({"watch", path_})};
    ASSERT_TRUE(server.has_open_files(path_, 1));
    const std::string text(1000, '\n');
    server.write(text);
    server.end_input();
    EXPECT_EQ(run({"cat", path_}).output, text);
    EXPECT_EQ(server.wait(), 0);
    EXPECT_EQ(watch.wait(), 0);
}

TEST_F(MountWatch, says_that_the_server_is_gone) {
    Server server{serve_at(path_)};
    Program watch{tocsin_with({"watch", path_})};
    ASSERT_TRUE(server.has_open_files(path_, 1));
    server.send_signal(SIGKILL);
    EXPECT_EQ(watch.wait(), 1);
    EXPECT_NE(watch.complaints().find("its server is gone"), std::string::npos);
}

TEST_F(MountWatch, watches_what_others_serve) {
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    Program watch{tocsin_with({"watch", "--input", path_})};
    {
        std::ofstream fifo{path_};
        fifo << "one" << std::flush;
        EXPECT_TRUE(watch.says("input\n"));
    }
    EXPECT_EQ(watch.wait(), 0);
    EXPECT_TRUE(watch.output().ends_with("hang_up\n"));
}

TEST_F(MountAsk, ls_shows_by_whom_and_since_when_a_path_is_served) {
    Server server{serve_at(path_)};
    const json entry = listed(path_);
    ASSERT_FALSE(entry.is_null());
    EXPECT_EQ(entry["kind"], "path");
    EXPECT_EQ(entry["state"], "alive");
    EXPECT_EQ(entry["status"]["pid"], server.id());
    EXPECT_EQ(entry["status"]["uid"], ::geteuid());
    EXPECT_TRUE(entry["status"]["since"].is_string());
    const std::string line = path_ + " +path +alive +[^ ]+ +" + std::to_string(server.id());
    EXPECT_TRUE(eventually([&] {
        return testing::Value(run(tocsin_with({"ls"})).output, testing::ContainsRegex(line));
    }));
}

TEST_F(MountAsk, ls_shows_a_dead_mount_as_dead) {
    Server server{serve_at(path_)};
    server.send_signal(SIGKILL);
    EXPECT_EQ(server.wait(), -SIGKILL);
    EXPECT_EQ(listed(path_)["state"], "dead");
    const Outcome stat = run(tocsin_with({"stat", path_}));
    EXPECT_EQ(stat.exit, 3);
    EXPECT_NE(stat.complaints.find("umount"), std::string::npos) << stat.complaints;
}

TEST_F(MountAsk, ls_does_not_wait_for_a_server_that_is_stopped) {
    Server server{serve_at(path_)};
    server.send_signal(SIGSTOP);
    EXPECT_EQ(list_now(path_)["state"], "silent");
    server.send_signal(SIGCONT);
    EXPECT_EQ(listed(path_)["state"], "alive");
}

TEST_F(MountAsk, stat_does_not_wait_for_a_server_that_is_stopped) {
    Server server{serve_at(path_)};
    server.send_signal(SIGSTOP);
    const Outcome stat = run(tocsin_with({"stat", path_}));
    EXPECT_EQ(stat.exit, 3);
    EXPECT_NE(stat.complaints.find("no answer within a second"), std::string::npos)
        << stat.complaints;
}

TEST_F(MountAsk, stat_shows_who_is_armed_for_what_and_the_counters) {
    Server server{serve_at(path_, {"--threshold", "3"})};
    const Client client{path_, O_NONBLOCK};
    auto poller =
        std::async(std::launch::async, [&] { return client.poll(POLLIN | POLLPRI, 30000); });
    ASSERT_TRUE(
        eventually([&] { return !status_of(path_)["resources"][0]["open"][0]["armed"].empty(); }));
    const json resource = status_of(path_)["resources"][0];
    EXPECT_EQ(resource["open_count"], 1);
    const json file = resource["open"][0];
    EXPECT_EQ(file["uid"], ::geteuid());
    const json armed = file["armed"];
    const auto input =
        std::ranges::find(armed, json("input"), [](const json& arm) { return arm["condition"]; });
    ASSERT_NE(input, armed.end());
    EXPECT_EQ((*input)["threshold"], 3);
    EXPECT_TRUE((*input)["age_ms"].is_number());
    const Outcome text = stat_of(path_);
    EXPECT_NE(text.output.find("input of 3 for "), std::string::npos) << text.output;
    EXPECT_NE(text.output.find("(cli-tests)"), std::string::npos) << text.output;
    EXPECT_NE(text.output.find("armed "), std::string::npos) << text.output;
    server.write("one\ntwo\nthree\n");
    EXPECT_EQ(poller.get(), POLLIN);
    EXPECT_GE(status_of(path_)["resources"][0]["counters"]["fired"], 1);
}

TEST_F(MountAsk, stat_shows_the_ring_and_what_each_reader_has_lost) {
    Server server{serve_at(path_, {"--ring", "8"})};
    const Client slow{path_, O_NONBLOCK};
    const Client fast{path_, O_NONBLOCK};
    server.write("one\ntwo\n");
    ASSERT_EQ(fast.poll(POLLIN, 30000), POLLIN);
    ASSERT_TRUE(server.has_published(path_, 2));
    EXPECT_EQ(fast.read(), "one\ntwo\n");
    server.write("six\n");
    ASSERT_TRUE(server.has_published(path_, 3));
    const json records = status_of(path_)["records"];
    EXPECT_EQ(records["dropped"], 1);
    EXPECT_EQ(records["lost"], 1);
    EXPECT_EQ(records["readers"], 2);
    EXPECT_EQ(records["open"][0]["lost"], 1);
    EXPECT_EQ(records["open"][0]["waiting"], 2);
    EXPECT_EQ(records["open"][1]["lost"], 0);
    EXPECT_EQ(records["open"][1]["read"], 2);
    EXPECT_EQ(records["input"], "reading");
    const Outcome text = stat_of(path_);
    EXPECT_NE(text.output.find("3 published, 1 dropped, 0 refused, 1 lost"), std::string::npos)
        << text.output;
}

TEST_F(MountAsk, stat_does_not_count_for_a_reader) {
    Server server{serve_at(path_, {"--wait-readers", "1"})};
    server.write("one\n");
    for (int times = 0; times < 20; ++times) {
        ASSERT_EQ(status_of(path_)["records"]["input"], "gathering");
    }
}

TEST_F(MountAsk, stat_shows_two_hundred_clients) {
    Server server{serve_at(path_)};
    std::vector<std::unique_ptr<Client>> clients;
    for (int number = 0; number < 200; ++number) {
        clients.push_back(std::make_unique<Client>(path_, O_NONBLOCK));
    }
    const json status = status_of(path_);
    EXPECT_EQ(status["resources"][0]["open_count"], 200);
    EXPECT_EQ(status["records"]["readers"], 200);
    EXPECT_EQ(status["records"]["open"].size() + status["records"]["open_omitted"].get<unsigned>(),
              200U);
}

class MountRootAsk : public MountAsk {};

TEST_F(MountRootAsk, stat_shows_what_each_user_holds_and_serve_limits_it) {
    ASSERT_EQ(::chmod(folder_.path("").c_str(), 0755), 0);
    Server server{serve_at(path_, {"--user-files", "2", "--user-calls", "1"})};
    const Client of_root{path_};
    const std::string script = R"(
        exec 3<"$0" 4<"$0"
        ( exec 5<"$0" ) 2>&1
        head -n 1 <&3 &
        read line
        head -n 1 <&4
    )";
    Program nobody{
        {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", script, path_}};
    EXPECT_TRUE(nobody.says("Too many open files")) << nobody.output() << nobody.complaints();
    ASSERT_TRUE(eventually([&] { return status_of(path_)["users"][0]["parked"] == 1; }));
    const json user = status_of(path_)["users"][0];
    EXPECT_EQ(user["uid"], 65534);
    EXPECT_EQ(user["open_files"], 2);
    const Outcome text = stat_of(path_);
    EXPECT_TRUE(text.output.contains("each user: at most 2 open files and 1 parked calls\n"))
        << text.output;
    EXPECT_TRUE(text.output.contains("  nobody  2     1       1           0\n")) << text.output;
    nobody.write("go on\n");
    EXPECT_TRUE(nobody.complains("Resource temporarily unavailable")) << nobody.complaints();
}

TEST_F(AskSocket, ls_and_stat_show_a_socket_and_its_clients) {
    Server server{serve_on(path_, {"--threshold", "2"})};
    const Client client{path_};
    ASSERT_TRUE(server.has_open_files(path_, 1));
    server.write("one\n");
    ASSERT_TRUE(server.has_published(path_, 1));
    const json entry = listed(path_);
    EXPECT_EQ(entry["kind"], "socket");
    EXPECT_EQ(entry["state"], "alive");
    EXPECT_EQ(entry["status"]["pid"], server.id());
    const json open = entry["status"]["open"][0];
    EXPECT_EQ(open["thread"], ::getpid());
    EXPECT_EQ(open["uid"], ::geteuid());
    EXPECT_EQ(open["waiting"], 1);
    const Outcome text = stat_of(path_);
    EXPECT_EQ(text.exit, 0);
    EXPECT_NE(text.output.find("1 published"), std::string::npos) << text.output;
    EXPECT_NE(text.output.find("(cli-tests)"), std::string::npos) << text.output;
}

TEST_F(AskSocket, stat_says_that_the_server_of_a_socket_is_dead) {
    Server server{serve_on(path_)};
    server.send_signal(SIGKILL);
    EXPECT_EQ(server.wait(), -SIGKILL);
    const Outcome stat = run(tocsin_with({"stat", path_}));
    EXPECT_EQ(stat.exit, 3);
    EXPECT_NE(stat.complaints.find("Connection refused"), std::string::npos) << stat.complaints;
    EXPECT_TRUE(listed(path_).is_null());
}

TEST_F(AskSocket, ls_does_not_wait_for_a_server_that_is_stopped) {
    Server server{serve_on(path_)};
    server.send_signal(SIGSTOP);
    EXPECT_EQ(list_now(path_)["state"], "silent");
    server.send_signal(SIGCONT);
}

TEST_F(AskSocket, stat_says_that_a_socket_of_somebody_else_has_no_status) {
    Program netcat{{"nc", "-lU", path_}};
    ASSERT_TRUE(eventually([&] { return exists(path_); }));
    const Outcome stat = run(tocsin_with({"stat", path_}));
    EXPECT_EQ(stat.exit, 3);
    EXPECT_EQ(stat.complaints, "tocsin stat: " + path_ +
                                   ": no status (No data available); tocsin ls lists what is "
                                   "served\n");
}

TEST_F(CommandLine, every_command_has_a_help_with_examples) {
    for (const char* const name : {"serve", "watch", "ls", "stat"}) {
        const Outcome help = run(tocsin_with({name, "--help"}));
        EXPECT_EQ(help.exit, 0);
        EXPECT_NE(help.output.find("Examples:\n  "), std::string::npos) << help.output;
        EXPECT_EQ(help.complaints, "");
    }
    const Outcome help = run(tocsin_with({"--help"}));
    EXPECT_NE(help.output.find("Exit codes of all commands:"), std::string::npos);
    EXPECT_NE(help.output.find("Examples:"), std::string::npos);
}

TEST_F(CommandLine, the_version_is_that_of_the_project) {
    std::ifstream project{places::source("CMakeLists.txt")};
    const std::string text{std::istreambuf_iterator<char>{project}, {}};
    const std::size_t begin = text.find("VERSION ", text.find("project(")) + 8;
    const std::string version = text.substr(begin, text.find('\n', begin) - begin);
    EXPECT_EQ(run(tocsin_with({"--version"})).output, "tocsin " + version + "\n");
}

}  // namespace
