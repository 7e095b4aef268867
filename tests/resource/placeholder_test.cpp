// Shows how what lies under a mount comes and goes; nothing is mounted here.
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>

#include <gtest/gtest.h>

#include <tests/resource/at_path.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/resource/placeholder.h>

namespace tocsin::resource {
namespace {

TEST(Placeholders, one_is_removed_under_the_lock_of_its_directory) {
    const TemporaryDirectory directory;
    std::optional<Placeholder> placeholder{std::in_place, directory / "board",
                                           Placeholder::Kind::file};
    placeholder->end_exclusively();
    const base::Descriptor lock{::open(directory.path().c_str(), O_RDONLY | O_CLOEXEC)};
    ASSERT_EQ(::flock(lock.number(), LOCK_EX), 0);
    const auto before = std::chrono::steady_clock::now();
    placeholder.reset();
    // It waits for the lock, and goes on without when it does not get it.
    EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds{500});
    EXPECT_FALSE(exists(directory / "board"));
}

}  // namespace
}  // namespace tocsin::resource
