// Shows what the clients of a manager's device see of each of its answers, over a real mount.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <devctl.h>
#include <fcntl.h>
#include <mutex>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tests/core/forked.h>
#include <tests/core/patience.h>
#include <tests/qnx/device.h>
#include <tests/resource/client_calls.h>

namespace tocsin::qnx {
namespace {

using resource::read_from;
using resource::read_until_signal;

// What the handlers below note; they are plain functions, as a manager's are.
struct Notes {
    std::atomic<int> parked{0};  // the rcvid of a read without an answer
    std::atomic<int> unblocks{0};
    std::atomic<int> closes{0};
    std::atomic<int> flags{0};
    std::atomic<int> closed_duplicates{0};
};
Notes notes;

int park_read(resmgr_context_t* ctp, io_read_t*, iofunc_ocb_t*) {
    notes.parked = ctp->rcvid;
    return _RESMGR_NOREPLY;
}

int note_close(resmgr_context_t* ctp, void* reserved, iofunc_ocb_t* ocb) {
    ++notes.closes;
    return iofunc_close_ocb_default(ctp, reserved, ocb);
}

int note_close_dup(resmgr_context_t* ctp, io_close_t* msg, iofunc_ocb_t* ocb) {
    ++notes.closed_duplicates;
    return iofunc_close_dup_default(ctp, msg, ocb);
}

// Says what flags the open file has.
int read_flags(resmgr_context_t* ctp, io_read_t* msg, iofunc_ocb_t* ocb) {
    int nonblock = 0;
    if (const int error = iofunc_read_verify(ctp, msg, ocb, &nonblock)) {
        return error;
    }
    static const char answers[] = "bn";
    _IO_SET_READ_NBYTES(ctp, 1);
    return _RESMGR_PTR(ctp, &answers[nonblock], 1);
}

class MountManager : public testing::Test {
protected:
    void SetUp() override {
        notes.parked = notes.unblocks = notes.closes = notes.flags = 0;
        notes.closed_duplicates = 0;
    }
    static bool is_parked() {
        return core::comes_true([] { return notes.parked != 0; });
    }

