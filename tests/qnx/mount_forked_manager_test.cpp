// Shows devctl() and messages to a manager through a descriptor, and what is refused there.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <array>
#include <atomic>
#include <cstring>
#include <devctl.h>
#include <fcntl.h>
#include <sys/dcmd_all.h>
#include <sys/ioctl.h>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/link/native_call.h>

#include "forked_device.h"

namespace tocsin::qnx {
namespace {

struct Setting {
    std::uint32_t number;
    char name[12];
};
constexpr int dcmd_get = __DIOF(_DCMD_MISC, 1, Setting);
constexpr int dcmd_set = __DIOT(_DCMD_MISC, 2, Setting);
constexpr int dcmd_exchange = __DIOTF(_DCMD_MISC, 3, Setting);
constexpr int dcmd_invert = __DIOTF(_DCMD_MISC, 4, char);

Setting kept = {.number = 7, .name = "seven"};

int io_devctl(::resmgr_context_t* ctp, ::io_devctl_t* msg, ::iofunc_ocb_t* ocb) {
    if (const int status = iofunc_devctl_default(ctp, msg, ocb); status != _RESMGR_DEFAULT) {
        return status;
    }
    auto* const data = static_cast<char*>(_DEVCTL_DATA(msg->i));
    Setting told = {};
    std::size_t size = msg->i.nbytes;
    switch (msg->i.dcmd) {
    case dcmd_get:
        std::memcpy(data, &kept, sizeof kept);
        break;
    case dcmd_set:
        std::memcpy(&kept, data, sizeof kept);
        size = 0;
        break;
    case dcmd_exchange:
        std::memcpy(&told, data, sizeof told);
        std::memcpy(data, &kept, sizeof kept);
        kept = told;
        break;
    case dcmd_invert: {
        // Larger than the buffer: read and answered in its own memory.
        std::vector<char> bytes(size);
        if (resmgr_msgget(ctp, bytes.data(), size, sizeof msg->i) != static_cast<ssize_t>(size)) {
            return EFAULT;
        }
        for (char& byte : bytes) {
            byte = static_cast<char>(~byte);
        }
        ::io_devctl_t header = {};
        header.o.ret_val = 5;
        header.o.nbytes = static_cast<std::uint32_t>(size);
        const std::array<iov_t, 2> parts = {
            {{&header.o, sizeof header.o}, {bytes.data(), bytes.size()}}};
        MsgReplyv(ctp->rcvid, EOK, parts.data(), parts.size());
        return _RESMGR_NOREPLY;
    }
    default:
        return ENOSYS;
    }
    msg->o = {};
    msg->o.ret_val = 3;
    msg->o.nbytes = static_cast<std::uint32_t>(size);
    return _RESMGR_PTR(ctp, &msg->o, sizeof msg->o + size);
}

int io_message(::resmgr_context_t* ctp, ::io_msg_t* msg, ::iofunc_ocb_t*) {
    if (msg->i.subtype == 1) {
        return EDOM;
    }
    if (msg->i.subtype == 2) {
        return _RESMGR_NOREPLY;
    }
    _RESMGR_STATUS(ctp, ctp->info.coid);
    return _RESMGR_PTR(ctp, msg, sizeof *msg);
}

constexpr int own_type = _IO_MAX + 1000;

int answer_own(message_context_t* ctp, int, unsigned, void*) {
    char text[16] = {};
    const ssize_t size = MsgRead(ctp->rcvid, text, sizeof text, sizeof(std::uint16_t));
    return MsgReply(ctp->rcvid, 3, text, static_cast<std::size_t>(size));
}

std::array<::iofunc_notify_t, 3> armed;

int io_notify(::resmgr_context_t* ctp, ::io_notify_t* msg, ::iofunc_ocb_t*) {
    return iofunc_notify(ctp, msg, armed.data(), 0, nullptr, nullptr);
}

int io_close_dup(::resmgr_context_t* ctp, ::io_close_t* msg, ::iofunc_ocb_t* ocb) {
    iofunc_notify_remove(ctp, armed.data());
    return iofunc_close_dup_default(ctp, msg, ocb);
}

std::atomic<int> ends{0};

int note_end(message_context_t*, int, unsigned, void*) {
    ++ends;
    return 0;
}

int io_count_ends(::resmgr_context_t* ctp, ::io_read_t*, ::iofunc_ocb_t*) {
    _RESMGR_STATUS(ctp, 0);
    return ends > 0 ? EOK : EBUSY;
}

void prepare(Device& device) {
    device.io.devctl = io_devctl;
    device.io.msg = io_message;
    device.io.notify = io_notify;
    device.io.close_dup = io_close_dup;
    device.io.read = io_count_ends;
    IOFUNC_NOTIFY_INIT(armed.data());
}

void attach(Device& device, Process& /*self*/) {
    message_attach(device.dispatch, nullptr, own_type, own_type, answer_own, nullptr);
    pulse_attach(device.dispatch, 0, _PULSE_CODE_DISCONNECT, note_end, nullptr);
}

class MountForkedManager : public ForkedDevice {
protected:
    MountForkedManager() : ForkedDevice{prepare, attach} {}
};

TEST_F(MountForkedManager, a_device_command_carries_data_to_the_device_and_back) {
    Setting setting = {};
    int info = 0;
    EXPECT_EQ(devctl(fd, dcmd_get, &setting, sizeof setting, &info), EOK);
    EXPECT_EQ(setting.number, 7U);
    EXPECT_STREQ(setting.name, "seven");
    EXPECT_EQ(info, 3);
    setting = {.number = 8, .name = "eight"};
    EXPECT_EQ(devctl(fd, dcmd_set, &setting, sizeof setting, nullptr), EOK);
    setting = {.number = 9, .name = "nine"};
    EXPECT_EQ(devctl(fd, dcmd_exchange, &setting, sizeof setting, &info), EOK);
    EXPECT_STREQ(setting.name, "eight");
    int flags = 0;
    EXPECT_EQ(posix_devctl(fd, DCMD_ALL_GETFLAGS, &flags, sizeof flags, nullptr), EOK);
    EXPECT_EQ(flags & O_ACCMODE, O_RDWR);
    ::pid_t owner = -1;
    EXPECT_EQ(posix_devctl(fd, DCMD_ALL_GETOWN, &owner, sizeof owner, nullptr), EOK);
    EXPECT_EQ(owner, 0);
}

TEST_F(MountForkedManager, a_command_that_is_unknown_is_enotty_and_errno_stays) {
    errno = EDOM;
    EXPECT_EQ(devctl(fd, __DION(_DCMD_MISC, 99), nullptr, 0, nullptr), ENOTTY);
    EXPECT_EQ(errno, EDOM);
    const base::Descriptor null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    EXPECT_EQ(devctl(null.number(), dcmd_get, nullptr, 0, nullptr), ENOTTY);
    EXPECT_EQ(devctl(-1, dcmd_get, nullptr, 0, nullptr), EBADF);
}

TEST_F(MountForkedManager, more_than_an_ioctl_carries_goes_as_well) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{16'000}, std::size_t{16'384},
                                   std::size_t{100'000}, std::size_t{1} << 20U}) {
        std::vector<char> data(size, 'a');
        int info = 0;
        ASSERT_EQ(devctl(fd, dcmd_invert, data.data(), size, &info), EOK) << size;
        EXPECT_EQ(info, 5);
        EXPECT_EQ(data, std::vector<char>(size, static_cast<char>(~'a'))) << size;
    }
}

TEST_F(MountForkedManager, a_command_may_lie_in_pieces) {
    std::vector<char> data(1000, 'a');
    const std::array<iov_t, 2> sent = {{{data.data(), 400}, {data.data() + 400, 600}}};
    std::vector<char> taken(1000);
    const std::array<iov_t, 2> room = {{{taken.data(), 1}, {taken.data() + 1, 999}}};
    EXPECT_EQ(devctlv(fd, dcmd_invert, 2, 2, sent.data(), room.data(), nullptr), EOK);
    EXPECT_EQ(taken, std::vector<char>(1000, static_cast<char>(~'a')));
}

TEST_F(MountForkedManager, a_message_reaches_the_function_of_its_kind) {
    ::io_msg_t message = {};
    message.i.type = _IO_MSG;
    message.i.combine_len = sizeof message;
    message.i.mgrid = 77;
    ::io_msg_t reply = {};
    EXPECT_EQ(MsgSend(fd, &message, sizeof message, &reply, sizeof reply), fd);
    EXPECT_EQ(reply.i.mgrid, 77);
    message.i.subtype = 1;
    EXPECT_EQ(MsgSend(fd, &message, sizeof message, &reply, sizeof reply), -1);
    EXPECT_EQ(errno, EDOM);
    ::io_lseek_t seek = {};
    seek.i.type = _IO_LSEEK;
    seek.i.whence = 77;
    EXPECT_EQ(MsgSend_r(fd, &seek, sizeof seek, &seek, sizeof seek), -EINVAL);
}

TEST_F(MountForkedManager, what_is_too_short_or_of_no_kind_is_refused) {
    std::uint16_t type = _IO_READ;
    EXPECT_EQ(MsgSend_r(fd, &type, sizeof type, nullptr, 0), -EBADMSG);
    EXPECT_EQ(MsgSend_r(fd, &type, 1, nullptr, 0), -EBADMSG);
    EXPECT_EQ(MsgSend_r(fd, nullptr, 0, nullptr, 0), -EBADMSG);
    type = _IO_MAX + 1;
    EXPECT_EQ(MsgSend_r(fd, &type, sizeof type, nullptr, 0), -ENOSYS);
    const base::Descriptor null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    EXPECT_EQ(MsgSend_r(null.number(), &type, sizeof type, nullptr, 0), -ENOSYS);
    EXPECT_EQ(MsgSend_r(-1, &type, sizeof type, nullptr, 0), -EBADF);
}

TEST_F(MountForkedManager, a_message_of_the_programs_own_goes_to_its_function) {
    struct {
        std::uint16_t type = own_type;
        char text[6] = "hello";
    } message;
    char answer[16] = {};
    EXPECT_EQ(MsgSend(fd, &message, sizeof message, answer, sizeof answer), 3);
    EXPECT_STREQ(answer, "hello");
    message.type = own_type + 1;
    EXPECT_EQ(MsgSend_r(fd, &message, sizeof message, answer, sizeof answer), -ENOSYS);
}

TEST_F(MountForkedManager, what_no_call_of_linux_asks_for_is_asked_for_by_message) {
    ::io_pathconf_t limit = {};
    limit.i.type = _IO_PATHCONF;
    limit.i.name = _PC_NAME_MAX;
    EXPECT_EQ(MsgSend(fd, &limit, sizeof limit, nullptr, 0), 255);
    limit.i.name = 1000;
    EXPECT_EQ(MsgSend_r(fd, &limit, sizeof limit, nullptr, 0), -EINVAL);
    ::io_stat_t status = {};
    status.i.type = _IO_STAT;
    EXPECT_EQ(MsgSend(fd, &status, sizeof status.i, &status, sizeof status), 0);
    EXPECT_TRUE(S_ISCHR(status.o.st_mode)) << "a device, as its manager has it";
    ::io_openfd_t opened = {};
    opened.i.type = _IO_OPENFD;
    opened.i.ioflag = _IO_FLAG_RD;
    EXPECT_EQ(MsgSend(fd, &opened, sizeof opened, nullptr, 0), 0);
    struct {
        ::io_fdinfo_t info = {};
        char path[PATH_MAX] = {};
    } about;
    about.info.i.type = _IO_FDINFO;
    EXPECT_EQ(MsgSend(fd, &about, sizeof about.info.i, &about, sizeof about),
              static_cast<long>(device.path.size()) + 1);
    EXPECT_EQ(about.path, device.path);
    EXPECT_EQ(about.info.o.info.ioflag & _IO_FLAG_MASK, unsigned{_IO_FLAG_RD | _IO_FLAG_WR});
    ::io_lock_t lock = {};
    lock.i.type = _IO_LOCK;
    EXPECT_EQ(MsgSend_r(fd, &lock, sizeof lock, nullptr, 0), -ENOSYS);
}

TEST_F(MountForkedManager, several_messages_may_come_as_one) {
    struct {
        ::io_lseek_t seek = {};
        ::io_pathconf_t limit = {};
    } both;
    both.seek.i.type = _IO_LSEEK;
    both.seek.i.combine_len = sizeof both.seek | _IO_COMBINE_FLAG;
    both.seek.i.offset = 77;
    both.limit.i.type = _IO_PATHCONF;
    both.limit.i.combine_len = sizeof both.limit;
    both.limit.i.name = _PC_NAME_MAX;
    EXPECT_EQ(MsgSend(fd, &both, sizeof both, nullptr, 0), 255);
    ::io_fdinfo_t info = {};
    info.i.type = _IO_FDINFO;
    EXPECT_GT(MsgSend(fd, &info, sizeof info.i, &info, sizeof info), 0);
    EXPECT_EQ(info.o.info.offset, 77) << "the first one, too, has been handled";
    both.seek.i.whence = 99;
    EXPECT_EQ(MsgSend_r(fd, &both, sizeof both, nullptr, 0), -EINVAL) << "its error is all";
    for (const unsigned wrong : {0U, 1U, unsigned{sizeof both} + 1, 0x7fffU}) {
        both.seek.i.combine_len = static_cast<std::uint16_t>(wrong | _IO_COMBINE_FLAG);
        EXPECT_EQ(MsgSend_r(fd, &both, sizeof both, nullptr, 0), -EBADMSG) << wrong;
    }
    both.seek.i.whence = SEEK_SET;
    both.seek.i.combine_len = sizeof both | _IO_COMBINE_FLAG;
    EXPECT_EQ(MsgSend_r(fd, &both, sizeof both, nullptr, 0), -EBADMSG) << "there is no last one";
}

TEST_F(MountForkedManager, a_message_takes_no_longer_than_its_sender_allows) {
    ::io_msg_t message = {};
    message.i.type = _IO_MSG;
    const auto send = [&](std::uint16_t subtype) {
        message.i.subtype = subtype;
        return MsgSend_r(fd, &message, sizeof message, nullptr, 0);
    };
    for (std::uint64_t limit = 0; limit < 2'000'000; limit += 20'000) {
        TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_SEND | _NTO_TIMEOUT_REPLY, nullptr, &limit,
                     nullptr);
        EXPECT_EQ(send(2), -ETIMEDOUT);
        // The next one lies in the same memory.
        EXPECT_GE(send(0), 0);
    }
    const std::uint64_t long_time = 30'000'000'000;
    TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_REPLY, nullptr, &long_time, nullptr);
    EXPECT_GE(send(0), 0);
}

