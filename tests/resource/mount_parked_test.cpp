// Shows what becomes of writes and ioctls that are parked, on a mount.
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/resource/manager.h>
#include <tests/resource/switchboard.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {
namespace {

class MountParked : public testing::Test {
protected:
    MountParked() {
        quiet_.sa_handler = [](int) {};
        ::sigaction(SIGUSR1, &quiet_, &before_);
        board.set(Condition::output, 0);
    }
    ~MountParked() override { ::sigaction(SIGUSR1, &before_, nullptr); }

    [[nodiscard]] bool write_parked() const {
        return board.log_shows([](const auto& log) { return log.parked_writes == 1; });
    }
    [[nodiscard]] bool ioctl_parked() const {
        return board.log_shows([](const auto& log) { return log.parked_ioctls == 1; });
    }

    // What `call` returns, or its error negated, when `meanwhile` is done after it has been parked.
    [[nodiscard]] static long result_of(const std::function<long()>& call,
                                        const std::function<void(std::thread&)>& meanwhile) {
        long result = 0;
        std::thread client{[&] {
            result = call();
            result = result < 0 ? -errno : result;
        }};
        meanwhile(client);
        client.join();
        return result;
    }

    [[nodiscard]] long write() const { return ::write(file.number(), "w", 1); }
    [[nodiscard]] long wait() const { return ::ioctl(file.number(), Switchboard::waiting); }

    struct ::sigaction quiet_ = {};
    struct ::sigaction before_ = {};
    TemporaryDirectory directory;
    Switchboard board;
    Manager manager{directory / "board", board};
    base::Descriptor file{::open((directory / "board").c_str(), O_RDWR | O_CLOEXEC)};
};

TEST_F(MountParked, a_write_goes_on_when_there_is_room) {
    const long written = result_of([this] { return write(); },
                                   [this](std::thread&) {
                                       EXPECT_TRUE(write_parked());
                                       board.put(Condition::output);
                                   });
    EXPECT_EQ(written, 1);
    EXPECT_EQ(board.log().written, std::vector<std::string>{"w"});
}

TEST_F(MountParked, an_ioctl_goes_on_when_a_condition_comes_true) {
    const long result = result_of([this] { return wait(); },
                                  [this](std::thread&) {
                                      EXPECT_TRUE(ioctl_parked());
                                      board.put(Condition::error);
                                  });
    EXPECT_EQ(result, static_cast<long>(Condition::error));
}

TEST_F(MountParked, a_signal_ends_a_write_with_eintr_and_nothing_is_written) {
    const long written = result_of([this] { return write(); },
                                   [this](std::thread& client) {
                                       EXPECT_TRUE(write_parked());
                                       ::pthread_kill(client.native_handle(), SIGUSR1);
                                   });
    EXPECT_EQ(written, -EINTR);
    board.put(Condition::output);
    EXPECT_TRUE(board.log().written.empty());
}

TEST_F(MountParked, a_signal_ends_an_ioctl_with_eintr) {
    const long result = result_of([this] { return wait(); },
                                  [this](std::thread& client) {
                                      EXPECT_TRUE(ioctl_parked());
                                      ::pthread_kill(client.native_handle(), SIGUSR1);
                                  });
    EXPECT_EQ(result, -EINTR);
    EXPECT_EQ(board.log().interrupted, 1);
}

}  // namespace
}  // namespace tocsin::resource
