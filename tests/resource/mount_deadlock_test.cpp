// Shows that a manager which calls itself gets an error, and others are served all the same.
#include <cerrno>
#include <fcntl.h>
#include <functional>
#include <future>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/core/does.h>
#include <tests/core/patience.h>
#include <tests/resource/manager.h>
#include <tests/resource/switchboard.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {
namespace {

int error_of_opening(const std::string& path) {
    const base::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    return file ? 0 : errno;
}

// Opens a path, most often its own, whenever somebody writes to it.
class Narcissus final : public Resource {
public:
    explicit Narcissus(std::string path, std::function<void()> before_opening = {})
        : path_{std::move(path)}, before_opening_{std::move(before_opening)} {}
    [[nodiscard]] int error() const {
        const std::lock_guard lock{mutex()};
        return error_;
    }

private:
    void write(OpenFile&, WriteRequest request) override {
        if (before_opening_) {
            before_opening_();
        }
        error_ = error_of_opening(path_);
        request.accept();
    }

    const std::string path_;
    const std::function<void()> before_opening_;
    int error_ = -1;
};

void write_to(const std::string& path) {
    const base::Descriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
    EXPECT_EQ(::write(file.number(), "x", 1), 1);
}

TEST(MountDeadlock, the_only_thread_that_serves_gets_edeadlk_for_its_own_path) {
    const TemporaryDirectory directory;
    Switchboard board;
    core::Loop loop;
    const Mount mount{loop, directory / "board", board};
    EXPECT_EQ(error_of_opening(directory / "board"), EDEADLK);
    loop.run_until_idle();
    EXPECT_EQ(error_of_opening(directory / "board"), EDEADLK);
    EXPECT_EQ(board.log().opened, 0);
}

TEST(MountDeadlock, a_loop_that_was_moved_gets_edeadlk_on_its_new_thread_from_the_first_turn_on) {
    const TemporaryDirectory directory;
    Switchboard board;
    core::Loop loop;
    const Mount mount{loop, directory / "board", board};
    loop.run_until_idle();
    int error = -1;
    core::Does<> open{[&] { error = error_of_opening(directory / "board"); }};
    core::Task task{open};
    task.schedule(loop);
    std::thread{[&] { loop.turn(core::Wait::no); }}.join();
    EXPECT_EQ(error, EDEADLK);
    loop.turn(core::Wait::no);  // it is this thread's again
    EXPECT_EQ(error_of_opening(directory / "board"), EDEADLK);
}

TEST(MountDeadlock, a_handler_gets_edeadlk_and_serving_goes_on) {
    const TemporaryDirectory directory;
    Narcissus narcissus{directory / "pool"};
    const Manager manager{directory / "pool", narcissus};
    write_to(directory / "pool");
    EXPECT_EQ(narcissus.error(), EDEADLK);
    write_to(directory / "pool");
}

TEST(MountDeadlock, a_handler_on_one_of_several_threads_gets_edeadlk_too) {
    const TemporaryDirectory directory;
    Narcissus narcissus{directory / "pool"};
    const Mount mount{directory / "pool", narcissus, {.threads = 2}};
    write_to(directory / "pool");
    EXPECT_EQ(narcissus.error(), EDEADLK);
}

TEST(MountDeadlock, two_handlers_that_open_each_others_path_get_edeadlk) {
    const TemporaryDirectory directory;
    core::Gate left_is_in;
    core::Gate right_is_in;
    Narcissus left{directory / "right", [&] {
                       left_is_in.open();
                       EXPECT_TRUE(right_is_in.pass());
                   }};
    Narcissus right{directory / "left", [&] {
                        right_is_in.open();
                        EXPECT_TRUE(left_is_in.pass());
                    }};
    const Manager left_manager{directory / "left", left};
    const Manager right_manager{directory / "right", right};
    std::thread client{[&] { write_to(directory / "left"); }};
    write_to(directory / "right");
    client.join();
    // One of them at least; the other is served once the first has got on.
    EXPECT_TRUE(left.error() == EDEADLK || right.error() == EDEADLK);
    EXPECT_TRUE(left.error() == EDEADLK || left.error() == 0) << left.error();
    EXPECT_TRUE(right.error() == EDEADLK || right.error() == 0) << right.error();
}

TEST(MountDeadlock, other_threads_of_the_manager_are_clients_like_any) {
    const TemporaryDirectory directory;
    Switchboard board;
    const Manager manager{directory / "board", board};
    EXPECT_EQ(error_of_opening(directory / "board"), 0);
}

TEST(MountDeadlock, clients_that_come_meanwhile_are_served_when_the_loop_turns_again) {
    const TemporaryDirectory directory;
    Switchboard board;
    core::Loop loop;
    const Mount mount{loop, directory / "board", board};
    std::future<int> client =
        std::async(std::launch::async, [&] { return error_of_opening(directory / "board"); });
    EXPECT_EQ(error_of_opening(directory / "board"), EDEADLK);
    EXPECT_TRUE(core::turn_until(loop, [&] {
        return client.wait_for(std::chrono::seconds{0}) == std::future_status::ready ||
               board.log().closed == 1;
    }));
    EXPECT_EQ(client.get(), 0);
}

}  // namespace
}  // namespace tocsin::resource
