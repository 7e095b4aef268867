// Shows where a manager serves an absolute path when TOCSIN_ROOT is set, and who finds it there.
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tests/places/places.h>
#include <tests/qnx/device.h>
#include <tests/qnx/environment.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

namespace tocsin::qnx {
namespace {

using resource::Program;
using resource::read_from;

std::string program(const std::string& name) {
    return places::program(name);
}

class MountTocsinRoot : public testing::Test {
protected:
    resource::TemporaryDirectory root;
    const std::string place = root / "dev/tocsin/sample";
};

TEST_F(MountTocsinRoot, an_absolute_path_is_served_below_it_and_found_by_clients_for_qnx) {
    const Variable variable{"TOCSIN_ROOT", root.path()};
    Program manager{{program("sample_device"), "/dev/tocsin/sample"}};
    ASSERT_EQ(manager.read_line(), "attached");
    EXPECT_FALSE(std::filesystem::exists("/dev/tocsin"));
    const base::Descriptor file{::open(place.c_str(), O_RDWR | O_CLOEXEC)};
    for (const char* const client : {"calls_by_path_710", "calls_by_path_large_cxx"}) {
        ASSERT_EQ(::write(file.number(), "item", 4), 4);
        Program reader{{program(client), "open", "/dev/tocsin/sample"}};
        EXPECT_EQ(reader.read_line(), "item");
        Program looker{{program(client), "stat", "/dev/tocsin/sample"}};
        EXPECT_EQ(looker.read_line(), "size 0");
    }
    EXPECT_EQ(read_from(file), "");
}

TEST_F(MountTocsinRoot, a_path_does_not_lead_out_of_it) {
    const Variable variable{"TOCSIN_ROOT", root.path()};
    Program manager{{program("sample_device"), "/dev/../../tocsin/./sample"}};
    ASSERT_EQ(manager.read_line(), "attached");
    EXPECT_TRUE(std::filesystem::exists(root / "tocsin/sample"));
}

TEST_F(MountTocsinRoot, a_relative_path_is_served_where_it_is) {
    const Variable variable{"TOCSIN_ROOT", root / "elsewhere"};
    Program manager{
        {"sh", "-c", "cd " + root.path() + " && exec " + program("sample_device") + " sample"}};
    ASSERT_EQ(manager.read_line(), "attached");
    const base::Descriptor file{::open((root / "sample").c_str(), O_RDWR | O_CLOEXEC)};
    EXPECT_EQ(::write(file.number(), "item", 4), 4);
    EXPECT_EQ(read_from(file), "item");
}

TEST_F(MountTocsinRoot, what_a_dead_manager_has_served_is_served_anew) {
    const Variable variable{"TOCSIN_ROOT", root.path()};
    Program manager{{program("sample_device"), "/dev/tocsin/sample"}};
    ASSERT_EQ(manager.read_line(), "attached");
    manager.kill(SIGKILL);
    static_cast<void>(manager.wait());
    Program successor{{program("sample_device"), "/dev/tocsin/sample"}};
    EXPECT_EQ(successor.read_line(), "attached");
}

TEST_F(MountTocsinRoot, directories_that_cannot_be_made_are_an_error) {
    const Variable variable{"TOCSIN_ROOT", "/proc/version/root"};
    Device device;
    device.dispatch = dispatch_create();
    EXPECT_EQ(resmgr_attach(device.dispatch, nullptr, "/dev/sample", _FTYPE_ANY, 0, &device.connect,
                            &device.io, &device.attr),
              -1);
    EXPECT_EQ(errno, ENOTDIR);
}

// Run by root, who gives the right away.
class MountRootRemedy : public testing::Test {};

TEST_F(MountRootRemedy, who_may_not_serve_the_very_path_is_told_of_tocsin_root_once) {
    resource::TemporaryDirectory directory;
    const std::string path = directory / "sample";
    const std::string as_nobody = "setpriv --reuid=12345 --regid=12345 --clear-groups ";
    const std::string twice = as_nobody + program("attach_twice_710") + " " + path + " 2>&1";
    Program manager{{"sh", "-c", twice}};
    EXPECT_THAT(manager.read_line(), testing::AllOf(testing::StartsWith("tocsin: cannot serve '"),
                                                    testing::HasSubstr("TOCSIN_ROOT=DIR"),
                                                    testing::HasSubstr("DIR" + path)));
    EXPECT_EQ(manager.read_line(), "errno " + std::to_string(EACCES));
    EXPECT_EQ(manager.read_line(), "errno " + std::to_string(EACCES));
    EXPECT_EQ(manager.read_line(), "");
}

}  // namespace
}  // namespace tocsin::qnx
