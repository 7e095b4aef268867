// Shows what clients find in a directory that a FileServer serves.
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <set>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/core/forked.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/file_threads.h>
#include <tests/resource/memory_files.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/resource/served.h>

namespace tocsin::resource {
namespace {

class MountFileTree : public testing::Test {
protected:
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return server.path() + "/" + name;
    }
    void fill(const std::string& name, const std::string& text) const {
        std::ofstream{*this / name} << text;
    }
    [[nodiscard]] std::string text_of(const std::string& name) const {
        std::ifstream file{*this / name};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    [[nodiscard]] base::Descriptor open(const std::string& name, int flags) const {
        return base::Descriptor{::open((*this / name).c_str(), flags | O_CLOEXEC, 0600)};
    }

    TemporaryDirectory directory;
    MemoryFiles files{S_IFDIR | 0755};
    FileServer server{directory / "tree", files, {.directory = true}};
    FileThreads threads{server, 2};
};

TEST_F(MountFileTree, a_file_is_made_written_read_at_offsets_and_appended_to) {
    fill("file", "abcdef");
    const base::Descriptor file = open("file", O_RDWR | O_APPEND);
    EXPECT_EQ(::lseek(file.number(), -2, SEEK_END), 4);
    EXPECT_EQ(read_from(file), "ef");
    std::array<char, 2> two{};
    EXPECT_EQ(::pread(file.number(), two.data(), two.size(), 1), 2);
    EXPECT_EQ(std::string(two.data(), 2), "bc");
    EXPECT_EQ(::write(file.number(), "gh", 2), 2);
    EXPECT_EQ(text_of("file"), "abcdefgh");
    EXPECT_EQ(std::filesystem::file_size(*this / "file"), 8U);
}

TEST_F(MountFileTree, a_file_is_truncated_by_name_by_descriptor_and_by_open) {
    fill("file", "abcdef");
    ASSERT_EQ(::truncate((*this / "file").c_str(), 4), 0);
    EXPECT_EQ(text_of("file"), "abcd");
    ASSERT_EQ(::ftruncate(open("file", O_RDWR).number(), 2), 0);
    EXPECT_EQ(text_of("file"), "ab");
    static_cast<void>(open("file", O_WRONLY | O_TRUNC));
    EXPECT_EQ(text_of("file"), "");
}

TEST_F(MountFileTree, directories_are_made_listed_renamed_and_removed) {
    namespace fs = std::filesystem;
    fs::create_directories(*this / "a/b");
    fill("a/b/file", "x");
    fs::rename(*this / "a/b", *this / "c");
    EXPECT_EQ(text_of("c/file"), "x");
    EXPECT_EQ(::rmdir((*this / "c").c_str()), -1);
    EXPECT_EQ(errno, ENOTEMPTY);
    fs::remove(*this / "c/file");
    fs::remove(*this / "c");
    std::set<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator{server.path()}) {
        EXPECT_TRUE(entry.is_directory());
        names.insert(entry.path().filename());
    }
    EXPECT_EQ(names, std::set<std::string>{"a"});
}

TEST_F(MountFileTree, a_directory_of_many_entries_is_listed_in_several_calls) {
    std::set<std::string> expected;
    for (int number = 0; number < 1000; ++number) {
        const std::string name = std::string(50, 'n') + std::to_string(number);
        ASSERT_EQ(::mknod((*this / name).c_str(), S_IFREG | 0600, 0), 0);
        expected.insert(name);
    }
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{server.path()}) {
        names.insert(entry.path().filename());
    }
    EXPECT_EQ(names, expected);
}

TEST_F(MountFileTree, rename_may_refuse_to_replace) {
    fill("one", "1");
    fill("two", "2");
    EXPECT_EQ(::renameat2(AT_FDCWD, (*this / "one").c_str(), AT_FDCWD, (*this / "two").c_str(),
                          RENAME_NOREPLACE),
              -1);
    EXPECT_EQ(errno, EEXIST);
    ASSERT_EQ(::rename((*this / "one").c_str(), (*this / "two").c_str()), 0);
    EXPECT_EQ(text_of("two"), "1");
}

