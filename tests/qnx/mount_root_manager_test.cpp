// Shows that a manager's mode, owner and group decide who comes in; run by root.
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <grp.h>
#include <numeric>
#include <span>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <tests/core/forked.h>
#include <tests/qnx/device.h>

namespace tocsin::qnx {
namespace {

constexpr ::uid_t user = 12345;
constexpr ::gid_t group = 23456;

class MountRootManager : public testing::Test {
protected:
    // What open(2) fails with for the user, who is in `further` beside a group of no meaning.
    [[nodiscard]] int opening(int flags, const std::vector<::gid_t>& further = {group + 1}) const {
        return core::in_child([&] {
            if (::setgroups(further.size(), further.data()) != 0 || ::setgid(group + 2) != 0 ||
                ::setuid(user) != 0) {
                return core::child_failed;
            }
            return ::open(device.path.c_str(), flags) < 0 ? errno : 0;
        });
    }

    Device device;
};

TEST_F(MountRootManager, the_mode_says_what_others_may) {
    device.attr.mode = S_IFCHR | 0604;
    device.serve();
    EXPECT_EQ(opening(O_RDONLY), 0);
    EXPECT_EQ(opening(O_WRONLY), EACCES);
    EXPECT_EQ(opening(O_RDWR), EACCES);
    EXPECT_EQ(opening(O_ACCMODE), EACCES) << "a mode that is neither asks for both";
}

TEST_F(MountRootManager, access_says_what_open_would) {
    device.attr.mode = S_IFCHR | 0604;
    device.serve();
    const auto access = [this](int mode) {
        return core::in_child([&] {
            if (::setgroups(0, nullptr) != 0 || ::setgid(group) != 0 || ::setuid(user) != 0) {
                return core::child_failed;
            }
            return ::access(device.path.c_str(), mode) < 0 ? errno : 0;
        });
    };
    EXPECT_EQ(access(R_OK), 0);
    EXPECT_EQ(access(W_OK), EACCES);
    EXPECT_EQ(access(X_OK), EACCES);
    EXPECT_EQ(access(F_OK), 0);
    EXPECT_EQ(device.attribute().count, 0U);
}

// Of the client that opens; the last group, and how many there are.
std::atomic<unsigned> groups_seen{0};
std::atomic<::gid_t> last_group{0};
std::atomic<::uid_t> user_seen{0};

TEST_F(MountRootManager, all_groups_of_a_client_are_told_however_many) {
    device.connect.open = [](resmgr_context_t* ctp, io_open_t* msg, RESMGR_HANDLE_T* handle,
                             void* extra) {
        struct ::_client_info* info = nullptr;
        EXPECT_EQ(iofunc_client_info_ext(ctp, 0, &info), EOK);
        const std::span groups{&info->cred.grouplist[0], info->cred.ngroups};
        groups_seen = info->cred.ngroups;
        last_group = groups.empty() ? 0 : groups.back();
        user_seen = info->cred.euid;
        EXPECT_EQ(iofunc_client_info_ext_free(&info), EOK);
        EXPECT_EQ(info, nullptr);
        return iofunc_open_default(ctp, msg, handle, extra);
    };
    device.serve();
    for (const unsigned count : {0U, 2U, 32U, 1000U}) {
        std::vector<::gid_t> further(count);
        std::iota(further.begin(), further.end(), group);
        EXPECT_EQ(opening(O_RDONLY, further), 0);
        EXPECT_EQ(user_seen, user);
        EXPECT_EQ(groups_seen, count);
        EXPECT_EQ(last_group, count == 0 ? 0 : further.back());
    }
}

TEST_F(MountRootManager, the_owner_has_the_owners_bits_only) {
    device.attr.mode = S_IFCHR | 0466;
    device.attr.uid = user;
    device.serve();
    EXPECT_EQ(opening(O_RDONLY), 0);
    EXPECT_EQ(opening(O_WRONLY), EACCES);
}

TEST_F(MountRootManager, a_further_group_of_the_client_counts) {
    device.attr.mode = S_IFCHR | 0660;
    device.attr.gid = group;
    device.serve();
    EXPECT_EQ(opening(O_RDWR, {group}), 0);
    EXPECT_EQ(opening(O_RDWR), EACCES);
}

TEST_F(MountRootManager, the_last_of_many_groups_counts_as_the_first) {
    device.attr.mode = S_IFCHR | 0660;
    device.attr.gid = group;
    device.serve();
    std::vector<::gid_t> many(1000);
    std::iota(many.begin(), many.end(), group + 10);
    EXPECT_EQ(opening(O_RDWR, many), EACCES);
    many.back() = group;
    EXPECT_EQ(opening(O_RDWR, many), 0);
    std::iota(many.begin(), many.end() - 1, ::gid_t{1});
    EXPECT_EQ(opening(O_RDWR, many), 0);
}

TEST_F(MountRootManager, only_the_owner_changes_the_mode) {
    device.attr.uid = user + 1;
    device.serve();
    EXPECT_EQ(core::in_child([this] {
                  return ::setuid(user) != 0                      ? core::child_failed
                         : ::chmod(device.path.c_str(), 0777) < 0 ? errno
                                                                  : 0;
              }),
              EPERM);
    EXPECT_EQ(device.attribute().mode, unsigned{S_IFCHR | 0666});
}

}  // namespace
}  // namespace tocsin::qnx