TEST_F(MountForkedManager, a_ticket_that_is_nobodys_is_refused) {
    NativeNotify notify{.ticket = 0x1234'5678'9abcU, .coid = fd, .action = 3, .flags = 0x1000'0000};
    EXPECT_EQ(::ioctl(fd, native_notify, &notify), 0);
    EXPECT_EQ(notify.error, ESTALE);
    NativeSend send{.ticket = 0x1234'5678'9abcU, .coid = fd, .area = 0, .size = 1, .room = 1};
    EXPECT_EQ(::ioctl(fd, native_send, &send), 0);
    EXPECT_EQ(send.error, ESTALE);
    NativeClose closing{.ticket = 0x1234'5678'9abcU, .coid = fd};
    EXPECT_EQ(::ioctl(fd, native_close, &closing), 0);
}

TEST_F(MountForkedManager, sizes_that_lie_are_refused) {
    NativeDevctl command{.dcmd = dcmd_get, .size = 1};
    EXPECT_EQ(::ioctl(fd, native_devctl(sizeof command), &command), -1);
    EXPECT_EQ(errno, EINVAL);
    command.size = ~0U;
    EXPECT_EQ(::ioctl(fd, native_devctl(sizeof command), &command), -1);
    EXPECT_EQ(::ioctl(fd, native_devctl(4), &command), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(::ioctl(fd, _IOWR(native_type, 4, int), &command), -1);
    EXPECT_EQ(errno, ENOTTY);
}

TEST_F(MountForkedManager, what_a_dead_client_armed_goes_also_when_the_program_is_told_of_its_end) {
    const auto arm = [this] {
        const Server server;
        struct ::sigevent event = {};
        SIGEV_PULSE_INT_INIT(&event, server.coid, 10, 1, 0);
        return ionotify(fd, _NOTIFY_ACTION_TRANARM, _NOTIFY_COND_INPUT, &event) < 0 ? errno : 0;
    };
    {
        Process client{[&](Process& self) {
            self.from.say(arm());
            ::pause();
            return 0;
        }};
        ASSERT_EQ(client.from.hear(), 0);
        EXPECT_EQ(Process{[&](Process&) { return arm(); }}.wait(), EBUSY);
    }
    EXPECT_TRUE(until([&] { return Process{[&](Process&) { return arm(); }}.wait() == 0; }));
    char none = 0;
    EXPECT_TRUE(until([&] { return ::read(fd, &none, 1) == 0; })) << "its function has been called";
}

}  // namespace
}  // namespace tocsin::qnx
