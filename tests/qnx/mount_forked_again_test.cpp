// Shows pulses to a manager through a descriptor, and messages that it handles more than once.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <atomic>

#include <gtest/gtest.h>

#include "forked_device.h"

namespace tocsin::qnx {
namespace {

constexpr int waits_once = 3;
constexpr int asks_itself = 4;
constexpr int to_be_sent_again = 5;
std::atomic<int> waiting{0};
std::atomic<int> restarts{0};

// Answered when it is handled for the second time.
int once_more(::resmgr_context_t* ctp, ::io_msg_t* msg) {
    if (waiting.exchange(ctp->rcvid) == ctp->rcvid) {
        waiting = 0;
        _RESMGR_STATUS(ctp, msg->i.subtype * 11);
        return EOK;
    }
    if (msg->i.subtype == asks_itself) {
        EXPECT_EQ(resmgr_msg_again(ctp, ctp->rcvid), 0) << "when this has returned";
    }
    return _RESMGR_NOREPLY;
}

int handle_again(message_context_t* ctp, int, unsigned, void*) {
    while (waiting == 0) {
    }
    return resmgr_msg_again(reinterpret_cast<::resmgr_context_t*>(ctp), waiting);
}

int tell_value(message_context_t* ctp, int, unsigned, void* handle) {
    static_cast<Process*>(handle)->from.say(ctp->msg->pulse.value.sival_int);
    return 0;
}

int io_message(::resmgr_context_t* ctp, ::io_msg_t* msg, ::iofunc_ocb_t*) {
    if (msg->i.subtype == to_be_sent_again) {
        _RESMGR_STATUS(ctp, restarts);
        return ++restarts < 3 ? ERESTART : EOK;
    }
    return once_more(ctp, msg);
}

::io_msg_t message_of(int subtype) {
    ::io_msg_t message = {};
    message.i.type = _IO_MSG;
    message.i.combine_len = sizeof message;
    message.i.subtype = static_cast<std::uint16_t>(subtype);
    return message;
}

class MountForkedAgain : public ForkedDevice {
protected:
    MountForkedAgain()
        : ForkedDevice{[](Device& managed) { managed.io.msg = io_message; },
                       [](Device& managed, Process& self) {
                           pulse_attach(managed.dispatch, 0, 5, tell_value, &self);
                           pulse_attach(managed.dispatch, 0, 6, handle_again, nullptr);
                       }} {}
};

TEST_F(MountForkedAgain, a_message_is_handled_again_also_where_it_is_a_part) {
    const ::io_msg_t message = message_of(waits_once);
    EXPECT_EQ(MsgSendPulse(fd, 10, 6, 0), 0);
    EXPECT_EQ(MsgSend(fd, &message, sizeof message, nullptr, 0), 33);
    struct {
        ::io_lseek_t seek = {};
        ::io_msg_t message = {};
    } both;
    both.seek.i.type = _IO_LSEEK;
    both.seek.i.combine_len = sizeof both.seek | _IO_COMBINE_FLAG;
    both.message = message;
    EXPECT_EQ(MsgSendPulse(fd, 10, 6, 0), 0);
    EXPECT_EQ(MsgSend(fd, &both, sizeof both, nullptr, 0), 33);
}

TEST_F(MountForkedAgain, a_message_may_be_handled_again_before_its_handler_has_returned) {
    const ::io_msg_t message = message_of(asks_itself);
    EXPECT_EQ(MsgSend(fd, &message, sizeof message, nullptr, 0), 44);
}

TEST_F(MountForkedAgain, a_message_that_is_to_be_sent_again_is) {
    const ::io_msg_t message = message_of(to_be_sent_again);
    EXPECT_EQ(MsgSend(fd, &message, sizeof message, nullptr, 0), 2)
        << "the third has been answered";
}

TEST_F(MountForkedAgain, a_pulse_to_a_descriptor_reaches_its_manager) {
    EXPECT_EQ(MsgSendPulse(fd, 10, 5, 77), 0);
    EXPECT_EQ(manager.from.hear(), 77);
    EXPECT_EQ(MsgSendPulse(fd, 10, 5, 78), 0);
    EXPECT_EQ(manager.from.hear(), 78);
    EXPECT_EQ(MsgSendPulse_r(-1, 10, 5, 0), EBADF);
}

}  // namespace
}  // namespace tocsin::qnx