TEST_F(MountFileTree, links_of_both_kinds_lead_to_the_file) {
    fill("file", "x");
    std::filesystem::create_symlink("file", *this / "soft");
    std::filesystem::create_hard_link(*this / "file", *this / "hard");
    EXPECT_EQ(std::filesystem::read_symlink(*this / "soft"), "file");
    EXPECT_EQ(text_of("soft"), "x");
    EXPECT_EQ(std::filesystem::hard_link_count(*this / "hard"), 2U);
}

TEST_F(MountFileTree, mode_and_times_are_changed_and_the_umask_counts) {
    const int made = core::in_child([&] {
        ::umask(027);
        return ::mkdir((*this / "kept").c_str(), 0777) == 0;
    });
    ASSERT_EQ(made, 0);
    struct ::stat status = {};
    ASSERT_EQ(::stat((*this / "kept").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, S_IFDIR | 0750U);
    ASSERT_EQ(::chmod((*this / "kept").c_str(), 0701), 0);
    const std::array<::timespec, 2> times = {
        {{.tv_sec = 1, .tv_nsec = 2}, {.tv_sec = 3, .tv_nsec = 4}}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (*this / "kept").c_str(), times.data(), 0), 0);
    ASSERT_EQ(::stat((*this / "kept").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, S_IFDIR | 0701U);
    EXPECT_EQ(status.st_mtim.tv_sec, 3);
    EXPECT_EQ(status.st_mtim.tv_nsec, 4);
}

TEST_F(MountFileTree, extended_attributes_are_read_and_a_status_with_them) {
    std::string status;
    ASSERT_FALSE(read_status(server.path(), status));
    EXPECT_EQ(status, "{}");
    std::array<char, 64> names{};
    EXPECT_EQ(::listxattr(server.path().c_str(), names.data(), names.size()), 19);
    EXPECT_STREQ(names.data(), status_attribute);
    EXPECT_EQ(::getxattr(server.path().c_str(), status_attribute, names.data(), 1), -1);
    EXPECT_EQ(errno, ERANGE);
}

TEST_F(MountFileTree, files_and_directories_are_synchronised) {
    fill("file", "x");
    EXPECT_EQ(::fsync(open("file", O_RDWR).number()), 0);
    EXPECT_EQ(::fdatasync(open("file", O_RDWR).number()), 0);
    EXPECT_EQ(::fsync(open("", O_RDONLY | O_DIRECTORY).number()), 0);
    EXPECT_EQ(files.log().synced, 3);
    struct ::statvfs statistics = {};
    EXPECT_EQ(::statvfs(server.path().c_str(), &statistics), 0);
}

TEST_F(MountFileTree, an_open_directory_takes_an_ioctl) {
    const base::Descriptor top = open("", O_RDONLY | O_DIRECTORY);
    EXPECT_EQ(::ioctl(top.number(), _IO(MemoryFiles::reverse_type, 1), 3L), 3);
}

TEST_F(MountFileTree, what_the_kernel_has_forgotten_is_told) {
    fill("file", "x");
    ASSERT_EQ(::unlink((*this / "file").c_str()), 0);
    EXPECT_TRUE(files.log_shows([](const auto& log) { return log.forgotten > 0; }));
}

TEST_F(MountFileTree, files_are_locked_by_the_kernel) {
    fill("file", "x");
    const base::Descriptor file = open("file", O_RDWR);
    struct ::flock lock = {};
    lock.l_type = F_WRLCK;
    ASSERT_EQ(::fcntl(file.number(), F_SETLK, &lock), 0);
    EXPECT_EQ(core::in_child(
                  [&] { return ::fcntl(file.number(), F_SETLK, &lock) < 0 && errno == EAGAIN; }),
              0);
}

TEST_F(MountFileTree, a_shell_works_in_it) {
    Program shell{{"sh", "-c",
                   "cd \"$0\" && mkdir d && echo one > d/f && cp d/f d/g && mv d/g h && "
                   "cat h d/f && rm -r d && ls",
                   server.path()}};
    EXPECT_EQ(shell.read_line(), "one");
    EXPECT_EQ(shell.read_line(), "one");
    EXPECT_EQ(shell.read_line(), "h");
    EXPECT_EQ(shell.wait(), 0);
}

}  // namespace
}  // namespace tocsin::resource
