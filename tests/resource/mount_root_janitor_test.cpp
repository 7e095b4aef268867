// Shows what a janitor removes. These tests need root, and are named as all who do.
#include <fcntl.h>
#include <filesystem>
#include <pthread.h>
#include <string>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/core/forked.h>
#include <tests/core/patience.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/resource/janitor.h>

// There is none where the thread sanitizer watches the server.
#ifndef __SANITIZE_THREAD__

namespace tocsin::resource {
namespace {

void make_empty(const std::string& path) {
    EXPECT_TRUE(base::Descriptor{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)});
}

struct ::stat status_of(const std::string& path) {
    struct ::stat status = {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0);
    return status;
}

// A placeholder with a mount, of a file that stands for one that is served.
class MountRootJanitor : public testing::Test {
protected:
    MountRootJanitor() {
        make_empty(path);
        make_empty(served);
        const struct ::stat status = status_of(path);
        task.device = status.st_dev;
        task.inode = status.st_ino;
    }
    ~MountRootJanitor() override { ::umount2(path.c_str(), MNT_DETACH); }

    void mount() const {
        EXPECT_EQ(::mount(served.c_str(), path.c_str(), nullptr, MS_BIND, nullptr), 0);
    }

    // It holds the lock from before it unmounts until it has gone.
    [[nodiscard]] bool has_cleaned_up() const {
        const ::ino_t inode = status_of(served).st_ino;
        const base::Descriptor parent{::open(task.parent.c_str(), O_RDONLY | O_CLOEXEC)};
        struct ::stat status = {};
        return core::comes_true(
                   [&] { return ::lstat(path.c_str(), &status) != 0 || status.st_ino != inode; }) &&
               core::comes_true([&] { return ::flock(parent.number(), LOCK_EX | LOCK_NB) == 0; });
    }
    [[nodiscard]] bool placeholder_is_there() const { return std::filesystem::exists(path); }

    TemporaryDirectory directory;
    const std::string path = directory / "placeholder";
    const std::string served = directory / "served";
    Janitor::Task task{.path = path, .parent = directory.path(), .made = true};
};

// Dies without a word.
[[noreturn]] void serve(const Janitor::Task& task) {
    const Janitor janitor{task};
    ::_exit(0);
}

TEST_F(MountRootJanitor, the_placeholder_that_the_server_made_goes_with_it) {
    mount();
    EXPECT_EQ(core::in_child([&]() -> int { serve(task); }), 0);
    EXPECT_TRUE(has_cleaned_up());
    EXPECT_FALSE(placeholder_is_there());
}

TEST_F(MountRootJanitor, a_placeholder_that_somebody_has_replaced_stays) {
    const std::string other = directory / "other";
    make_empty(other);
    std::filesystem::rename(other, path);
    mount();
    EXPECT_EQ(core::in_child([&]() -> int { serve(task); }), 0);
    EXPECT_TRUE(has_cleaned_up());
    EXPECT_TRUE(placeholder_is_there());
}

// It acts on it at any call of libc that may wait, and there are several.
TEST_F(MountRootJanitor, a_thread_that_is_to_be_cancelled_starts_it_all_the_same) {
    mount();
    EXPECT_EQ(core::in_child([&] {
                  std::thread{[&] {
                      ::pthread_cancel(::pthread_self());
                      serve(task);
                  }}.join();
                  return core::child_failed;
              }),
              0);
    EXPECT_TRUE(has_cleaned_up());
    EXPECT_FALSE(placeholder_is_there());
}

TEST_F(MountRootJanitor, a_thread_that_is_to_be_cancelled_says_goodbye_to_it) {
    mount();
    EXPECT_EQ(core::in_child([&] {
                  std::thread{[&] {
                      const Janitor janitor{task};
                      ::pthread_cancel(::pthread_self());
                  }}.join();
                  return 0;
              }),
              0);
}

}  // namespace
}  // namespace tocsin::resource

#endif
