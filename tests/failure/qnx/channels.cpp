// Operations of channels within a process: messages, pulses, events and timers. For tests.
#include <sys/iofunc.h>

#include <tests/failure/qnx/operations.h>

#include <atomic>
#include <ctime>
#include <thread>

#include <tests/core/patience.h>
#include <tests/failure/qnx/channel.h>

namespace tocsin::failure {

namespace {

std::error_code create_a_channel(Trial&) {
    const Channel channel;
    return {};
}

std::error_code connect_to_a_channel(Trial&) {
    const Channel channel{_NTO_CHF_DISCONNECT | _NTO_CHF_UNBLOCK};
    const Connection connection{channel.number};
    ::_server_info info = {};
    EXPECT_EQ(ConnectServerInfo(0, connection.number, &info), connection.number);
    return {};
}

// One that is not told as sent must not come.
std::error_code send_pulses(Trial& trial) {
    const Channel channel;
    const Connection connection{channel.number};
    std::error_code told;
    int sent = 0;
    for (int value = 0; value < 3; ++value) {
        const bool is_sent = MsgSendPulse(connection.number, 10, 1, value) == 0;
        told = is_sent ? told : last_error();
        sent += is_sent ? 1 : 0;
    }
    trial.end();
    ::_pulse pulse = {};
    int received = 0;
    while (channel.look(pulse) == 0) {
        ++received;
    }
    EXPECT_EQ(received, sent);
    return told;
}

// Either both sides are told, or the client that its message has not been sent.
std::error_code exchange_a_message(Trial&) {
    const Channel channel;
    const Connection connection{channel.number};
    std::atomic<bool> over{false};
    std::error_code told_client;
    std::jthread client{[&] {
        char answer[4] = {};
        const long status = MsgSend(connection.number, "ask", 4, answer, sizeof answer);
        told_client = status < 0 ? last_error() : std::error_code{};
        EXPECT_TRUE(told_client || std::string_view{answer} == "yes");
        over = true;
    }};
    std::error_code told;
    while (!over) {
        char message[4] = {};
        const int rcvid = channel.look(message);
        char again[4] = {};
        if (rcvid > 0 && MsgRead(rcvid, again, sizeof again, 0) < 0) {
            told = last_error();
        }
        if (rcvid > 0 && MsgReply(rcvid, 0, "yes", 4) != 0) {
            told = last_error();
        }
    }
    client.join();
    return told ? told : told_client;
}

std::error_code wait_for_a_pulse(Trial& trial) {
    const Channel channel;
    const Connection connection{channel.number};
    const std::jthread sender{[&] {
        if (MsgSendPulse(connection.number, 10, 1, 1) != 0) {
            trial.end();
            EXPECT_EQ(MsgSendPulse(connection.number, 10, 1, 1), 0);
        }
    }};
    ::_pulse pulse = {};
    while (MsgReceivePulse(channel.number, &pulse, sizeof pulse, nullptr) != 0) {
    }
    return {};
}

std::error_code deliver_an_event(Trial& trial) {
    const Channel channel;
    const Connection connection{channel.number};
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, connection.number, 10, 1, 7);
    const std::error_code told = MsgDeliverEvent(0, &event) == 0 ? std::error_code{} : last_error();
    trial.end();
    ::_pulse pulse = {};
    EXPECT_EQ(channel.look(pulse), told ? -1 : 0);
    return told;
}

std::error_code register_an_event(Trial&) {
    const Channel channel;
    const Connection connection{channel.number};
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, connection.number, 10, 1, 7);
    const struct ::sigevent before = event;
    if (MsgRegisterEvent(&event, connection.number) != 0) {
        const std::error_code told = last_error();
        EXPECT_EQ(event.sigev_notify, before.sigev_notify) << "changed by a failure";
        return told;
    }
    EXPECT_EQ(MsgUnregisterEvent(&event), 0);
    return {};
}

// A pulse that cannot be sent when the time has come is lost, and comes at the next tick.
std::error_code make_a_timer(Trial& trial) {
    const Channel channel;
    const Connection connection{channel.number};
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, connection.number, 10, 1, 7);
    ::timer_t timer = {};
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) {
        return last_error();
    }
    const ::itimerspec soon = {.it_interval = {.tv_sec = 0, .tv_nsec = 1'000'000},
                               .it_value = {.tv_sec = 0, .tv_nsec = 1}};
    EXPECT_EQ(::timer_settime(timer, 0, &soon, nullptr), 0);
    ::_pulse pulse = {};
    const bool told =
        core::comes_true([&] { return channel.look(pulse) == 0; }, std::chrono::milliseconds{5});
    trial.end();
    EXPECT_TRUE(told || core::comes_true([&] { return channel.look(pulse) == 0; }));
    EXPECT_EQ(::timer_delete(timer), 0);
    return {};
}

std::error_code make_a_timer_of_the_kernel(Trial&) {
    struct ::sigevent event = {};
    SIGEV_NONE_INIT(&event);
    ::timer_t timer = {};
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) {
        return last_error();
    }
    EXPECT_EQ(::timer_delete(timer), 0);
    return {};
}

// With an event in place of an error when the time is over.
std::error_code limit_a_wait(Trial&) {
    const Channel channel;
    const uint64_t soon = 100'000;
    if (TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_RECEIVE, nullptr, &soon, nullptr) != 0) {
        return last_error();
    }
    ::_pulse pulse = {};
    EXPECT_EQ(MsgReceivePulse(channel.number, &pulse, sizeof pulse, nullptr), -1);
    return errno == ETIMEDOUT ? std::error_code{} : last_error();
}

}  // namespace

std::vector<Operation> operations_of_channels() {
    const std::vector<int> again{EAGAIN};
    return {{"create_a_channel", &create_a_channel},
            {"connect_to_a_channel", &connect_to_a_channel},
            {"send_pulses", &send_pulses, again},
            {"exchange_a_message", &exchange_a_message},
            {"wait_for_a_pulse", &wait_for_a_pulse},
            {"deliver_an_event", &deliver_an_event, again},
            {"register_an_event", &register_an_event, again},
            {"make_a_timer", &make_a_timer, again},
            {"make_a_timer_of_the_kernel", &make_a_timer_of_the_kernel, again},
            {"limit_a_wait", &limit_a_wait}};
}

}  // namespace tocsin::failure
