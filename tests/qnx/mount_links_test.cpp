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
#include "server.h"

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

// What a function does that is asked to unblock somebody, and when.
struct Unblocking {
    std::atomic<bool> inside{false};
    std::atomic<bool> may_go{false};
    std::atomic<bool> left{false};
} unblocking;

int unblock_slowly(::resmgr_context_t*, ::io_pulse_t*, ::iofunc_ocb_t*) {
    unblocking.inside = true;
    while (!unblocking.may_go) {
        std::this_thread::yield();
    }
    unblocking.left = true;
    return EINTR;
}

TEST_F(MountLinks, a_link_is_not_detached_while_it_is_asked_to_unblock_somebody) {
    device.io.msg = [](::resmgr_context_t*, ::io_msg_t*, ::iofunc_ocb_t*) {
        return _RESMGR_NOREPLY;
    };
    device.io.unblock = unblock_slowly;
    device.serve(2);
    const base::Descriptor file = device.open(O_RDWR);
    std::thread client{[&] {
        ::io_msg_t message = {};
        message.i.type = _IO_MSG;
        message.i.combine_len = sizeof message;
        const uint64_t moment = 1'000'000;
        TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_REPLY, nullptr, &moment, nullptr);
        EXPECT_EQ(MsgSend(file.number(), &message, sizeof message, nullptr, 0), -1);
    }};
    EXPECT_TRUE(core::comes_true([] { return unblocking.inside.load(); }));
    std::atomic<int> thread{0};
    std::atomic<bool> done{false};
    bool after_it_left = false;
    std::thread detaches{[&] {
        thread = ::gettid();
        EXPECT_EQ(resmgr_detach(device.dispatch, device.id, 0), 0);
        after_it_left = unblocking.left;
        done = true;
    }};
    EXPECT_TRUE(core::comes_true([&] { return done || (thread != 0 && is_asleep(thread)); }));
    unblocking.may_go = true;
    detaches.join();
    EXPECT_TRUE(after_it_left);
    client.join();
}

TEST_F(MountLinks, attaching_below_a_directory_of_the_same_dispatch_waits_for_no_lock) {
    device.serve(2);
    const std::string tree = device.directory / "tree";
    ::iofunc_attr_t directory = {};
    iofunc_attr_init(&directory, S_IFDIR | 0777, nullptr, nullptr);
    const auto attach = [&](const std::string& path, unsigned flags) {
        return resmgr_attach(device.dispatch, nullptr, path.c_str(), _FTYPE_ANY, flags,
                             &device.connect, &device.io, &directory);
    };
    EXPECT_GE(attach(tree, _RESMGR_FLAG_DIR), 0);
    EXPECT_EQ(attach(tree + "/below", 0), -1) << "there is nothing of that name";
    device.stop();  // before the attribute goes
}

}  // namespace
}  // namespace tocsin::qnx
