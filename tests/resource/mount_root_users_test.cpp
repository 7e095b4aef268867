// Shows that what one user holds at a mounted path is limited, counted and given back.
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <tests/core/forked.h>
#include <tests/core/patience.h>
#include <tests/resource/at_path.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/file_threads.h>
#include <tests/resource/manager.h>
#include <tests/resource/memory_files.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {
namespace {

constexpr ::uid_t nobody = 65534;

bool become_nobody() {
    return ::setgid(nobody) == 0 && ::setuid(nobody) == 0;
}

class MountRootUsers : public testing::Test {
protected:
    [[nodiscard]] bool status_says(const std::string& text) const {
        return core::comes_true([&] {
            std::string status;
            return !read_status(path, status) && status.find(text) != std::string::npos;
        });
    }

    // Opens the path until that fails; how often it did not.
    [[nodiscard]] std::size_t open_all() {
        base::Descriptor file;
        while (file.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC)), file) {
            files.push_back(std::move(file));
        }
        return files.size();
    }

    TemporaryDirectory directory;
    std::string path = directory / "board";
    Switchboard board{{.mode = 0666}};
    Manager manager{path, board, {.limits = {.open_files_max = 5, .parked_max = 2}}};
    std::vector<base::Descriptor> files;
};

TEST_F(MountRootUsers, a_user_has_so_many_open_files_in_all_his_processes_and_root_has_more) {
    ASSERT_EQ(core::in_child([&] {
                  return become_nobody() && open_all() == 5 && errno == EMFILE &&
                         core::in_child([&] { return open_all() == 5 && errno == EMFILE; }) == 0;
              }),
              0);
    for (int count = 0; count < 10; ++count) {
        EXPECT_TRUE(base::Descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)});
    }
}

TEST_F(MountRootUsers, who_is_killed_gives_back_what_he_held) {
    const ::pid_t child = core::start_child(
        [&] { return become_nobody() && open_all() == 5 && read_from(files.at(0)) == "never"; });
    EXPECT_TRUE(status_says(R"({"uid":65534,"open_files":5,"unanswered":1,"parked":1,"armed":0})"));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    EXPECT_EQ(core::status_of(child), -SIGKILL);
    EXPECT_TRUE(status_says(R"("users":[],)"));
    EXPECT_EQ(core::in_child([&] { return become_nobody() && open_all() == 5; }), 0);
}

// With a child that has threads.
class MountRootForkedUsers : public MountRootUsers {};

TEST_F(MountRootForkedUsers, one_read_too_many_fails_and_those_that_wait_are_answered) {
    const ::pid_t child = core::start_child([&] {
        if (!become_nobody() || open_all() != 5) {
            return false;
        }
        std::array<std::string, 2> texts;
        std::thread one{[&] { texts[0] = read_from(files[0]); }};
        std::thread other{[&] { texts[1] = read_from(files[1]); }};
        const bool waiting = status_says(R"("parked":2,)");
        const std::string third = read_from(files[2]);
        // The parent waits for this, and puts something in.
        const bool told = ::write(files[3].number(), "go", 2) == 2;
        one.join();
        other.join();
        return waiting && told && third == "errno " + std::to_string(EAGAIN) &&
               texts == std::array<std::string, 2>{"x", "x"};
    });
    EXPECT_TRUE(board.log_shows([](const auto& log) { return !log.written.empty(); }));
    board.put(Condition::input, 2);
    EXPECT_EQ(core::status_of(child), 0);
}

TEST_F(MountRootUsers, a_read_of_a_descriptor_that_root_has_passed_on_is_that_users) {
    const base::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    const ::pid_t child =
        core::start_child([&] { return become_nobody() && read_from(file) == "x"; });
    EXPECT_TRUE(status_says(R"({"uid":65534,"open_files":0,"unanswered":1,"parked":1,"armed":0})"));
    board.put(Condition::input);
    EXPECT_EQ(core::status_of(child), 0);
    EXPECT_TRUE(status_says(R"("users":[],)"));
}

TEST(MountRootFileUsers, a_user_has_so_many_open_files_of_a_file_system_until_he_closes_them) {
    const TemporaryDirectory directory;
    const std::string path = directory / "stream";
    MemoryFiles served{S_IFCHR | 0666};
    FileServer server{path, served, {.limits = {.open_files_max = 3}}};
    const FileThreads threads{server};
    const auto open = [&] { return base::Descriptor{::open(path.c_str(), O_RDWR | O_CLOEXEC)}; };
    const int status = core::in_child([&] {
        if (!become_nobody()) {
            return false;
        }
        const std::array files{open(), open(), open()};
        const bool refused = !open() && errno == EMFILE;
        return files[2] && refused && core::in_child([&] { return !open(); }) == 0;
    });
    EXPECT_EQ(status, 0);
    // The kernel says that the last one is closed when its process has gone already.
    EXPECT_TRUE(core::comes_true([&] {
        return core::in_child(
                   [&] { return become_nobody() && std::array{open(), open(), open()}[2]; }) == 0;
    }));
    const std::array files{open(), open(), open(), open()};
    EXPECT_TRUE(files[3]) << "root has as many as he likes";
}

}  // namespace
}  // namespace tocsin::resource
