// Proves the main job, the soak and the example clients on a small scale.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <sys/epoll.h>

#include <gtest/gtest.h>

#include <tests/cli/client.h>
#include <tests/cli/program.h>
#include <tests/cli/server.h>
#include <tests/places/places.h>
#include <tocsin/base/descriptor.h>

namespace {

using namespace cli_test;

const std::string main_job = places::source("tools/main_job");
const std::string soak_serve = places::source("tools/soak_serve");

// The soak may take a minute, and then its server may take another while to end.
constexpr std::chrono::seconds tool_patience{100};

// A tool of the project, with the programs of this build, that makes its folders below `place`.
Arguments tool(Arguments arguments, const std::string& place = "/tmp") {
    arguments.insert(arguments.begin(),
                     {"env", "TMPDIR=" + place, "TOCSIN_BIN_DIR=" + places::program("")});
    return arguments;
}

Outcome run_tool(const Arguments& arguments, const std::string& place = "/tmp") {
    return run(tool(arguments, place), "", tool_patience);
}

// The only entry of a folder; none while there is none.
std::string only_entry(const std::string& folder) {
    const std::filesystem::directory_iterator entry{folder};
    return entry == end(entry) ? "" : entry->path().string();
}

bool has_epoll() {
    return tocsin::base::Descriptor{::epoll_create1(EPOLL_CLOEXEC)}.number() >= 0;
}

// Where there is no epoll, one of the clients cannot run, and the job says which and why.
void expect_main_job(const Arguments& arguments) {
    const Outcome job = run_tool(arguments);
    if (!has_epoll()) {
        EXPECT_EQ(job.exit, 1);
        EXPECT_NE(job.output.find("C epoll, edge-triggered: exit code 1"), std::string::npos);
        return;
    }
    EXPECT_EQ(job.exit, 0) << job.complaints;
    EXPECT_NE(job.output.find("20,000 records in "), std::string::npos) << job.output;
    EXPECT_TRUE(job.output.ends_with("4 of 4 clients got exactly what was sent\n")) << job.output;
}

void expect_soak(const Arguments& arguments) {
    const Outcome soak = run_tool(arguments);
    EXPECT_EQ(soak.exit, 0) << soak.output << soak.complaints;
    EXPECT_NE(soak.output.find("soak of serve passed: 20,000 records, 10 clients"),
              std::string::npos)
        << soak.output;
    EXPECT_NE(soak.output.find(" 0 lost"), std::string::npos) << soak.output;
}

TEST(MountTools, the_main_job_brings_everything_to_four_clients) {
    expect_main_job({main_job, "seq", "20000"});
}

TEST(Tools, the_main_job_brings_everything_to_four_clients_on_a_socket) {
    expect_main_job({main_job, "--socket", "seq", "20000"});
}

TEST(Tools, the_main_job_stops_a_command_that_has_no_end) {
    const Outcome job = run_tool({main_job, "--socket", "--seconds", "0.5", "yes"});
    EXPECT_EQ(job.exit, has_epoll() ? 0 : 1) << job.output << job.complaints;
    if (has_epoll()) {
        EXPECT_NE(job.output.find("the command was stopped after 0.5 s"), std::string::npos);
    }
}

TEST(Tools, the_main_job_leaves_nothing_behind_when_its_server_does_not_start) {
    const Folder place;
    const Folder programs;
    ASSERT_EQ(run({"ln", "-s", "/bin/false", programs.path("tocsin")}).exit, 0);
    const Outcome job = run({"env", "TMPDIR=" + place.path(""),
                             "TOCSIN_BIN_DIR=" + programs.path(""), main_job, "--socket", "true"});
    EXPECT_EQ(job.exit, 1);
    EXPECT_NE(job.complaints.find("the server did not start"), std::string::npos);
    EXPECT_EQ(only_entry(place.path("")), "");
}

TEST(Tools, the_main_job_leaves_nothing_behind_when_it_is_interrupted) {
    const Folder place;
    if (!has_epoll()) {
        return;  // it ends by itself, since one of its clients cannot run
    }
    Program job{tool({main_job, "--socket", "sleep", "1000"}, place.path(""))};
    ASSERT_TRUE(eventually([&] { return exists(only_entry(place.path("")) + "/records"); }));
    ASSERT_TRUE(Server::has_open_files(only_entry(place.path("")) + "/records", 4));
    job.send_signal(SIGINT);
    EXPECT_EQ(job.wait(), 128 + SIGINT) << job.complaints();
    EXPECT_EQ(only_entry(place.path("")), "");
}

// `--keep` leaves a server up, says how to read it and how to end it, and then nothing is left.
void expect_kept(Arguments arguments) {
    const Folder place;
    const Outcome job = run_tool(arguments, place.path(""));
    if (!has_epoll()) {
        EXPECT_EQ(only_entry(place.path("")), "");
        return;
    }
    ASSERT_EQ(job.exit, 0) << job.complaints;
    const std::string path = only_entry(place.path("")) + "/records";
    EXPECT_NE(job.output.find("A record a second is served at "), std::string::npos);
    EXPECT_NE(job.output.find(path), std::string::npos) << job.output;
    const std::size_t kill = job.output.find("kill ");
    ASSERT_NE(kill, std::string::npos);
    EXPECT_TRUE(Client{path}.read().starts_with("record 1 at "));
    EXPECT_EQ(run({"kill", std::to_string(std::stoi(job.output.substr(kill + 5)))}).exit, 0);
    EXPECT_TRUE(eventually([&] { return only_entry(place.path("")).empty(); }));
}

TEST(MountTools, the_main_job_keeps_a_path_up_to_play_with) {
    expect_kept({main_job, "--keep", "seq", "100"});
}

TEST(Tools, the_main_job_keeps_a_socket_up_to_play_with) {
    expect_kept({main_job, "--keep", "--socket", "seq", "100"});
}

TEST(Tools, the_main_job_fails_when_its_command_says_nothing) {
    const Outcome job = run_tool({main_job, "--socket", "true"});
    EXPECT_EQ(job.exit, 1);
    EXPECT_NE(job.output.find("main job FAILED"), std::string::npos) << job.output;
}

TEST(MountTools, a_small_soak_loses_nothing) {
    expect_soak({soak_serve, "--records", "20000", "--clients", "10", "--seconds-max", "60"});
}

TEST(Tools, a_small_soak_on_a_socket_loses_nothing) {
    expect_soak(
        {soak_serve, "--records", "20000", "--clients", "10", "--seconds-max", "60", "--socket"});
}

}  // namespace
