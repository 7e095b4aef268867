// Shows what a manager may have open while it attaches a path. These tests need root, and are named
// as all who do.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <atomic>
#include <fcntl.h>
#include <string>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/core/patience.h>

#include <tocsin/base/descriptor.h>

#include "device.h"

namespace tocsin::qnx {
namespace {

// What a write to the device attaches, and the number that it got.
struct Further {
    Device* device = nullptr;
    std::string path;
    std::atomic<int> id{0};
} further;

int attach_further(::resmgr_context_t* ctp, ::io_write_t* msg, ::iofunc_ocb_t*) {
    Device& device = *further.device;
    further.id = resmgr_attach(device.dispatch, nullptr, further.path.c_str(), _FTYPE_ANY, 0,
                               &device.connect, &device.io, &device.attr);
    _IO_SET_WRITE_NBYTES(ctp, msg->i.nbytes);
    return _RESMGR_NPARTS(0);
}

// The child that started the janitor of the second path had a copy of the file, and could not end
// before the only thread of the manager, which waited for the child, was told that the copy was
// closed.
TEST(MountRootAttach, the_only_thread_attaches_a_path_while_another_one_has_a_file_of_the_first) {
    Device device;
    device.io.write = &attach_further;
    further.device = &device;
    further.path = device.directory / "further";
    further.id = 0;
    device.serve();
    const base::Descriptor file = device.open(O_RDWR);
    std::thread client{[&] { EXPECT_EQ(::write(file.number(), "x", 1), 1); }};
    EXPECT_TRUE(core::comes_true([] { return further.id != 0; }));
    if (further.id == 0) {
        ::umount2(device.path.c_str(), MNT_FORCE | MNT_DETACH);  // nothing else ends that
    }
    client.join();
    EXPECT_GT(further.id, 0);
}

}  // namespace
}  // namespace tocsin::qnx
