// Shows where the calls by path of programs for QNX go, with TOCSIN_ROOT and without.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include <tests/places/places.h>
#include <tests/qnx/environment.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

namespace tocsin::qnx {
namespace {

namespace fs = std::filesystem;
using resource::Program;

// A file and a directory outside, and others at the same paths below a root.
class RootedCalls : public testing::TestWithParam<const char*> {
protected:
    RootedCalls() {
        fs::create_directories(below(places.path()) + "/folder/more");
        fs::create_directory(places / "folder");
        std::ofstream{path} << "outside";
        std::ofstream{below(path)} << "below it";
    }

    [[nodiscard]] std::string below(const std::string& place) const { return root.path() + place; }
    // The permissions of what is at `place`.
    [[nodiscard]] static unsigned mode_of(const std::string& place) {
        struct ::stat status = {};
        return ::stat(place.c_str(), &status) != 0 ? 0 : status.st_mode & 07777U;
    }
    // What the program says of the call.
    [[nodiscard]] static std::string result(const std::string& call, const std::string& place) {
        Program program{{places::program(GetParam()), call, place}};
        std::string line = program.read_line();
        EXPECT_EQ(program.wait(), 0);
        return line;
    }
    [[nodiscard]] static std::string error(int number) { return "errno " + std::to_string(number); }

    resource::TemporaryDirectory places;
    resource::TemporaryDirectory root;
    const std::string path = places / "file";
    const std::string missing = places / "missing";
};

TEST_P(RootedCalls, without_a_root_they_are_glibcs) {
    EXPECT_EQ(result("open", path), "outside");
    EXPECT_EQ(result("fopen", path), "outside");
    EXPECT_EQ(result("stat", path), "size 7");
    EXPECT_EQ(result("lstat", path), "size 7");
    EXPECT_EQ(result("access", missing), error(ENOENT));
    EXPECT_EQ(result("opendir", places / "folder"), "2 entries");
    EXPECT_EQ(result("chmod", path), "done");
    EXPECT_EQ(mode_of(path), 0600U);
    EXPECT_EQ(result("mkdir", missing), "done");
    EXPECT_EQ(mode_of(missing), 0705U);
    EXPECT_EQ(result("unlink", path), "done");
    EXPECT_EQ(result("open", path), error(ENOENT));
}

TEST_P(RootedCalls, what_is_there_below_the_root_comes_first) {
    const Variable variable{"TOCSIN_ROOT", root.path()};
    EXPECT_EQ(result("open", path), "below it");
    EXPECT_EQ(result("fopen", path), "below it");
    EXPECT_EQ(result("stat", path), "size 8");
    EXPECT_EQ(result("lstat", path), "size 8");
    EXPECT_EQ(result("access", path), "done");
    EXPECT_EQ(result("opendir", places / "folder"), "3 entries");
    EXPECT_EQ(result("mkdir", places / "folder/more"), error(EEXIST));
    const unsigned before = mode_of(path);
    EXPECT_EQ(result("chmod", path), "done");
    EXPECT_EQ(mode_of(path), before);
    EXPECT_EQ(mode_of(below(path)), 0600U);
    EXPECT_EQ(result("creat", path), "600");
    EXPECT_EQ(fs::file_size(below(path)), 0U);
    EXPECT_EQ(fs::file_size(path), 7U);
    EXPECT_EQ(result("unlink", path), "done");
    EXPECT_FALSE(fs::exists(below(path)));
    EXPECT_EQ(result("open", path), "outside");
}

TEST_P(RootedCalls, what_is_not_there_below_the_root_is_meant_where_it_says) {
    const Variable variable{"TOCSIN_ROOT", root.path()};
    const std::string only_outside = places / "outside";
    fs::create_directory(only_outside);
    EXPECT_EQ(result("create", only_outside + "/missing"), "604");
    EXPECT_TRUE(fs::exists(only_outside + "/missing"));
    EXPECT_EQ(result("mkdir", only_outside + "/made"), "done");
    EXPECT_TRUE(fs::is_directory(only_outside + "/made"));
    EXPECT_EQ(result("open", places / "nowhere"), error(ENOENT));
}

TEST_P(RootedCalls, a_new_name_is_made_below_the_root_where_its_directory_is_there) {
    const Variable variable{"TOCSIN_ROOT", root.path()};
    EXPECT_EQ(result("create", missing), "604");
    EXPECT_TRUE(fs::exists(below(missing)));
    EXPECT_FALSE(fs::exists(missing));
    EXPECT_EQ(result("rename", missing), "done");
    EXPECT_TRUE(fs::exists(below(missing) + ".new"));
    EXPECT_EQ(result("symlink", missing), "done");
    EXPECT_EQ(result("readlink", missing), "target");
    EXPECT_TRUE(fs::is_symlink(below(missing)));
    EXPECT_EQ(result("link", path), "done");
    EXPECT_EQ(result("truncate", path), "done");
    EXPECT_EQ(fs::file_size(below(path) + ".new"), 3U);
    EXPECT_EQ(result("remove", missing), "done");
    EXPECT_EQ(result("rmdir", places / "folder/more"), "done");
    EXPECT_FALSE(fs::exists(below(places / "folder/more")));
    EXPECT_EQ(fs::file_size(path), 7U);
}

TEST_P(RootedCalls, an_entry_of_a_directory_is_as_qnx_has_it) {
    std::ofstream{places / "folder/longer"} << "";
    EXPECT_EQ(result("readdir", places / "folder"), "1 . 2 .. 6 longer");
    EXPECT_EQ(result("scandir", places / "folder"), "6 longer");
}

TEST_P(RootedCalls, a_relative_path_and_an_empty_root_change_nothing) {
    const std::string relative = fs::relative(path).string();
    {
        const Variable variable{"TOCSIN_ROOT", root.path()};
        EXPECT_EQ(result("open", relative), "outside");
    }
    const Variable variable{"TOCSIN_ROOT", ""};
    EXPECT_EQ(result("open", path), "outside");
}

TEST_P(RootedCalls, open_hands_the_mode_on_to_files_that_it_makes) {
    EXPECT_EQ(result("create", missing), "604");
    EXPECT_EQ(result("create", missing), error(EEXIST));
    EXPECT_EQ(result("temporary", places.path()), "604");
    EXPECT_EQ(result("creat", places / "another"), "604");
    const Variable variable{"TOCSIN_ROOT", root.path()};
    EXPECT_EQ(result("temporary", places / "folder"), "604");
}

INSTANTIATE_TEST_SUITE_P(, RootedCalls,
                         testing::Values("calls_by_path_710", "calls_by_path_710_cxx",
                                         "calls_by_path_large", "calls_by_path_large_cxx"));

}  // namespace
}  // namespace tocsin::qnx
