// Shows that names are neither made nor looked for where another user could have put them. These
// tests need root, and are named as all who do.
#include <tocsin/qnx/names.h>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

#include "environment.h"
#include "process.h"

namespace tocsin::qnx {
namespace {

constexpr ::uid_t user = 12'345;

int error_of(const std::function<void()>& body) {
    try {
        body();
        return 0;
    } catch (const std::system_error& error) {
        return error.code().value();
    }
}

// Names lie below a directory that is writable for all, as /tmp is.
class MountRootNames : public testing::Test {
protected:
    MountRootNames() { EXPECT_EQ(::chmod(temporary.path().c_str(), 01777), 0); }

    // What `body` returns as a user whom nothing here belongs to.
    static int as_user(const std::function<int()>& body) {
        return Process{[&](Process&) {
                   if (::setgid(user) != 0 || ::setuid(user) != 0) {
                       return 99;
                   }
                   return body();
               }}
            .wait();
    }

    resource::TemporaryDirectory temporary;
    const Variable runtime{"XDG_RUNTIME_DIR", temporary.path()};
    const std::string names = temporary / "tocsin/name/local";
};

TEST_F(MountRootNames, a_name_that_another_user_has_put_there_is_nobodys) {
    std::filesystem::create_directories(names);
    const base::Descriptor file{
        ::open((names + "/bell").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)};
    EXPECT_EQ(::write(file.number(), "1 1 1\n", 6), 6);
    struct ::flock owner = {};
    owner.l_type = F_WRLCK;
    ASSERT_EQ(::fcntl(file.number(), F_OFD_SETLK, &owner), 0);
    EXPECT_EQ(as_user([] { return error_of([] { static_cast<void>(Names::find("bell")); }); }),
              ENOENT);
}

TEST_F(MountRootNames, a_link_of_another_users_leads_nowhere) {
    const std::string home = temporary / "home";
    std::filesystem::create_directories(temporary / "tocsin/name");
    std::filesystem::create_directory(home);
    std::filesystem::create_symlink(home, names);
    std::ofstream{home + "/bell"} << "kept";
    for (const std::string& path : {home, home + "/bell"}) {
        ASSERT_EQ(::chown(path.c_str(), user, user), 0);
    }
    EXPECT_EQ(as_user([] { return error_of([] { static_cast<void>(Names::add("bell", {})); }); }),
              EPERM);
    std::string text;
    std::ifstream{home + "/bell"} >> text;
    EXPECT_EQ(text, "kept");
}

TEST_F(MountRootNames, nobody_else_may_write_to_what_is_made_with_a_umask_of_0) {
    EXPECT_EQ(as_user([] {
                  ::umask(0);
                  return error_of([] {
                      const auto owned = Names::add("a/bell", {.process = 7});
                      if (Names::find("a/bell").process != 7) {
                          throw std::system_error{ENOENT, std::system_category()};
                      }
                  });
              }),
              0);
    struct ::stat status = {};
    for (const std::string& path : {temporary / "tocsin", names, names + "/a"}) {
        EXPECT_EQ(::stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_uid, user);
        EXPECT_EQ(status.st_mode & 0777U, 0755U) << path;
    }
}

}  // namespace
}  // namespace tocsin::qnx
