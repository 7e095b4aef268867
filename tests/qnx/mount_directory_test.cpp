// Shows a directory of a manager, the example of counters, to Linux's own programs and calls.
#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <set>
#include <string>
#include <sys/iomsg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <tests/core/forked.h>
#include <tests/places/places.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

using resource::Program;
using resource::read_from;

using Names = std::set<std::string>;

class MountDirectory : public testing::Test {
protected:
    MountDirectory() { EXPECT_EQ(manager.read_line(), "attached"); }

    [[nodiscard]] std::string at(const std::string& name) const { return path + "/" + name; }
    [[nodiscard]] base::Descriptor open(const std::string& name, int flags = O_RDWR) const {
        return base::Descriptor{::open(at(name).c_str(), flags | O_CLOEXEC, 0644)};
    }
    void make(const std::string& name, const std::string& value = "0") const {
        const base::Descriptor file = open(name, O_WRONLY | O_CREAT);
        EXPECT_EQ(::write(file.number(), value.data(), value.size()),
                  static_cast<ssize_t>(value.size()));
    }
    [[nodiscard]] std::string value(const std::string& name) const {
        const base::Descriptor file = open(name, O_RDONLY);
        return file ? read_from(file) : "errno " + std::to_string(errno);
    }
    [[nodiscard]] struct ::stat status(const std::string& name) const {
        struct ::stat found = {};
        EXPECT_EQ(::lstat(at(name).c_str(), &found), 0) << name;
        return found;
    }
    [[nodiscard]] int error_of(int result) const { return result < 0 ? errno : 0; }
    [[nodiscard]] std::shared_ptr<::DIR> directory(const std::string& name) const {
        return {::opendir(at(name).c_str()), [](::DIR* opened) { ::closedir(opened); }};
    }
    [[nodiscard]] static Names rest_of(::DIR* opened) {
        Names names;
        while (const ::dirent* const entry = ::readdir(opened)) {
            names.insert(entry->d_name);
        }
        return names;
    }
    [[nodiscard]] Names names_in(const std::string& name) const {
        return rest_of(directory(name).get());
    }

    resource::TemporaryDirectory place;
    const std::string path = place / "counters";
    Program manager{{places::program("counters"), path}};
};

TEST_F(MountDirectory, a_path_below_it_is_the_managers) {
    EXPECT_EQ(value("apples"), "errno " + std::to_string(ENOENT));
    make("apples", "5");
    make("apples", "+2");
    EXPECT_EQ(value("apples"), "7\n");
    EXPECT_TRUE(S_ISREG(status("apples").st_mode));
    EXPECT_EQ(status("apples").st_mode & 0777U, 0644U);
    EXPECT_TRUE(S_ISDIR(status("").st_mode));
    const base::Descriptor new_one = open("pears", O_RDWR | O_CREAT | O_EXCL);
    EXPECT_TRUE(new_one);
    EXPECT_FALSE(open("pears", O_RDWR | O_CREAT | O_EXCL));
    EXPECT_EQ(errno, EEXIST);
    EXPECT_FALSE(open("apples/x", O_RDONLY));
    EXPECT_EQ(errno, ENOTDIR);
}

TEST_F(MountDirectory, directories_are_made_listed_and_removed) {
    EXPECT_EQ(::mkdir(at("fruit").c_str(), 0750), 0);
    EXPECT_EQ(error_of(::mkdir(at("fruit").c_str(), 0750)), EEXIST);
    make("fruit/apples", "3");
    make("stones");
    EXPECT_EQ(names_in(""), (Names{".", "..", "fruit", "stones"}));
    EXPECT_EQ(names_in("fruit"), (Names{".", "..", "apples"}));
    EXPECT_EQ(status("fruit").st_mode & 0777U, 0750U);
    EXPECT_EQ(error_of(::rmdir(at("fruit").c_str())), ENOTEMPTY);
    EXPECT_EQ(error_of(::rmdir(at("stones").c_str())), ENOTDIR);
    EXPECT_EQ(error_of(::unlink(at("fruit").c_str())), EISDIR);
    EXPECT_EQ(::unlink(at("fruit/apples").c_str()), 0);
    EXPECT_EQ(::rmdir(at("fruit").c_str()), 0);
    EXPECT_EQ(names_in(""), (Names{".", "..", "stones"}));
    EXPECT_EQ(error_of(::unlink(at("fruit/apples").c_str())), ENOENT);
    EXPECT_EQ(error_of(::mknod(at("pipe").c_str(), S_IFIFO | 0600, 0)), EINVAL);
}

