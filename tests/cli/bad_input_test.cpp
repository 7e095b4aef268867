// Proves that what cannot be done ends with one clear line and the exit code that is documented,
// and leaves nothing behind.
#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/cli/program.h>
#include <tests/cli/server.h>
#include <tests/places/places.h>
#include <tocsin/base/descriptor.h>

namespace {

using namespace cli_test;

// One line that begins as ours do and holds `text`.
void expect_one_line(const std::string& complaints, const std::string& text) {
    EXPECT_EQ(complaints.find('\n'), complaints.size() - 1) << complaints;
    EXPECT_TRUE(complaints.starts_with("tocsin")) << complaints;
    EXPECT_NE(complaints.find(text), std::string::npos) << complaints;
}

void expect_refusal(const Arguments& arguments, int exit, const std::string& text) {
    SCOPED_TRACE(text);
    const Outcome outcome = run(tocsin_with(arguments));
    EXPECT_EQ(outcome.exit, exit) << outcome.complaints;
    expect_one_line(outcome.complaints, text);
    EXPECT_EQ(outcome.output, "");
}

class BadInput : public testing::Test {
protected:
    Folder folder_;
    std::string path_ = folder_.path("records");

    void expect_nothing_left() const {
        EXPECT_FALSE(is_mounted(path_));
        EXPECT_FALSE(exists(path_));
        EXPECT_FALSE(exists(path_ + ".tocsin"));
    }
};

TEST_F(BadInput, of_options_and_values_is_told_with_exit_code_2) {
    expect_refusal({}, 2, "subcommand is required");
    expect_refusal({"ring"}, 2, "there is no command 'ring'; there are: serve");
    expect_refusal({"serve"}, 2, "no path; give PATH");
    expect_refusal({"serve", "--no-such", path_}, 2, "--no-such");
    expect_refusal({"serve", path_, "another"}, 2, "another");
    expect_refusal({"serve", "--ring", "0", path_}, 2, "--ring 0: a ring holds one byte at least");
    expect_refusal({"serve", "--ring", "many", path_}, 2, "--ring many: not a size");
    expect_refusal({"serve", "--threshold", "0", path_}, 2, "--threshold 0");
    expect_refusal({"serve", "--threshold", "x", path_}, 2, "--threshold");
    expect_refusal({"serve", "--threshold", "65", "--ring", "64", path_}, 2,
                   "--threshold 65: a ring of 64 bytes never holds so many records");
    expect_refusal({"serve", "--mode", "888", path_}, 2, "--mode 888");
    expect_refusal({"serve", "--owner", "no-such-user", path_}, 2, "there is no such user");
    expect_refusal({"serve", "--linger", "soon", path_}, 2, "--linger soon");
    expect_refusal({"serve", "--cut", "--lossless", path_}, 2, "--cut");
    expect_refusal({"serve", "--keep", "--linger", "1s", path_}, 2, "--linger");
    expect_refusal({"watch"}, 2, "PATH");
    expect_refusal({"watch", "--timeout", "soon", path_}, 2, "--timeout soon");
    expect_refusal({"stat"}, 2, "PATH");
    expect_refusal({"ls", "something"}, 2, "something");
    expect_nothing_left();
}

TEST_F(BadInput, of_a_relative_path_is_told_with_exit_code_2) {
    expect_refusal({"serve", "records"}, 2, "records");
    expect_refusal({"serve", "records"}, 2, "relative");
    expect_refusal({"serve", "--socket", "records"}, 2, "relative");
}

TEST_F(BadInput, of_a_closed_standard_input_is_told_with_exit_code_2) {
    Program server{tocsin_with({"serve", path_}), Input::closed};
    EXPECT_EQ(server.wait(), 2);
    expect_one_line(server.complaints(), "standard input is closed");
    expect_nothing_left();
}

TEST_F(BadInput, of_a_standard_input_that_cannot_be_read_is_told_with_exit_code_2) {
    const tocsin::base::Descriptor folder{::open("/tmp", O_RDONLY | O_CLOEXEC)};
    Program reads_folder{tocsin_with({"serve", path_}), folder.number()};
    EXPECT_EQ(reads_folder.wait(), 2);
    expect_one_line(reads_folder.complaints(), "standard input is a directory");
    const tocsin::base::Descriptor sink{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
    Program reads_sink{tocsin_with({"serve", path_}), sink.number()};
    EXPECT_EQ(reads_sink.wait(), 2);
    expect_one_line(reads_sink.complaints(), "not open for reading");
    expect_nothing_left();
}

TEST_F(BadInput, of_an_input_that_fails_is_told_with_exit_code_1) {
    // The memory at the address 0 cannot be read.
    const tocsin::base::Descriptor memory{::open("/proc/self/mem", O_RDONLY | O_CLOEXEC)};
    Program server{tocsin_with({"serve", "--socket", path_}), memory.number()};
    EXPECT_EQ(server.wait(), 1);
    expect_one_line(server.complaints(), "standard input cannot be read (Input/output error)");
    expect_nothing_left();
}

TEST_F(BadInput, of_a_socket_path_that_cannot_be_used_is_told_with_exit_code_3) {
    expect_refusal({"serve", "--socket", folder_.path("no/such/folder")}, 3, "folder");
    expect_refusal({"serve", "--socket", folder_.path(std::string(108, 'x'))}, 3, "at most 107");
    ASSERT_EQ(run({"tee", path_}, "mine\n").exit, 0);
    expect_refusal({"serve", "--socket", path_}, 3, "something that is no socket is there");
    EXPECT_EQ(run({"cat", path_}).output, "mine\n");
}

TEST_F(BadInput, of_paths_that_nobody_serves_is_told_with_exit_code_3) {
    expect_refusal({"stat", path_}, 3, path_ + ": there is no such path");
    expect_refusal({"watch", path_}, 3, path_ + ": cannot be opened");
    ASSERT_EQ(run({"tee", path_}, "plain\n").exit, 0);
    expect_refusal({"stat", path_}, 3, path_ + ": no status");
}

TEST_F(BadInput, of_a_socket_to_watch_is_told_with_exit_code_3) {
    Server server{serve_on(path_)};
    expect_refusal({"watch", path_}, 3, "a socket cannot be watched");
}

class MountBadInput : public BadInput {
protected:
    // As expect_refusal(), in a mount namespace of its own in which `preparation` was done.
    void expect_refusal_after(const std::string& preparation, const std::string& path, int exit,
                              const std::string& text) {
        const std::string command =
            preparation + " && exec " + places::program("tocsin") + " serve " + path;
        const Outcome outcome =
            run({"unshare", ::geteuid() == 0 ? "-m" : "-Urm", "sh", "-c", command});
        EXPECT_EQ(outcome.exit, exit) << outcome.complaints;
        expect_one_line(outcome.complaints, text);
    }
};

TEST_F(MountBadInput, of_a_path_of_the_wrong_kind_is_told_with_exit_code_3) {
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    expect_refusal({"serve", path_}, 3, path_);
    expect_refusal({"serve", folder_.path("")}, 3, "wrong kind");
    expect_refusal({"serve", "/dev/null"}, 3, "wrong kind");
    EXPECT_TRUE(exists(path_));
}

TEST_F(MountBadInput, of_a_plain_file_to_watch_is_told_with_exit_code_3) {
    ASSERT_EQ(run({"tee", path_}, "plain\n").exit, 0);
    expect_refusal({"watch", path_}, 3, "cannot be waited for");
}

TEST_F(MountBadInput, of_a_path_in_no_folder_is_told_with_exit_code_3) {
    expect_refusal({"serve", folder_.path("no/such/folder")}, 3, folder_.path("no/such/folder"));
}

TEST_F(MountBadInput, of_a_path_that_is_served_already_is_told_with_exit_code_3) {
    Server first{serve_at(path_)};
    expect_refusal({"serve", path_}, 3, "mounted there already");
    first.write("one\n");
    first.end_input();
    EXPECT_EQ(run({"cat", path_}).output, "one\n");
}

TEST_F(MountBadInput, of_a_path_whose_server_is_stopped_is_told_with_exit_code_3) {
    Server first{serve_at(path_)};
    first.send_signal(SIGSTOP);
    expect_refusal({"serve", path_}, 3, "mounted there already");
    first.send_signal(SIGCONT);
    first.write("one\n");
    first.end_input();
    EXPECT_EQ(run({"cat", path_}).output, "one\n");
}

TEST_F(MountBadInput, of_a_full_disk_under_the_path_is_told_with_exit_code_3) {
    const std::string disk = folder_.path("disk");
    ASSERT_EQ(::mkdir(disk.c_str(), 0700), 0);
    expect_refusal_after("mount -t tmpfs -o nr_inodes=1 none " + disk, disk + "/records", 3,
                         "No space left on device");
}

TEST_F(MountBadInput, of_a_machine_without_fuse_is_told_with_exit_code_4_and_the_other_way) {
    expect_refusal_after("mount -t tmpfs none /dev", path_, 4, "serve --socket PATH");
    expect_nothing_left();
}

// What `tocsin serve PATH` says to a user who is not root.
Outcome serve_as_nobody(const std::string& path) {
    Arguments command = ::geteuid() == 0 ? Arguments{"setpriv", "--reuid=65534", "--clear-groups"}
                                         : Arguments{"env"};
    for (const std::string& argument : tocsin_with({"serve", path})) {
        command.push_back(argument);
    }
    return run(command);
}

TEST_F(MountBadInput, of_a_path_without_permission_is_told_with_exit_code_3) {
    ASSERT_EQ(::chmod(folder_.path("").c_str(), 0700), 0);
    const Outcome outcome = serve_as_nobody(::geteuid() == 0 ? path_ : "/records-of-nobody");
    EXPECT_EQ(outcome.exit, 3) << outcome.complaints;
    expect_one_line(outcome.complaints, "Permission denied");
    expect_nothing_left();
}

TEST_F(MountBadInput, of_a_file_that_may_not_be_written_is_told_with_exit_code_3) {
    ASSERT_EQ(run({"tee", path_}, "mine\n").exit, 0);
    ASSERT_EQ(::chmod(folder_.path("").c_str(), 0755), 0);
    const Outcome outcome = serve_as_nobody(::geteuid() == 0 ? path_ : "/etc/passwd");
    EXPECT_EQ(outcome.exit, 3) << outcome.complaints;
    expect_one_line(outcome.complaints, "Permission denied");
    EXPECT_EQ(run({"cat", path_}).output, "mine\n");
}

}  // namespace
