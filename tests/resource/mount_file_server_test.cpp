// Shows what clients find at a path that a FileServer serves.
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/resource/file_threads.h>
#include <tests/resource/memory_files.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {
namespace {

constexpr int patience_ms = 20'000;

std::string read_from(const base::Descriptor& file) {
    std::array<char, 64> text{};
    const ssize_t got = ::read(file.number(), text.data(), text.size());
    return got < 0 ? "errno " + std::to_string(errno)
                   : std::string{text.data(), static_cast<std::size_t>(got)};
}

// A stream, served by two threads.
class MountFileStream : public testing::Test {
protected:
    [[nodiscard]] base::Descriptor open(int flags) const {
        return base::Descriptor{::open(server.path().c_str(), flags | O_CLOEXEC)};
    }
    [[nodiscard]] bool parked(int count) const {
        return files.log_shows([&](const auto& log) { return log.parked >= count; });
    }
    [[nodiscard]] bool polled(int count) const {
        return files.log_shows([&](const auto& log) { return log.polls_waiting >= count; });
    }

    TemporaryDirectory directory;
    MemoryFiles files{S_IFCHR | 0644};
    FileServer server{directory / "stream", files};
    FileThreads threads{server, 2};
};

TEST_F(MountFileStream, what_is_written_is_read_and_every_close_is_told) {
    base::Descriptor file = open(O_RDWR);
    ASSERT_TRUE(file) << errno;
    EXPECT_EQ(::write(file.number(), "hello", 5), 5);
    EXPECT_EQ(read_from(file), "hello");
    base::Descriptor duplicate{::dup(file.number())};
    file.reset();
    EXPECT_EQ(files.log().flushed, 1);
    EXPECT_EQ(files.log().released, 0);
    duplicate.reset();
    EXPECT_TRUE(files.log_shows([](const auto& log) { return log.released == 1; }));
    EXPECT_EQ(files.log().flushed, 2);
}

}  // namespace
}  // namespace tocsin::resource