TEST_F(MountDirectory, what_is_renamed_keeps_its_value_and_who_has_it_open) {
    make("old", "4");
    make("other", "9");
    const base::Descriptor file = open("old", O_RDONLY);
    EXPECT_EQ(::mkdir(at("a").c_str(), 0755), 0);
    EXPECT_EQ(::mkdir(at("a/b").c_str(), 0755), 0);
    EXPECT_EQ(::rename(at("old").c_str(), at("a/b/new").c_str()), 0);
    EXPECT_EQ(value("a/b/new"), "4\n");
    EXPECT_EQ(read_from(file), "4\n");
    struct ::stat moved = {};
    EXPECT_EQ(::fstat(file.number(), &moved), 0);
    EXPECT_EQ(moved.st_ino, status("a/b/new").st_ino);
    EXPECT_EQ(::rename(at("a").c_str(), at("c").c_str()), 0);
    EXPECT_EQ(value("c/b/new"), "4\n");
    EXPECT_EQ(::fstat(file.number(), &moved), 0) << "a directory above it has moved";
    EXPECT_EQ(::rename(at("c/b/new").c_str(), at("other").c_str()), 0);
    EXPECT_EQ(value("other"), "4\n");
    EXPECT_EQ(names_in("c/b"), (Names{".", ".."}));
    EXPECT_EQ(error_of(::rename(at("nothing").c_str(), at("x").c_str())), ENOENT);
    make("third");
    EXPECT_EQ(error_of(::renameat2(AT_FDCWD, at("third").c_str(), AT_FDCWD, at("other").c_str(),
                                   RENAME_NOREPLACE)),
              EEXIST);
    EXPECT_EQ(error_of(::renameat2(AT_FDCWD, at("third").c_str(), AT_FDCWD, at("other").c_str(),
                                   RENAME_EXCHANGE)),
              EINVAL);
}

TEST_F(MountDirectory, what_is_removed_stays_for_who_has_it_open) {
    make("gone", "8");
    const base::Descriptor file = open("gone", O_RDONLY);
    EXPECT_EQ(::unlink(at("gone").c_str()), 0);
    make("gone", "1");
    EXPECT_EQ(read_from(file), "8\n");
    struct ::stat status = {};
    EXPECT_EQ(::fstat(file.number(), &status), 0);
    EXPECT_EQ(status.st_nlink, 0U);
    EXPECT_EQ(value("gone"), "1\n");
}

TEST_F(MountDirectory, a_symbolic_link_leads_on) {
    EXPECT_EQ(::mkdir(at("a").c_str(), 0755), 0);
    make("a/one", "1");
    EXPECT_EQ(::symlink("a/one", at("link").c_str()), 0);
    EXPECT_EQ(::symlink("a", at("way").c_str()), 0);
    EXPECT_EQ(error_of(::symlink("a", at("way").c_str())), EEXIST);
    char target[16] = {};
    EXPECT_EQ(::readlink(at("link").c_str(), target, sizeof target), 5);
    EXPECT_STREQ(target, "a/one");
    EXPECT_EQ(error_of(static_cast<int>(::readlink(at("a").c_str(), target, 16))), EINVAL);
    EXPECT_EQ(value("link"), "1\n");
    EXPECT_EQ(value("way/one"), "1\n");
    EXPECT_TRUE(S_ISLNK(status("link").st_mode));
    EXPECT_EQ(error_of(::link(at("a/one").c_str(), at("two").c_str())), EPERM);
}

TEST_F(MountDirectory, a_long_directory_is_read_to_its_end_and_again) {
    Names all{".", ".."};
    for (int number = 0; number < 500; ++number) {
        const std::string name = "counter-with-a-rather-long-name-" + std::to_string(number);
        make(name);
        all.insert(name);
    }
    const std::shared_ptr<::DIR> opened = directory("");
    EXPECT_EQ(rest_of(opened.get()), all);
    ::rewinddir(opened.get());
    make("late");
    all.insert("late");
    std::vector<std::string> order;
    long middle = 0;
    while (const ::dirent* const entry = ::readdir(opened.get())) {
        order.emplace_back(entry->d_name);
        if (order.size() == 250) {
            middle = ::telldir(opened.get());
        }
    }
    EXPECT_EQ(Names(order.begin(), order.end()), all);
    ::seekdir(opened.get(), middle);
    EXPECT_EQ(::readdir(opened.get())->d_name, order[250]);
    EXPECT_EQ(rest_of(opened.get()), Names(order.begin() + 251, order.end()));
}

