// Shows a manager where calls meet: threads, duplicates, what was refused, and what was taken back.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <devctl.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <tests/core/patience.h>
#include <tests/resource/client_calls.h>

#include "device.h"
#include "server.h"

namespace tocsin::qnx {
namespace {

using resource::patience_ms;
using resource::read_from;

class MountManagerEdges : public testing::Test {
protected:
    Device device;
};

TEST_F(MountManagerEdges, threads_sleep_again_after_they_were_unblocked) {
    constexpr int count = 8;
    dispatch_t* const dispatch = dispatch_create();
    std::atomic<bool> over{false};
    std::atomic<int> returned{0};
    std::array<std::atomic<int>, count> threads = {};
    std::vector<std::thread> running;
    for (std::atomic<int>& thread : threads) {
        running.emplace_back([&] {
            thread = ::gettid();
            dispatch_context_t* const context = dispatch_context_alloc(dispatch);
            while (!over) {
                if (dispatch_block(context) == nullptr) {
                    ++returned;
                }
            }
            dispatch_context_free(context);
        });
    }
    const auto all_asleep = [&] {
        return std::ranges::all_of(threads, [](int thread) { return is_asleep(thread); });
    };
    dispatch_context_t* const any = dispatch_context_alloc(dispatch);
    EXPECT_TRUE(until(all_asleep));
    dispatch_unblock(any);
    EXPECT_TRUE(until([&] { return returned == count; }));
    EXPECT_TRUE(until(all_asleep));
    over = true;
    dispatch_unblock(any);
    for (std::thread& thread : running) {
        thread.join();
    }
    EXPECT_EQ(returned, 2 * count);
    dispatch_context_free(any);
    EXPECT_EQ(dispatch_destroy(dispatch), 0);
}

TEST_F(MountManagerEdges, what_was_received_and_not_handled_holds_nothing_up) {
    dispatch_t* const dispatch = dispatch_create();
    const int id = resmgr_attach(dispatch, nullptr, device.path.c_str(), _FTYPE_ANY, 0,
                                 &device.connect, &device.io, &device.attr);
    ASSERT_GE(id, 0);
    dispatch_context_t* const context = dispatch_context_alloc(dispatch);
    std::thread client{[&] { EXPECT_EQ(::open(device.path.c_str(), O_RDONLY), -1); }};
    EXPECT_NE(dispatch_block(context), nullptr);
    EXPECT_EQ(resmgr_detach(dispatch, id, 0), 0);
    client.join();
    EXPECT_EQ(dispatch_handler(context), 0);
    dispatch_context_free(context);
    EXPECT_EQ(dispatch_destroy(dispatch), 0);
}

TEST_F(MountManagerEdges, an_offset_is_its_calls_own_whatever_other_threads_read) {
    ::iofunc_attr_init(&device.attr, S_IFREG | 0666, nullptr, nullptr);
    device.attr.nbytes = 4096;
    device.io.read = [](resmgr_context_t* ctp, io_read_t*, iofunc_ocb_t* ocb) {
        static thread_local char byte;
        byte = static_cast<char>(ocb->offset++);
        _IO_SET_READ_NBYTES(ctp, 1);
        return _RESMGR_PTR(ctp, &byte, 1);
    };
    device.serve(4);
    const base::Descriptor file = device.open(O_RDONLY);
    std::atomic<int> wrong{0};
    const auto read_at = [&](char place) {
        for (int round = 0; round < 2000; ++round) {
            char byte = -1;
            if (::pread(file.number(), &byte, 1, place) != 1 || byte != place) {
                ++wrong;
            }
        }
    };
    std::thread other{[&] { read_at(100); }};
    read_at(10);
    other.join();
    EXPECT_EQ(wrong, 0);
}

TEST_F(MountManagerEdges, a_seek_that_is_refused_is_the_reads_error) {
    ::iofunc_attr_init(&device.attr, S_IFREG | 0666, nullptr, nullptr);
    device.attr.nbytes = 4096;
    device.io.lseek = [](resmgr_context_t*, io_lseek_t*, iofunc_ocb_t*) { return ENXIO; };
    device.serve();
    const base::Descriptor file = device.open(O_RDWR);
    char byte = 0;
    EXPECT_EQ(::pread(file.number(), &byte, 1, 7), -1);
    EXPECT_EQ(errno, ENXIO);
    EXPECT_EQ(::pwrite(file.number(), &byte, 1, 7), -1);
    EXPECT_EQ(errno, ENXIO);
}

::iofunc_notify_t notify[3];
std::atomic<int> item_count{0};

TEST_F(MountManagerEdges, closing_a_duplicate_takes_nothing_from_those_who_wait) {
    IOFUNC_NOTIFY_INIT(notify);
    item_count = 0;
    device.io.notify = [](resmgr_context_t* ctp, io_notify_t* msg, iofunc_ocb_t*) {
        const unsigned met = item_count > 0 ? unsigned{_NOTIFY_COND_INPUT} : 0U;
        return iofunc_notify(ctp, msg, notify, static_cast<int>(met), nullptr, nullptr);
    };
    device.io.close_dup = [](resmgr_context_t* ctp, io_close_t* msg, iofunc_ocb_t* ocb) {
        iofunc_notify_remove(ctp, notify);
        return iofunc_close_dup_default(ctp, msg, ocb);
    };
    device.io.write = [](resmgr_context_t* ctp, io_write_t* msg, iofunc_ocb_t*) {
        ++item_count;
        iofunc_notify_trigger(notify, item_count, IOFUNC_NOTIFY_INPUT);
        _IO_SET_WRITE_NBYTES(ctp, msg->i.nbytes);
        return EOK;
    };
    device.serve();
    const base::Descriptor reader = device.open(O_RDWR);
    const base::Descriptor writer = device.open(O_RDWR);
    const base::Descriptor set{::epoll_create1(EPOLL_CLOEXEC)};
    ::epoll_event event = {.events = EPOLLIN, .data = {}};
    ASSERT_EQ(::epoll_ctl(set.number(), EPOLL_CTL_ADD, reader.number(), &event), 0);
    EXPECT_EQ(::epoll_wait(set.number(), &event, 1, 0), 0);
    ::close(::dup(reader.number()));
    std::thread waiter{[&] {
        ::epoll_event got = {};
        EXPECT_EQ(::epoll_wait(set.number(), &got, 1, patience_ms), 1);
    }};
    EXPECT_EQ(::write(writer.number(), "x", 1), 1);
    waiter.join();
}

TEST_F(MountManagerEdges, a_file_whose_ocb_was_taken_away_is_ebadf) {
    device.io.devctl = [](resmgr_context_t* ctp, io_devctl_t*, iofunc_ocb_t* ocb) {
        EXPECT_EQ(resmgr_unbind(ctp), 0);
        iofunc_ocb_detach(ctp, ocb);
        iofunc_ocb_free(ocb);
        return EOK;
    };
    device.serve();
    {
        const base::Descriptor file = device.open(O_RDWR);
        EXPECT_EQ(devctl(file.number(), __DION(_DCMD_MISC, 1), nullptr, 0, nullptr), EOK);
        EXPECT_EQ(read_from(file), "errno " + std::to_string(EBADF));
        EXPECT_EQ(devctl(file.number(), __DION(_DCMD_MISC, 1), nullptr, 0, nullptr), EBADF);
    }
    EXPECT_EQ(read_from(device.open(O_RDONLY)), "");
}

TEST_F(MountManagerEdges, an_open_that_is_refused_after_all_leaves_no_ocb) {
    device.connect.open = [](resmgr_context_t* ctp, io_open_t* msg, RESMGR_HANDLE_T* handle,
                             void* extra) {
        const int error = iofunc_open_default(ctp, msg, handle, extra);
        return error != EOK || (msg->connect.ioflag & _IO_FLAG_WR) == 0 ? error : EBUSY;
    };
    device.serve();
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(::open(device.path.c_str(), O_RDWR), -1);
        EXPECT_EQ(errno, EBUSY);
    }
    EXPECT_TRUE(until([&] { return device.attribute().count == 0; }));
    EXPECT_EQ(device.attribute().wcount, 0);
}

TEST_F(MountManagerEdges, access_is_asked_again_after_a_manager_knew_no_open) {
    device.connect.open = [](resmgr_context_t*, io_open_t*, RESMGR_HANDLE_T*, void*) {
        return ENOSYS;
    };
    device.serve();
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(::access(device.path.c_str(), W_OK), -1);
        EXPECT_EQ(errno, EOPNOTSUPP);
    }
}

