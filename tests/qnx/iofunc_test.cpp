// Shows what the helpers of the POSIX layer do that need no client.
#include <sys/iofunc.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include <gtest/gtest.h>

namespace tocsin::qnx {
namespace {

struct OwnMount {
    ::iofunc_mount_t mount;
    int number;
};

TEST(Iofunc, a_mount_is_made_empty_and_what_a_program_has_behind_it_stays) {
    OwnMount own;
    std::memset(&own, 0xff, sizeof own);
    own.number = 7;
    EXPECT_EQ(iofunc_mount_init(&own.mount, sizeof own), EOK);
    EXPECT_EQ(own.mount.flags, 0U);
    EXPECT_EQ(own.mount.conf, IOFUNC_PC_EXT);
    EXPECT_EQ(own.mount.dev, 0U);
    EXPECT_EQ(own.mount.funcs, nullptr);
    EXPECT_EQ(own.mount.size, sizeof own.mount);
    EXPECT_EQ(own.mount.reserved[3], 0U);
    EXPECT_EQ(own.number, 7);
    EXPECT_EQ(iofunc_mount_fini(&own.mount), EOK);
}

TEST(Iofunc, a_mount_of_a_program_for_qnx_6_ends_where_its_structure_does) {
    ::iofunc_mount_t mount;
    std::memset(&mount, 0xff, sizeof mount);
    constexpr std::size_t size = offsetof(::iofunc_mount_t, size);
    EXPECT_EQ(iofunc_mount_init(&mount, size), EOK);
    EXPECT_EQ(mount.conf, 0U);
    EXPECT_EQ(mount.power, nullptr);
    EXPECT_EQ(mount.size, SIZE_MAX);
    EXPECT_EQ(iofunc_mount_init(&mount, size - 1), EINVAL);
    EXPECT_EQ(iofunc_mount_init(nullptr, size), EINVAL);
    EXPECT_EQ(iofunc_mount_fini(nullptr), EINVAL);
}

TEST(Iofunc, an_attribute_of_a_made_mount_has_the_default_functions) {
    ::iofunc_mount_t mount;
    EXPECT_EQ(iofunc_mount_init(&mount, sizeof mount), EOK);
    ::iofunc_attr_t attr;
    iofunc_attr_init(&attr, S_IFNAM | 0666, nullptr, nullptr);
    attr.mount = &mount;
    EXPECT_EQ(iofunc_attr_lock(&attr), EOK);
    EXPECT_EQ(iofunc_attr_unlock(&attr), EOK);
    ::iofunc_ocb_t* const ocb = iofunc_ocb_calloc(nullptr, &attr);
    ASSERT_NE(ocb, nullptr);
    ocb->attr = &attr;
    iofunc_ocb_free(ocb);
}

TEST(Iofunc, locks_and_mappings_are_left_to_the_kernel) {
    ::iofunc_attr_t attr;
    iofunc_attr_init(&attr, S_IFNAM | 0666, nullptr, nullptr);
    ::iofunc_ocb_t ocb = {};
    ocb.attr = &attr;
    ::io_lock_t lock = {};
    ::io_mmap_t mapping = {};
    EXPECT_EQ(iofunc_lock(nullptr, &lock, &ocb, &attr), ENOSYS);
    EXPECT_EQ(iofunc_lock_default(nullptr, &lock, &ocb), ENOSYS);
    EXPECT_EQ(iofunc_mmap(nullptr, &mapping, &ocb, &attr), ENOSYS);
    EXPECT_EQ(iofunc_mmap_default(nullptr, &mapping, &ocb), ENOSYS);
}

}  // namespace
}  // namespace tocsin::qnx
