// Shows what goes to which function of a dispatch: messages, pulses, descriptors.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <set>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/base/descriptor.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

// What the functions below have seen; they are plain functions, as a program's are.
struct Seen {
    std::atomic<int> type{-1};
    std::atomic<int> value{-1};
    std::atomic<int> count{0};
    std::atomic<void*> handle{nullptr};
};
Seen seen;

int answer(message_context_t* ctp, int type, unsigned, void* handle) {
    seen.type = type;
    seen.handle = handle;
    ++seen.count;
    return MsgReply(ctp->rcvid, type, &ctp->msg->type, sizeof ctp->msg->type);
}

int note_pulse(message_context_t* ctp, int code, unsigned, void* handle) {
    seen.type = code;
    seen.value = ctp->msg->pulse.value.sival_int;
    seen.handle = handle;
    ++seen.count;
    return 0;
}

// One thread that blocks and handles.
class DispatchLoop : public testing::Test {
protected:
    DispatchLoop() {
        seen.type = seen.value = -1;
        seen.count = 0;
        seen.handle = nullptr;
    }
    ~DispatchLoop() override {
        stop();
        EXPECT_EQ(dispatch_destroy(dpp), 0);
    }

    void start() {
        context = dispatch_context_alloc(dpp);
        loop = std::thread{[this] {
            while (!over) {
                if (dispatch_block(context) != nullptr) {
                    handled = dispatch_handler(context);
                }
            }
            dispatch_context_free(context);
            ended = true;
        }};
    }
    void stop() {
        if (any == nullptr) {
            return;
        }
        over = true;
        if (loop.joinable()) {
            EXPECT_TRUE(until([&] {
                if (!ended) {
                    dispatch_unblock(any);
                }
                return ended.load();
            }));
            loop.join();
        }
        dispatch_context_free(any);
        any = nullptr;
    }
    [[nodiscard]] static long send(int coid, int type) {
        const auto message = static_cast<std::uint16_t>(type);
        std::uint16_t reply = 0;
        const long status = MsgSend_r(coid, &message, sizeof message, &reply, sizeof reply);
        EXPECT_TRUE(status < 0 || reply == message);
        return status;
    }

    dispatch_t* dpp = dispatch_create();
    dispatch_context_t* any = dispatch_context_alloc(dpp);
    dispatch_context_t* context = nullptr;
    std::thread loop;
    std::atomic<bool> over{false};
    std::atomic<bool> ended{false};
    std::atomic<int> handled{0};
};

