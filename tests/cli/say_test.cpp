// Proves what becomes of a command whose words do not arrive.
#include <string>

#include <gtest/gtest.h>

#include <tests/cli/program.h>
#include <tests/cli/server.h>
#include <tests/places/places.h>

namespace {

using namespace cli_test;

const std::string tocsin = places::program("tocsin") + " ";

// A shell that becomes `tocsin` with these words, some of which may redirect something.
Arguments shell(const std::string& words) {
    return {"sh", "-c", std::string{"exec "} + tocsin + words};
}

void expect_failure(const std::string& words) {
    SCOPED_TRACE(words);
    const Outcome outcome = run(shell(words + " >/dev/full"));
    EXPECT_EQ(outcome.exit, 1);
    EXPECT_NE(outcome.complaints.find("standard output cannot be written (No space left"),
              std::string::npos)
        << outcome.complaints;
}

class Say : public testing::Test {
protected:
    Folder folder_;
    std::string path_ = folder_.path("records");
};

using MountSay = Say;

TEST_F(Say, a_complaint_that_cannot_be_written_leaves_the_exit_code_as_it_is) {
    EXPECT_EQ(run(shell("serve relative 2>/dev/full")).exit, 2);
    EXPECT_EQ(run(shell("serve --no-such-option 2>/dev/full")).exit, 2);
    EXPECT_EQ(run(shell("stat " + path_ + " 2>/dev/full")).exit, 3);
}

TEST_F(Say, an_answer_that_cannot_be_written_is_a_failure) {
    Server server{serve_on(path_)};
    expect_failure("ls");
    expect_failure("ls --json");
    expect_failure("stat " + path_);
    expect_failure("stat --json " + path_);
    expect_failure("--help");
    expect_failure("--version");
}

TEST_F(MountSay, a_watch_ends_when_what_it_prints_cannot_be_written) {
    Server server{serve_at(path_)};
    server.write("one\n");
    ASSERT_TRUE(server.has_published(path_, 1));
    expect_failure("watch " + path_);
}

TEST_F(Say, a_server_goes_on_when_it_cannot_write_its_complaints) {
    Program server{shell("serve -v --ring 64 --wait-readers 1 --socket " + path_ + " 2>/dev/full")};
    server.write(line_of(100) + "short\n");
    server.end_input();
    ASSERT_TRUE(eventually([&] { return exists(path_ + ".tocsin"); }));
    EXPECT_EQ(run({"nc", "-NU", path_}).output, "short\n");
    EXPECT_EQ(server.wait(), 0);
}

}  // namespace
