// Shows that the names that QNX 6 has for blocking and handling do what the newer ones do.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <atomic>
#include <cerrno>
#include <ctime>
#include <thread>

#include <gtest/gtest.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

std::atomic<int> pulse_value{0};

int note_pulse(message_context_t* ctp, int, unsigned, void*) {
    pulse_value = ctp->msg->pulse.value.sival_int;
    return 0;
}

class OlderNames : public testing::Test {
protected:
    ~OlderNames() override {
        resmgr_context_free(context);
        EXPECT_EQ(dispatch_destroy(dpp), 0);
    }

    dispatch_t* const dpp = dispatch_create();
    const int code = pulse_attach(dpp, MSG_FLAG_ALLOC_PULSE, 0, note_pulse, nullptr);
    resmgr_context_t* const context = resmgr_context_alloc(dpp);
};

TEST_F(OlderNames, what_one_thread_blocks_for_it_handles) {
    pulse_value = 0;
    EXPECT_EQ(context->dpp, dpp);
    const int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    EXPECT_EQ(MsgSendPulse(coid, 10, code, 42), 0);
    EXPECT_EQ(resmgr_block(context), context);
    EXPECT_EQ(pulse_value, 0);
    EXPECT_EQ(resmgr_handler(context), 0);
    EXPECT_EQ(pulse_value, 42);
    EXPECT_EQ(ConnectDetach(coid), 0);
}

TEST_F(OlderNames, a_message_without_a_type_is_minus_one) {
    const int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    std::thread client{[coid] { EXPECT_EQ(MsgSend_r(coid, "x", 1, nullptr, 0), -EBADMSG); }};
    EXPECT_EQ(resmgr_block(context), context);
    EXPECT_EQ(resmgr_handler(context), -1);
    client.join();
    EXPECT_EQ(ConnectDetach(coid), 0);
}

TEST_F(OlderNames, a_thread_that_is_unblocked_gets_null) {
    std::atomic<int> thread{0};
    std::atomic<bool> over{false};
    std::thread waiter{[&] {
        resmgr_context_t* const own = resmgr_context_alloc(dpp);
        thread = ::gettid();
        EXPECT_EQ(resmgr_block(own), nullptr);
        EXPECT_EQ(errno, EINTR);
        resmgr_context_free(own);
        over = true;
    }};
    EXPECT_TRUE(until([&] { return thread != 0 && is_asleep(thread); }));
    EXPECT_TRUE(until([&] {
        resmgr_unblock(context);
        return over.load();
    }));
    waiter.join();
}

TEST_F(OlderNames, a_wait_that_is_over_is_no_message) {
    ::timespec limit = {.tv_sec = 0, .tv_nsec = 1'000'000};
    EXPECT_EQ(dispatch_timeout(dpp, &limit), 0);
    EXPECT_EQ(resmgr_block(context), context);
    EXPECT_EQ(context->rcvid, -1);
}

TEST_F(OlderNames, a_pool_takes_them_without_a_type_of_the_programs_own) {
    const auto answer = [](message_context_t* ctp, int type, unsigned, void*) {
        return MsgReply(ctp->rcvid, type, nullptr, 0);
    };
    const std::uint16_t type = 0x200;
    EXPECT_EQ(message_attach(dpp, nullptr, type, type, answer, nullptr), 0);
    thread_pool_attr_t attr = {};
    attr.handle = dpp;
    attr.context_alloc = resmgr_context_alloc;
    attr.context_free = resmgr_context_free;
    attr.block_func = resmgr_block;
    attr.unblock_func = resmgr_unblock;
    attr.handler_func = resmgr_handler;
    attr.lo_water = 1;
    attr.hi_water = 2;
    attr.increment = 1;
    attr.maximum = 4;
    thread_pool_t* const pool = thread_pool_create(&attr, 0);
    EXPECT_EQ(thread_pool_start(pool), 0);
    const int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    EXPECT_EQ(MsgSend(coid, &type, sizeof type, nullptr, 0), type);
    EXPECT_EQ(ConnectDetach(coid), 0);
    EXPECT_EQ(thread_pool_destroy(pool), 0);
}

TEST_F(OlderNames, the_table_of_open_files_may_be_tuned_and_takes_any_number) {
    EXPECT_EQ(resmgr_handle_grow(1000), 0);
    EXPECT_EQ(resmgr_handle_tune(10, 20, 30), 0);
}

}  // namespace
}  // namespace tocsin::qnx