TEST_F(DispatchLoop, messages_go_where_their_type_is_attached) {
    int one = 0;
    EXPECT_EQ(message_connect(dpp, MSG_FLAG_SIDE_CHANNEL), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(message_attach(dpp, nullptr, 0x200, 0x210, answer, &one), 0);
    EXPECT_EQ(message_attach(dpp, nullptr, 0x210, 0x220, answer, nullptr), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(message_attach(dpp, nullptr, 0x220, 0x219, answer, nullptr), -1);
    EXPECT_EQ(message_attach(dpp, nullptr, 0x211, 0x220, answer, nullptr), 0);
    start();
    const int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    EXPECT_EQ(send(coid, 0x200), 0x200);
    EXPECT_EQ(seen.handle, &one);
    EXPECT_EQ(send(coid, 0x211), 0x211);
    EXPECT_EQ(seen.handle, nullptr);
    EXPECT_EQ(send(coid, 0x221), -ENOSYS);
    EXPECT_EQ(send(coid, _IO_READ), -ENOSYS);
    EXPECT_EQ(message_detach(dpp, 0x200, 0x210, 0), 0);
    EXPECT_EQ(message_detach(dpp, 0x200, 0x210, 0), -1);
    EXPECT_EQ(send(coid, 0x200), -ENOSYS);
    message_attr_t others = {};
    others.flags = MSG_FLAG_DEFAULT_FUNC;
    EXPECT_EQ(message_attach(dpp, &others, 0, 0, answer, &one), 0);
    EXPECT_EQ(send(coid, 0x4711), 0x4711);
    EXPECT_EQ(ConnectDetach(coid), 0);
}

TEST_F(DispatchLoop, a_message_without_a_type_is_refused) {
    EXPECT_EQ(message_attach(dpp, nullptr, 0, 0x7fff, answer, nullptr), 0);
    start();
    const int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    EXPECT_EQ(MsgSend_r(coid, "x", 1, nullptr, 0), -EBADMSG);
    EXPECT_TRUE(until([&] { return handled == -1; }));
    EXPECT_EQ(seen.count, 0);
    EXPECT_EQ(send(coid, 7), 7);
}

TEST_F(DispatchLoop, a_long_message_is_there_in_part_and_read_in_whole) {
    message_attr_t attr = {};
    attr.msg_max_size = 64;
    const auto read_all = [](message_context_t* ctp, int, unsigned, void*) {
        std::vector<char> all(1U << 20U);
        const ssize_t size = MsgRead(ctp->rcvid, all.data(), all.size(), 0);
        EXPECT_LT(ctp->size, all.size());
        EXPECT_EQ(ctp->info.srcmsglen, all.size());
        EXPECT_EQ(all.back(), 'z');
        return MsgReply(ctp->rcvid, size == ssize_t{1 << 20} ? 1 : 0, nullptr, 0);
    };
    EXPECT_EQ(message_attach(dpp, &attr, 0x200, 0x200, read_all, nullptr), 0);
    start();
    std::vector<char> message(1U << 20U, 'z');
    const std::uint16_t type = 0x200;
    std::memcpy(message.data(), &type, sizeof type);
    const int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    EXPECT_EQ(MsgSend(coid, message.data(), message.size(), nullptr, 0), 1);
}

TEST_F(DispatchLoop, pulses_go_where_their_code_is_attached) {
    int one = 0;
    EXPECT_EQ(pulse_attach(dpp, 0, 5, note_pulse, &one), 5);
    EXPECT_EQ(pulse_attach(dpp, 0, 5, note_pulse, nullptr), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(pulse_attach(dpp, 0, 128, note_pulse, nullptr), -1);
    std::set<int> codes;
    int code = 0;
    while ((code = pulse_attach(dpp, MSG_FLAG_ALLOC_PULSE, 0, note_pulse, nullptr)) >= 0) {
        codes.insert(code);
    }
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_EQ(codes.size(), 127U);
    EXPECT_FALSE(codes.contains(5));
    EXPECT_EQ(pulse_detach(dpp, 6, 0), 0);
    EXPECT_EQ(pulse_detach(dpp, 6, 0), -1);
    start();
    const int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    EXPECT_EQ(MsgSendPulse(coid, 10, 6, 1), 0);
    EXPECT_EQ(MsgSendPulse(coid, 10, 5, 42), 0);
    EXPECT_TRUE(until([] { return seen.value == 42; }));
    EXPECT_EQ(seen.handle, &one);
    EXPECT_EQ(seen.count, 1);
}

TEST_F(DispatchLoop, a_timer_ticks_by_pulses) {
    const int code = pulse_attach(dpp, MSG_FLAG_ALLOC_PULSE, 0, note_pulse, nullptr);
    start();
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, message_connect(dpp, MSG_FLAG_SIDE_CHANNEL), 10, code, 17);
    ::timer_t timer = {};
    ASSERT_EQ(::timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    const ::itimerspec often = {.it_interval = {.tv_sec = 0, .tv_nsec = 1'000'000},
                                .it_value = {.tv_sec = 0, .tv_nsec = 1'000'000}};
    EXPECT_EQ(::timer_settime(timer, 0, &often, nullptr), 0);
    EXPECT_TRUE(until([] { return seen.count >= 3; }));
    EXPECT_EQ(::timer_delete(timer), 0);
    EXPECT_EQ(seen.value, 17);
}

TEST_F(DispatchLoop, an_end_of_a_client_without_a_function_gives_its_number_back) {
    EXPECT_EQ(message_attach(dpp, nullptr, 7, 7, answer, nullptr), 0);
    start();
    const int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    struct ::_server_info info = {};
    EXPECT_EQ(ConnectServerInfo(0, coid, &info), coid);
    struct ::_client_info client = {};
    EXPECT_EQ(ConnectClientInfo(info.scoid, &client, 0), 0);
    EXPECT_EQ(ConnectDetach(coid), 0);
    EXPECT_TRUE(until([&] { return ConnectClientInfo_r(info.scoid, &client, 0) == EINVAL; }));
}

int note_descriptor(select_context_t* ctp, int fd, unsigned flags, void* handle) {
    char byte = 0;
    EXPECT_EQ(ctp->fd, fd);
    EXPECT_EQ(flags, unsigned{SELECT_FLAG_READ});
    EXPECT_EQ(::read(fd, &byte, 1), 1);
    seen.value = byte;
    seen.handle = handle;
    ++seen.count;
    return 0;
}

TEST_F(DispatchLoop, a_descriptor_is_told_of_again_and_again) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const base::Descriptor out{ends[0]};
    const base::Descriptor in{ends[1]};
    EXPECT_EQ(select_attach(dpp, nullptr, out.number(), SELECT_FLAG_READ, note_descriptor, this),
              0);
    start();
    for (const char byte : {'a', 'b', 'c'}) {
        EXPECT_EQ(::write(in.number(), &byte, 1), 1);
        EXPECT_TRUE(until([&] { return seen.value == byte; }));
    }
    EXPECT_EQ(seen.handle, this);
    EXPECT_EQ(select_detach(dpp, out.number()), 0);
    EXPECT_EQ(select_detach(dpp, out.number()), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(select_attach(dpp, nullptr, -1, SELECT_FLAG_READ, note_descriptor, this), -1);
    EXPECT_EQ(errno, EBADF);
}

TEST_F(DispatchLoop, one_that_is_not_armed_again_waits_for_that) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const base::Descriptor out{ends[0]};
    const base::Descriptor in{ends[1]};
    EXPECT_EQ(select_attach(dpp, nullptr, out.number(), SELECT_FLAG_READ | SELECT_FLAG_NOREARM,
                            note_descriptor, this),
              0);
    EXPECT_EQ(pulse_attach(dpp, 0, 5, note_pulse, nullptr), 5);
    start();
    EXPECT_EQ(::write(in.number(), "ab", 2), 2);
    EXPECT_TRUE(until([] { return seen.value == 'a'; }));
    const int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    EXPECT_EQ(MsgSendPulse(coid, 10, 5, 42), 0);
    EXPECT_TRUE(until([] { return seen.value == 42; }));
    select_context_t asked = {};
    asked.dpp = dpp;
    asked.fd = out.number();
    int fd = -1;
    unsigned flags = 0;
    int (*function)(select_context_t*, int, unsigned, void*) = nullptr;
    void* handle = nullptr;
    EXPECT_EQ(select_query(&asked, &fd, &flags, &function, &handle), 0);
    EXPECT_EQ(fd, out.number());
    EXPECT_EQ(flags, unsigned{SELECT_FLAG_READ | SELECT_FLAG_NOREARM});
    EXPECT_EQ(function, &note_descriptor);
    EXPECT_EQ(handle, this);
    EXPECT_EQ(select_rearm(&asked, out.number()), 0);
    EXPECT_TRUE(until([] { return seen.value == 'b'; }));
}

TEST_F(DispatchLoop, a_file_that_is_always_ready_is_so) {
    const base::Descriptor file{::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
    EXPECT_EQ(select_attach(dpp, nullptr, file.number(), SELECT_FLAG_READ, note_descriptor, this),
              0);
    start();
    EXPECT_TRUE(until([] { return seen.count >= 2; }));
    EXPECT_EQ(select_detach(dpp, file.number()), 0);
    stop();
}

}  // namespace
}  // namespace tocsin::qnx