TEST_F(MountManagerEdges, a_command_without_data_says_that_there_are_none) {
    device.io.devctl = [](resmgr_context_t*, io_devctl_t* msg, iofunc_ocb_t*) {
        return msg->i.nbytes == 0 ? EDOM : ERANGE;
    };
    device.serve();
    const base::Descriptor file = device.open(O_RDWR);
    EXPECT_EQ(::ioctl(file.number(), _IOC(_IOC_NONE, 5, 9, 1000)), -1);
    EXPECT_EQ(errno, EDOM);
}

// Where the handlers below find the functions of what they are called for.
std::atomic<const resmgr_io_funcs_t*> functions_before{nullptr};
std::atomic<const resmgr_io_funcs_t*> functions_in_read{nullptr};
::resmgr_io_funcs_t functions_of_writers;

TEST_F(MountManagerEdges, a_handler_is_told_the_functions_of_the_open_file) {
    device.connect.open = [](resmgr_context_t* ctp, io_open_t* msg, RESMGR_HANDLE_T* handle,
                             void*) {
        functions_before = resmgr_iofuncs(ctp, msg);
        const bool writes = (msg->connect.ioflag & _IO_FLAG_WR) != 0;
        return iofunc_ocb_attach(ctp, msg, nullptr, handle,
                                 writes ? &functions_of_writers : nullptr);
    };
    device.io.read = [](resmgr_context_t* ctp, io_read_t* msg, iofunc_ocb_t*) {
        functions_in_read = resmgr_iofuncs(ctp, msg);
        return EOK;
    };
    functions_of_writers = device.io;
    functions_before = &device.io;
    device.serve();
    EXPECT_EQ(read_from(device.open(O_RDONLY)), "");
    EXPECT_EQ(functions_before.load(), nullptr);
    EXPECT_EQ(functions_in_read.load(), &device.io);
    EXPECT_EQ(read_from(device.open(O_RDWR)), "");
    EXPECT_EQ(functions_in_read.load(), &functions_of_writers);
}