TEST_F(MountDirectory, modes_and_times_are_changed_by_path_and_by_descriptor) {
    make("one");
    EXPECT_EQ(::chmod(at("one").c_str(), 0600), 0);
    EXPECT_EQ(status("one").st_mode & 0777U, 0600U);
    const ::timespec times[2] = {{.tv_sec = 1000, .tv_nsec = 0}, {.tv_sec = 2000, .tv_nsec = 0}};
    EXPECT_EQ(::utimensat(AT_FDCWD, at("one").c_str(), times, 0), 0);
    EXPECT_EQ(status("one").st_atim.tv_sec, 1000);
    EXPECT_EQ(status("one").st_mtim.tv_sec, 2000);
    const ::timespec one_time[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                                    {.tv_sec = 0, .tv_nsec = UTIME_NOW}};
    const base::Descriptor file = open("one");
    EXPECT_EQ(::futimens(file.number(), one_time), 0);
    EXPECT_EQ(status("one").st_atim.tv_sec, 1000);
    EXPECT_GT(status("one").st_mtim.tv_sec, 1'000'000);
    EXPECT_EQ(error_of(::ftruncate(file.number(), 3)), EINVAL) << "it has no function for that";
}

// Run by root.
class MountRootDirectory : public MountDirectory {};

TEST_F(MountRootDirectory, the_managers_modes_say_who_may_change_a_name) {
    constexpr ::uid_t user = 12345;
    make("one");
    const auto as_user = [&](const auto& call) {
        return core::in_child([&] {
            if (::setgid(user) != 0 || ::setuid(user) != 0) {
                return core::child_failed;
            }
            return error_of(call());
        });
    };
    EXPECT_EQ(as_user([&] { return ::unlink(at("one").c_str()); }), EACCES);
    EXPECT_EQ(as_user([&] { return ::mkdir(at("two").c_str(), 0777); }), EACCES);
    EXPECT_EQ(as_user([&] { return ::chdir(path.c_str()); }), 0);
    EXPECT_EQ(::chmod(path.c_str(), 0700), 0);
    EXPECT_EQ(as_user([&] { return ::chdir(path.c_str()); }), EACCES);
    EXPECT_EQ(::chmod(path.c_str(), 01777), 0);
    EXPECT_EQ(as_user([&] { return ::mkdir(at("two").c_str(), 0777); }), 0);
    EXPECT_EQ(status("two").st_uid, user);
    EXPECT_EQ(as_user([&] { return ::unlink(at("one").c_str()); }), EPERM) << "it is sticky";
    EXPECT_EQ(as_user([&] { return ::rmdir(at("two").c_str()); }), 0);
}

TEST_F(MountDirectory, the_shells_tools_work_as_on_any_directory) {
    Program script{{"sh", "-ec",
                    "cd " + path +
                        "; mkdir -p a/b; echo 5 > a/b/c; ln -s b/c a/l; cp a/b/c d; mv d e;"
                        "cat a/l e; find . | sort | tr '\\n' ' '; echo; rm -r a; ls"}};
    EXPECT_EQ(script.read_line(), "5");
    EXPECT_EQ(script.read_line(), "5");
    EXPECT_EQ(script.read_line(), ". ./a ./a/b ./a/b/c ./a/l ./e ");
    EXPECT_EQ(script.read_line(), "e");
    EXPECT_EQ(script.wait(), 0);
}

TEST_F(MountDirectory, who_waits_for_a_counter_is_told_when_it_changes) {
    make("one");
    Server own;
    const base::Descriptor file = open("one");
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, own.coid, 10, 7, 0);
    EXPECT_EQ(ionotify(file.number(), _NOTIFY_ACTION_POLLARM, _NOTIFY_COND_INPUT, &event), 0);
    make("one", "3");
    EXPECT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 7);
}

}  // namespace
}  // namespace tocsin::qnx