    Device device;
};

TEST_F(MountManager, with_defaults_alone_it_is_like_dev_null) {
    device.serve();
    const base::Descriptor file = device.open(O_RDWR);
    EXPECT_EQ(read_from(file), "");
    EXPECT_EQ(::write(file.number(), "abc", 3), 3);
    ::pollfd entry = {.fd = file.number(), .events = POLLIN | POLLOUT, .revents = 0};
    EXPECT_EQ(::poll(&entry, 1, 0), 1) << "no io_notify: always ready";
    EXPECT_EQ(entry.revents, POLLIN | POLLOUT);
}

TEST_F(MountManager, a_parked_read_is_answered_later_from_any_thread) {
    device.io.read = &park_read;
    device.serve();
    const base::Descriptor file = device.open(O_RDONLY);
    std::thread answerer{[] {
        ASSERT_TRUE(is_parked());
        ::io_read_t asked = {};
        EXPECT_EQ(MsgRead(notes.parked, &asked, sizeof asked, 0),
                  static_cast<ssize_t>(sizeof asked));
        EXPECT_EQ(asked.i.type, _IO_READ);
        EXPECT_EQ(asked.i.nbytes, 64U);
        EXPECT_EQ(MsgWrite(notes.parked, "-----world", 10, 0), 10);
        EXPECT_EQ(MsgReply(notes.parked, 10, "hello", 5), 0);
        EXPECT_EQ(MsgReply(notes.parked, 5, "again", 5), -1);
        EXPECT_EQ(errno, ESRCH);
    }};
    EXPECT_EQ(read_from(file), "helloworld");
    answerer.join();
}

TEST_F(MountManager, a_reply_longer_than_its_status_or_than_the_client_takes_is_cut) {
    device.io.read = [](resmgr_context_t* ctp, io_read_t*, iofunc_ocb_t*) {
        static const std::string text(1000, 'x');
        _IO_SET_READ_NBYTES(ctp, 7);
        return _RESMGR_PTR(ctp, text.data(), text.size());
    };
    device.serve();
    const base::Descriptor file = device.open(O_RDONLY);
    EXPECT_EQ(read_from(file), "xxxxxxx");
    char byte = 0;
    EXPECT_EQ(::read(file.number(), &byte, 1), 1);
}

TEST_F(MountManager, an_error_of_a_handler_is_the_clients_errno) {
    device.io.read = [](resmgr_context_t*, io_read_t*, iofunc_ocb_t*) { return ENXIO; };
    device.io.write = [](resmgr_context_t*, io_write_t*, iofunc_ocb_t*) {
        return int{_RESMGR_DEFAULT};
    };
    device.serve();
    const base::Descriptor file = device.open(O_RDWR);
    EXPECT_EQ(read_from(file), "errno " + std::to_string(ENXIO));
    EXPECT_EQ(::write(file.number(), "x", 1), -1);
    EXPECT_EQ(errno, ENOSYS);
}

TEST_F(MountManager, a_signal_ends_a_parked_call_with_eintr_and_its_rcvid) {
    device.io.read = &park_read;
    device.serve();
    const base::Descriptor file = device.open(O_RDONLY);
    EXPECT_EQ(read_until_signal(file, &is_parked), "errno " + std::to_string(EINTR));
    EXPECT_EQ(MsgReply(notes.parked, 1, "x", 1), -1);
    EXPECT_EQ(errno, ESRCH);
}

TEST_F(MountManager, a_manager_that_is_told_of_a_signal_may_answer_instead) {
    device.io.read = &park_read;
    device.io.unblock = [](resmgr_context_t* ctp, io_pulse_t* pulse, iofunc_ocb_t*) {
        ++notes.unblocks;
        EXPECT_EQ(ctp->rcvid, notes.parked);
        EXPECT_EQ(pulse->code, _PULSE_CODE_UNBLOCK);
        EXPECT_EQ(pulse->value.sival_int, notes.parked);
        EXPECT_NE(ctp->info.flags & _NTO_MI_UNBLOCK_REQ, 0);
        MsgReply(ctp->rcvid, 4, "done", 4);
        return int{_RESMGR_NOREPLY};
    };
    device.serve();
    const base::Descriptor file = device.open(O_RDONLY);
    EXPECT_EQ(read_until_signal(file, &is_parked), "done");
    EXPECT_EQ(notes.unblocks, 1);
}

TEST_F(MountManager, a_client_that_is_killed_is_let_go) {
    device.io.read = &park_read;
    device.io.close_ocb = &note_close;
    device.serve();
    const ::pid_t client = core::start_child([this] {
        const base::Descriptor file = device.open(O_RDONLY);
        return read_from(file).empty();
    });
    ASSERT_TRUE(is_parked());
    ::kill(client, SIGKILL);
    EXPECT_EQ(core::status_of(client), -SIGKILL);
    EXPECT_TRUE(core::comes_true([] { return notes.closes == 1; }));
    EXPECT_EQ(MsgReply(notes.parked, 0, nullptr, 0), -1);
}

TEST_F(MountManager, every_duplicate_that_is_closed_is_told_and_the_last_one_ends_the_ocb) {
    device.io.close_dup = &note_close_dup;
    device.io.close_ocb = &note_close;
    device.serve();
    base::Descriptor file = device.open(O_RDONLY);
    EXPECT_EQ(device.attribute().count, 1U);
    base::Descriptor duplicate{::dup(file.number())};
    file.reset();
    EXPECT_EQ(notes.closed_duplicates, 1);
    EXPECT_EQ(notes.closes, 0);
    duplicate.reset();
    EXPECT_EQ(notes.closed_duplicates, 2);
    EXPECT_TRUE(core::comes_true([] { return notes.closes == 1; }));
    EXPECT_TRUE(core::comes_true([this] { return device.attribute().count == 0; }));
}

TEST_F(MountManager, a_devctl_takes_and_gives_data_through_ioctl) {
    constexpr int twice = __DIOTF(_DCMD_MISC, 9, int);
    device.io.devctl = [](resmgr_context_t* ctp, io_devctl_t* msg, iofunc_ocb_t* ocb) {
        const int status = iofunc_devctl_default(ctp, msg, ocb);
        if (status != _RESMGR_DEFAULT) {
            return status;
        }
        if (msg->i.dcmd != twice) {
            return ENOSYS;
        }
        int value = 0;
        std::memcpy(&value, _DEVCTL_DATA(msg->i), sizeof value);
        value *= 2;
        std::memcpy(_DEVCTL_DATA(msg->o), &value, sizeof value);
        msg->o = {};
        msg->o.ret_val = 3;
        msg->o.nbytes = sizeof value;
        return _RESMGR_PTR(ctp, &msg->o, sizeof msg->o + sizeof value);
    };
    device.serve();
    const base::Descriptor file = device.open(O_RDWR);
    int value = 21;
    EXPECT_EQ(::ioctl(file.number(), _IOWR(_DCMD_MISC, 9, int), &value), 3);
    EXPECT_EQ(value, 42);
    EXPECT_EQ(::ioctl(file.number(), _IOWR(_DCMD_MISC, 10, int), &value), -1);
    EXPECT_EQ(errno, ENOTTY);
}

TEST_F(MountManager, fcntl_reaches_the_ocb_before_the_next_call) {
    device.io.read = &read_flags;
    device.serve();
    const base::Descriptor file = device.open(O_RDONLY);
    EXPECT_EQ(read_from(file), "b");
    ::fcntl(file.number(), F_SETFL, O_NONBLOCK);
    EXPECT_EQ(read_from(file), "n");
    ::fcntl(file.number(), F_SETFL, 0);
    EXPECT_EQ(read_from(file), "b");
}

TEST_F(MountManager, a_file_keeps_the_offsets_that_the_kernel_says) {
    Device file_device{S_IFREG | 0666};
    file_device.attr.nbytes = 10;
    file_device.io.read = [](resmgr_context_t* ctp, io_read_t* msg, iofunc_ocb_t* ocb) {
        static const char text[] = "0123456789";
        const auto left = static_cast<std::size_t>(ocb->attr->nbytes - ocb->offset);
        const std::size_t size = std::min<std::size_t>(left, msg->i.nbytes);
        _IO_SET_READ_NBYTES(ctp, size);
        SETIOV(ctp->iov, text + ocb->offset, size);
        ocb->offset += static_cast<off_t>(size);
        return _RESMGR_NPARTS(1);
    };
    file_device.serve();
    const base::Descriptor file = file_device.open(O_RDONLY);
    std::array<char, 3> bytes{};
    EXPECT_EQ(::read(file.number(), bytes.data(), 3), 3);
    EXPECT_EQ((std::string{bytes.data(), 3}), "012");
    EXPECT_EQ(::pread(file.number(), bytes.data(), 3, 7), 3);
    EXPECT_EQ((std::string{bytes.data(), 3}), "789");
    EXPECT_EQ(read_from(file), "3456789");
    EXPECT_EQ(::lseek(file.number(), -2, SEEK_END), 8);
    EXPECT_EQ(read_from(file), "89");
    EXPECT_EQ(read_from(file), "");
}

TEST_F(MountManager, stat_tells_the_attribute_and_chmod_changes_it) {
    device.attr.nbytes = 5;
    device.serve();
    struct ::stat status = {};
    ASSERT_EQ(::stat(device.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, unsigned{S_IFREG | 0666});
    EXPECT_EQ(status.st_size, 5);
    EXPECT_EQ(status.st_uid, ::geteuid());
    ASSERT_EQ(::chmod(device.path.c_str(), 0600), 0);
    EXPECT_EQ(device.attribute().mode, unsigned{S_IFCHR | 0600});
    ASSERT_EQ(::stat(device.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, unsigned{S_IFREG | 0600});
    EXPECT_EQ(device.attribute().count, 0U) << "stat(2) leaves nothing open";
}

TEST_F(MountManager, a_big_write_is_there_whole_and_can_be_read_piece_by_piece) {
    device.io.write = [](resmgr_context_t* ctp, io_write_t* msg, iofunc_ocb_t*) {
        std::string data(msg->i.nbytes, '\0');
        const ssize_t got = resmgr_msgread(ctp, data.data(), data.size() - 5, sizeof msg->i + 5);
        EXPECT_EQ(got, static_cast<ssize_t>(data.size() - 5));
        EXPECT_EQ(data.substr(0, data.size() - 5), std::string(data.size() - 5, 'y'));
        EXPECT_EQ(resmgr_msgread(ctp, data.data(), 1, sizeof msg->i + data.size()), 0);
        _IO_SET_WRITE_NBYTES(ctp, msg->i.nbytes);
        return _RESMGR_NPARTS(0);
    };
    device.serve();
    const base::Descriptor file = device.open(O_WRONLY);
    const std::string data(100'000, 'y');
    EXPECT_EQ(::write(file.number(), data.data(), data.size()), 100'000);
}

TEST_F(MountManager, detaching_ends_what_is_parked_and_closes_what_is_open) {
    device.io.read = &park_read;
    device.io.close_ocb = &note_close;
    device.serve();
    const base::Descriptor file = device.open(O_RDONLY);
    std::string result;
    std::thread reader{[&] { result = read_from(file); }};
    ASSERT_TRUE(is_parked());
    EXPECT_EQ(resmgr_detach(device.dispatch, device.id, 0), 0);
    reader.join();
    EXPECT_THAT(result, testing::StartsWith("errno "));
    EXPECT_EQ(notes.closes, 1);
    EXPECT_EQ(MsgReply(notes.parked, 0, nullptr, 0), -1);
    EXPECT_EQ(resmgr_detach(device.dispatch, device.id, 0), -1);
    EXPECT_EQ(errno, EINVAL);
}

TEST_F(MountManager, a_handler_cannot_detach_what_it_runs_in) {
    static Device* served = nullptr;
    served = &device;
    device.io.read = [](resmgr_context_t*, io_read_t*, iofunc_ocb_t*) {
        return resmgr_detach(served->dispatch, served->id, 0) == -1 ? errno : EOK;
    };
    device.serve();
    EXPECT_EQ(read_from(device.open(O_RDONLY)), "errno " + std::to_string(EDEADLK));
}

TEST_F(MountManager, many_threads_serve_many_clients) {
    device.io.read = &read_flags;
    device.serve(4);
    std::vector<std::thread> clients;
    for (int number = 0; number < 8; ++number) {
        clients.emplace_back([this] {
            for (int round = 0; round < 100; ++round) {
                const base::Descriptor file = device.open(O_RDONLY);
                EXPECT_EQ(read_from(file), "b");
            }
        });
    }
    for (std::thread& client : clients) {
        client.join();
    }
    EXPECT_TRUE(core::comes_true([this] { return device.attribute().count == 0; }));
}

TEST_F(MountManager, what_cannot_be_attached_says_why) {
    device.serve();
    const auto attach = [this](const char* path, unsigned flags = 0) {
        return resmgr_attach(device.dispatch, nullptr, path, _FTYPE_ANY, flags, &device.connect,
                             &device.io, &device.attr) == -1
                   ? errno
                   : 0;
    };
    EXPECT_EQ(attach(device.path.c_str()), EBUSY);
    EXPECT_EQ(attach((device.directory / "no/such").c_str()), EACCES);
    EXPECT_EQ(attach(device.directory.path().c_str()), EINVAL);
}

TEST_F(MountManager, a_block_ends_at_its_time_and_says_so) {
    device.dispatch = dispatch_create();
    dispatch_context_t* const context = dispatch_context_alloc(device.dispatch);
    ::timespec soon = {.tv_sec = 0, .tv_nsec = 1};
    EXPECT_EQ(dispatch_timeout(device.dispatch, &soon), 0);
    EXPECT_EQ(dispatch_block(context), context);
    EXPECT_EQ(context->resmgr_context.rcvid, -1);
    EXPECT_EQ(dispatch_handler(context), 0);
    dispatch_context_free(context);
}

}  // namespace
}  // namespace tocsin::qnx
