// Shows what resmgr_attach() makes of paths, and what a manager can do with a parked message.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/core/patience.h>
#include <tests/resource/client_calls.h>

#include <tocsin/base/descriptor.h>

#include "device.h"

namespace tocsin::qnx {
namespace {

using resource::read_from;

class MountLinks : public testing::Test {
protected:
    Device device;
};

TEST_F(MountLinks, a_link_has_numbers_and_the_name_that_it_was_attached_by) {
    device.serve();
    const auto attach = [this](const char* path, unsigned flags, ::resmgr_attr_t* attr) {
        return resmgr_attach(device.dispatch, attr, path, _FTYPE_ANY, flags, &device.connect,
                             &device.io, &device.attr);
    };
    ::resmgr_attr_t local = {};
    local.flags = RESMGR_FLAG_ATTACH_LOCAL;
    const std::string tree = device.directory / "tree";
    const int nameless = attach(nullptr, 0, nullptr);
    const int hidden = attach("/dev/nowhere", 0, &local);
    const int directory = attach(tree.c_str(), _RESMGR_FLAG_DIR, nullptr);
    char name[PATH_MAX] = {};
    EXPECT_EQ(resmgr_pathname(nameless, 0, name, sizeof name), 1);
    EXPECT_EQ(resmgr_pathname(hidden, 0, name, sizeof name), 13);
    EXPECT_EQ(::access("/dev/nowhere", F_OK), -1);
    EXPECT_GT(resmgr_pathname(directory, 0, name, sizeof name), 1);
    EXPECT_EQ(name, tree + "/");
    EXPECT_EQ(resmgr_pathname(directory, 0, name, 3), -1);
    EXPECT_EQ(errno, ERANGE);
    ::dev_t devices[2] = {};
    ::ino64_t inodes[2] = {};
    EXPECT_EQ(resmgr_devino(nameless, &devices[0], &inodes[0]), 0);
    EXPECT_EQ(resmgr_devino(hidden, &devices[1], &inodes[1]), 0);
    EXPECT_NE(inodes[0], inodes[1]);
    for (const int id : {nameless, hidden, directory}) {
        EXPECT_EQ(resmgr_detach(device.dispatch, id, 0), 0);
        EXPECT_EQ(resmgr_pathname(id, 0, name, sizeof name), -1);
        EXPECT_EQ(errno, EINVAL);
    }
}

// The reader that waits, and what there is for it.
struct Again {
    std::atomic<int> waits{0};
    char text[16] = {};
    int size = 0;
} again;

int read_again(::resmgr_context_t* ctp, ::io_read_t* msg, ::iofunc_ocb_t*) {
    if (again.size == 0) {
        again.waits = ctp->rcvid;
        return _RESMGR_NOREPLY;
    }
    const int size = std::min(again.size, static_cast<int>(msg->i.nbytes));
    again.size = 0;
    _IO_SET_READ_NBYTES(ctp, size);
    return _RESMGR_PTR(ctp, again.text, static_cast<std::size_t>(size));
}

int write_again(::resmgr_context_t* ctp, ::io_write_t* msg, ::iofunc_ocb_t*) {
    again.size = static_cast<int>(msg->i.nbytes);
    resmgr_msgget(ctp, again.text, sizeof again.text, sizeof msg->i);
    const int own = ctp->rcvid;
    const int rcvid = again.waits.exchange(0);
    EXPECT_EQ(resmgr_msg_again(ctp, rcvid), 0);
    EXPECT_EQ(resmgr_msg_again(ctp, rcvid), -1) << "it has its answer";
    EXPECT_EQ(errno, ESRCH);
    // What is handled is the write again.
    EXPECT_EQ(ctp->rcvid, own);
    _IO_SET_WRITE_NBYTES(ctp, msg->i.nbytes);
    return EOK;
}

TEST_F(MountLinks, a_parked_message_is_handled_again) {
    device.io.read = read_again;
    device.io.write = write_again;
    device.serve();
    const base::Descriptor file = device.open(O_RDWR);
    std::string got;
    std::thread reader{[&] { got = read_from(device.open(O_RDONLY)); }};
    EXPECT_TRUE(core::comes_true([] { return again.waits != 0; }));
    EXPECT_EQ(::write(file.number(), "some", 4), 4);
    reader.join();
    EXPECT_EQ(got, "some");
}

}  // namespace
}  // namespace tocsin::qnx
