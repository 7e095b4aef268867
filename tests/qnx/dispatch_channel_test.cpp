// Shows how a dispatch waits at a channel, its own or the program's, and what ends that.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <thread>

#include <gtest/gtest.h>

#include "blocked.h"
#include "server.h"

namespace tocsin::qnx {
namespace {

std::atomic<int> value{-1};

int note_pulse(message_context_t* ctp, int, unsigned, void*) {
    value = ctp->msg->pulse.value.sival_int;
    return 0;
}

TEST(DispatchChannel, a_dispatch_may_wait_at_a_channel_of_the_programs) {
    Server server;
    dispatch_t* const dpp = dispatch_create_channel(server.chid, DISPATCH_FLAG_NOLOCK);
    ASSERT_NE(dpp, nullptr);
    EXPECT_EQ(pulse_attach(dpp, 0, 5, note_pulse, nullptr), 5);
    dispatch_context_t* const context = dispatch_context_alloc(dpp);
    EXPECT_EQ(MsgSendPulse(server.coid, 10, 5, 99), 0);
    EXPECT_EQ(dispatch_block(context), context);
    EXPECT_EQ(dispatch_handler(context), 0);
    EXPECT_EQ(value, 99);
    dispatch_context_free(context);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
    EXPECT_EQ(MsgSendPulse(server.coid, 10, 5, 99), 0) << "the channel is the program's";
    EXPECT_EQ(dispatch_create_channel(4711, 0), nullptr);
    EXPECT_EQ(errno, EINVAL);
}

TEST(DispatchChannel, a_handler_of_the_programs_ends_a_wait) {
    struct ::sigaction quiet = {};
    quiet.sa_handler = [](int) {};
    struct ::sigaction before = {};
    ::sigaction(SIGUSR1, &quiet, &before);
    dispatch_t* const dpp = dispatch_create();
    dispatch_context_t* const context = dispatch_context_alloc(dpp);
    Blocked waits{context};
    waits.signal(SIGUSR1);
    EXPECT_EQ(waits.error(), EINTR);
    dispatch_context_free(context);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(DispatchChannel, a_channel_that_is_destroyed_ends_the_waits_at_it) {
    const int chid = ChannelCreate(0);
    dispatch_t* const dpp = dispatch_create_channel(chid, 0);
    ASSERT_NE(dpp, nullptr);
    dispatch_context_t* const context = dispatch_context_alloc(dpp);
    Blocked waits{context};
    EXPECT_EQ(ChannelDestroy(chid), 0);
    EXPECT_EQ(waits.error(), ESRCH);
    dispatch_context_free(context);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

// The bell would ring for ever for a thread that does not hear it any more.
TEST(DispatchChannel, a_thread_that_is_cancelled_does_not_wait_any_more) {
    dispatch_t* const dpp = dispatch_create();
    dispatch_context_t* const context = dispatch_context_alloc(dpp);
    Blocked waits{context};
    waits.cancel();
    EXPECT_TRUE(waits.ends_cancelled());
    dispatch_unblock(context);
    ::timespec moment = {.tv_sec = 0, .tv_nsec = 1'000'000};
    EXPECT_EQ(dispatch_timeout(dpp, &moment), 0);
    EXPECT_EQ(dispatch_block(context), context) << "nobody has called this one back";
    dispatch_context_free(context);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

// One that comes while nobody waits is dropped.
TEST(DispatchChannel, a_pulse_that_is_not_to_be_queued_reaches_a_thread_that_waits) {
    Server server;
    dispatch_t* const dpp = dispatch_create_channel(server.chid, 0);
    ASSERT_NE(dpp, nullptr);
    EXPECT_EQ(pulse_attach(dpp, 0, 5, note_pulse, nullptr), 5);
    value = -1;
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, server.coid, 10, 5, 98);
    event.sigev_notify |= SIGEV_FLAG_NOQUEUE;
    EXPECT_EQ(MsgDeliverEvent(0, &event), 0);
    event.sigev_value.sival_int = 99;
    dispatch_context_t* const context = dispatch_context_alloc(dpp);
    Blocked waits{context};
    EXPECT_EQ(MsgDeliverEvent(0, &event), 0);
    EXPECT_EQ(waits.error(), 0);
    EXPECT_EQ(value, 99);
    dispatch_context_free(context);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

// The channel comes with the first function for a pulse.
TEST(DispatchChannel, a_pulse_that_is_not_to_be_queued_reaches_who_waited_before_the_channel_was) {
    dispatch_t* const dpp = dispatch_create();
    dispatch_context_t* const context = dispatch_context_alloc(dpp);
    value = -1;
    Blocked waits{context};
    EXPECT_EQ(pulse_attach(dpp, 0, 5, note_pulse, nullptr), 5);
    const int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, coid, 10, 5, 99);
    event.sigev_notify |= SIGEV_FLAG_NOQUEUE;
    EXPECT_EQ(MsgDeliverEvent(0, &event), 0);
    // It would be the first one if that had been dropped.
    EXPECT_EQ(MsgSendPulse(coid, 10, 5, 100), 0);
    EXPECT_EQ(waits.error(), 0);
    EXPECT_EQ(value, 99);
    EXPECT_EQ(ConnectDetach(coid), 0);
    dispatch_context_free(context);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

// As QNX does where the program has no function for it.
TEST(DispatchChannel, a_sender_that_a_signal_reaches_fails_with_eintr_where_nobody_says_otherwise) {
    dispatch_t* const dpp = dispatch_create();
    static std::atomic<bool> received{false};
    received = false;
    const auto keep = [](message_context_t*, int, unsigned, void*) {
        received = true;
        return 0;
    };
    EXPECT_EQ(message_attach(dpp, nullptr, 0x7571, 0x7571, keep, nullptr), 0);  // "qu"
    const int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    std::atomic<bool> over{false};
    std::thread loop{[&] {
        dispatch_context_t* const context = dispatch_context_alloc(dpp);
        while (!over) {
            if (dispatch_block(context) != nullptr) {
                dispatch_handler(context);
            }
        }
        dispatch_context_free(context);
    }};
    const CountingHandler handler;
    Sender sender{coid};
    EXPECT_TRUE(until([] { return received.load(); }));
    EXPECT_TRUE(sender.interrupt_until([&] { return sender.done(); }));
    sender.join();
    EXPECT_EQ(sender.error, EINTR);
    over = true;
    EXPECT_EQ(MsgSendPulse(coid, 10, 1, 0), 0);
    loop.join();
    ConnectDetach(coid);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

TEST(DispatchChannel, a_path_needs_a_channel_that_is_told_of_clients_that_go) {
    Server deaf;
    dispatch_t* const dpp = dispatch_create_channel(deaf.chid, 0);
    ASSERT_NE(dpp, nullptr);
    ::resmgr_connect_funcs_t connect = {};
    ::resmgr_io_funcs_t io = {};
    ::iofunc_attr_t attr = {};
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect, _RESMGR_IO_NFUNCS, &io);
    iofunc_attr_init(&attr, S_IFCHR | 0666, nullptr, nullptr);
    const char* const path = "/no/such/device";
    EXPECT_EQ(resmgr_attach(dpp, nullptr, path, _FTYPE_ANY, 0, &connect, &io, &attr), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

}  // namespace
}  // namespace tocsin::qnx
