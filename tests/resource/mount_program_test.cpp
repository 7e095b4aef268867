// Shows how mounting goes through fusermount3, by whoever runs the tests.
#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>

#include <tests/core/open_descriptors.h>
#include <tests/resource/at_path.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/resource/fusermount.h>

namespace tocsin::resource {
namespace {

class MountProgram : public testing::Test {
protected:
    MountProgram() { std::filesystem::create_directory(path); }

    [[nodiscard]] std::error_code mount(base::Descriptor& device) {
        return mount_with_fusermount(path, "fsname=tocsin,subtype=tocsin", device, complaint);
    }

    TemporaryDirectory directory;
    std::string path = directory / "tree";
    std::string complaint;
};

TEST_F(MountProgram, without_descriptors_it_says_so_and_leaves_nothing_mounted) {
    bool worked = false;
    for (int left = 0; left < 12 && !worked; ++left) {
        base::Descriptor device;
        std::error_code error;
        {
            const core::FewDescriptors few{left};
            error = mount(device);
        }
        worked = !error;
        EXPECT_TRUE(worked || error == std::errc::too_many_files_open) << error.message();
        EXPECT_EQ(served(path), worked) << left;
    }
    EXPECT_TRUE(worked);
    EXPECT_FALSE(unmount_with_fusermount(path));
}

TEST_F(MountProgram, a_refusal_comes_with_what_the_program_complains_of) {
    base::Descriptor device;
    const std::error_code error =
        mount_with_fusermount(directory / "nowhere", "fsname=tocsin", device, complaint);
    EXPECT_EQ(error, std::errc::operation_not_permitted);
    EXPECT_NE(complaint.find("nowhere"), std::string::npos) << complaint;
}

TEST_F(MountProgram, where_children_are_not_waited_for_unmounting_is_seen_all_the_same) {
    base::Descriptor device;
    ASSERT_FALSE(mount(device)) << complaint;
    device.reset();
    const auto before = ::signal(SIGCHLD, SIG_IGN);
    EXPECT_FALSE(unmount_with_fusermount(path));
    EXPECT_TRUE(unmount_with_fusermount(path));
    ::signal(SIGCHLD, before);
    EXPECT_FALSE(served(path));
}

}  // namespace
}  // namespace tocsin::resource
