// Shows that nothing is lost when everything happens at once.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <tests/core/patience.h>
#include <tests/core/sanitized.h>
#include <tests/resource/switchboard.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/resource/mount.h>

namespace tocsin::resource {
namespace {

const std::int64_t units = core::rounds_or(10'000, 1'000);
constexpr std::size_t readers = 4;

class MountStorm : public testing::TestWithParam<unsigned> {
protected:
    MountStorm() {
        quiet_.sa_handler = [](int) {};
        ::sigaction(SIGUSR1, &quiet_, &before_);
    }
    ~MountStorm() override { ::sigaction(SIGUSR1, &before_, nullptr); }

    // Reads until all units are taken, each time with a fresh open file now and then.
    void read_all() {
        while (taken < units && !over) {
            const base::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
            for (int count = 0; count < 50 && taken < units && !over; ++count) {
                char byte = 0;
                const ssize_t got = ::read(file.number(), &byte, 1);
                taken += got == 1 ? 1 : 0;
                interrupted += got < 0 && errno == EINTR ? 1 : 0;
            }
        }
        ++finished;
    }

    struct ::sigaction quiet_ = {};
    struct ::sigaction before_ = {};
    TemporaryDirectory directory;
    std::string path = directory / "board";
    Switchboard board;
    std::atomic<std::int64_t> taken{0};
    std::atomic<std::int64_t> interrupted{0};
    std::atomic<std::size_t> finished{0};
    std::atomic<bool> over{false};
};

TEST_P(MountStorm, signals_closes_and_triggers_at_once_lose_nothing) {
    const Mount mount{path, board, {.threads = GetParam()}};
    std::vector<std::thread> threads;
    for (std::size_t reader = 0; reader < readers; ++reader) {
        threads.emplace_back([this] { read_all(); });
    }
    std::int64_t put = 0;
    const bool all_taken = core::comes_true([&] {
        if (put < units && put - taken < 3) {
            board.put(Condition::input);
            ++put;
        }
        ::pthread_kill(threads[static_cast<std::size_t>(put) % readers].native_handle(), SIGUSR1);
        return taken == units;
    });
    EXPECT_TRUE(all_taken) << taken << " of " << put;
    over = true;
    // Those who still wait are ended by a signal each, until all have seen that it is over.
    EXPECT_TRUE(core::comes_true([&] {
        for (std::thread& thread : threads) {
            ::pthread_kill(thread.native_handle(), SIGUSR1);
        }
        return finished == readers;
    }));
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(taken, units);
    EXPECT_GT(interrupted, 0);
    EXPECT_EQ(board.change(Condition::input, 0), 0);
}

INSTANTIATE_TEST_SUITE_P(, MountStorm, testing::Values(1U, 3U));

}  // namespace
}  // namespace tocsin::resource