// A manager may let somebody wait for the door, and open it when the next one comes.
resmgr_context_t parked_context;
io_open_t parked_message;
std::atomic<int> parked{0};

TEST_F(MountManagerEdges, an_open_that_was_parked_is_granted_from_another_handler) {
    parked = 0;
    device.connect.open = [](resmgr_context_t* ctp, io_open_t* msg, RESMGR_HANDLE_T* handle,
                             void* extra) -> int {
        if (parked == 0) {
            parked_context = *ctp;
            parked_message = *msg;
            parked = ctp->rcvid;
            return _RESMGR_NOREPLY;
        }
        const int error =
            iofunc_ocb_attach(&parked_context, &parked_message, nullptr, handle, nullptr);
        MsgError(parked, error);
        return iofunc_open_default(ctp, msg, handle, extra);
    };
    device.serve(2);
    base::Descriptor first;
    std::thread waiting{[&] { first = device.open(O_RDONLY); }};
    EXPECT_TRUE(until([] { return parked != 0; }));
    base::Descriptor second = device.open(O_RDONLY);
    waiting.join();
    EXPECT_EQ(read_from(first), "");
    EXPECT_EQ(read_from(second), "");
    EXPECT_EQ(device.attribute().count, 2);
    first.reset();
    second.reset();
    EXPECT_TRUE(until([&] { return device.attribute().count == 0; }));
}

// Each file has an attribute of its own, which goes with it.
TEST_F(MountManagerEdges, an_attribute_may_go_with_the_last_file_that_has_it) {
    static std::atomic<int> alive{0};
    alive = 0;
    device.connect.open = [](resmgr_context_t* ctp, io_open_t* msg, RESMGR_HANDLE_T*, void*) {
        auto* const own = static_cast<iofunc_attr_t*>(std::calloc(1, sizeof(iofunc_attr_t)));
        iofunc_attr_init(own, S_IFCHR | 0666, nullptr, nullptr);
        ++alive;
        return iofunc_ocb_attach(ctp, msg, nullptr, own, nullptr);
    };
    device.io.close_ocb = [](resmgr_context_t* ctp, void*, iofunc_ocb_t* ocb) {
        iofunc_attr_t* const own = ocb->attr;
        iofunc_close_ocb(ctp, ocb, own);
        std::memset(static_cast<void*>(own), 0xff, sizeof *own);
        std::free(own);
        --alive;
        return EOK;
    };
    device.serve(2);
    for (int round = 0; round < 20; ++round) {
        EXPECT_EQ(read_from(device.open(O_RDONLY)), "");
    }
    EXPECT_TRUE(until([] { return alive == 0; }));
}

}  // namespace
}  // namespace tocsin::qnx
