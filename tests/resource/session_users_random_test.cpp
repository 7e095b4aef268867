// Shows that what users hold in any course of things is what is charged to them.
#include <cerrno>
#include <map>
#include <poll.h>
#include <random>

#include <gtest/gtest.h>

#include <tests/resource/switchboard.h>
#include <tests/resource/test_kernel.h>
#include <tests/resource/users.h>

namespace tocsin::resource {
namespace {

// Clients of three users that open, read, poll, are interrupted and end in any order, and a book of
// what is alive, which is kept from the answers alone.
class SessionUsersAtRandom : public testing::TestWithParam<std::uint64_t> {
protected:
    struct Held {
        std::uint32_t uid;
        std::uint64_t file;
    };

    void act() {
        const auto uid = user(static_cast<std::uint32_t>(random() % 3));
        kernel.set_user(uid);
        switch (random() % 6) {
        case 0:
            return open(uid);
        case 1:
            return read(uid);
        case 2:
            return files.empty() ? void() : end(any(files));
        case 3:
            return reads.empty() ? void() : static_cast<void>(kernel.interrupt(any(reads)->first));
        case 4:
            return board.put(Condition::input);
        default:
            return files.empty() ? void() : poll();
        }
    }

    void open(std::uint32_t uid) {
        const Answer answer = kernel.ask(FUSE_OPEN, FUSE_ROOT_ID, ::fuse_open_in{});
        ASSERT_EQ(answer.error, count(files, uid) < open_files_max ? 0 : EMFILE);
        if (answer.error == 0) {
            const std::uint64_t file = answer.as<::fuse_open_out>().fh;
            files.emplace(file, Held{.uid = uid, .file = file});
        }
    }

    void read(std::uint32_t uid) {
        if (!files.empty()) {
            const std::uint64_t file = any(files)->first;
            reads.emplace(kernel.send_read(file), Held{.uid = uid, .file = file});
        }
    }

    void end(std::map<std::uint64_t, Held>::iterator file) {
        kernel.release(file->first);
        files.erase(file);
    }

    void poll() { static_cast<void>(kernel.poll(any(files)->first, POLLIN)); }

    std::map<std::uint64_t, Held>::iterator any(std::map<std::uint64_t, Held>& things) {
        return std::next(things.begin(), static_cast<std::ptrdiff_t>(random() % things.size()));
    }

    [[nodiscard]] static std::size_t count(const std::map<std::uint64_t, Held>& things,
                                           std::uint32_t uid) {
        return static_cast<std::size_t>(std::ranges::count_if(
            things, [uid](const auto& thing) { return thing.second.uid == uid; }));
    }

    void check() {
        kernel.turn();
        std::erase_if(reads,
                      [&](const auto& read) { return kernel.heard(read.first).has_value(); });
        for (std::uint32_t number = 0; number < 3; ++number) {
            const std::uint32_t uid = user(number);
            ASSERT_EQ(held_by(kernel.session().users(), uid, Holding::open_file),
                      count(files, uid));
            ASSERT_EQ(held_by(kernel.session().users(), uid, Holding::parked), count(reads, uid));
            ASSERT_EQ(held_by(kernel.session().users(), uid, Holding::unanswered),
                      count(reads, uid));
        }
    }

    static constexpr std::uint32_t open_files_max = 5;
    std::mt19937_64 random{GetParam()};
    Switchboard board;
    TestKernel kernel{&board, {.open_files_max = open_files_max, .parked_max = 4}};
    std::map<std::uint64_t, Held> files;
    std::map<std::uint64_t, Held> reads;
};

TEST_P(SessionUsersAtRandom, the_sum_of_charges_is_that_of_what_is_alive) {
    for (int step = 0; step < 2000 && !HasFatalFailure(); ++step) {
        act();
        check();
    }
    while (!files.empty()) {
        end(files.begin());
    }
    check();
    EXPECT_TRUE(kernel.session().users().in_use().empty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, SessionUsersAtRandom, testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace tocsin::resource
