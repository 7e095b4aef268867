// Proves the main job, the soak and the example clients on a small scale.
#include <string>
#include <sys/epoll.h>

#include <gtest/gtest.h>

#include <tests/cli/client.h>
#include <tests/cli/program.h>
#include <tests/cli/server.h>
#include <tocsin/base/descriptor.h>

namespace {

using namespace cli_test;

constexpr const char* main_job = TOCSIN_SOURCE_DIR "/tools/main_job";
constexpr const char* soak_serve = TOCSIN_SOURCE_DIR "/tools/soak_serve";

// A tool of the project, with the programs of this build.
Outcome run_tool(Arguments arguments) {
    arguments.insert(arguments.begin(), {"env", "TOCSIN_BIN_DIR=" TOCSIN_BIN_DIR});
    return run(arguments);
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
