// Shows that events of each kind are delivered, and who may deliver those that were registered.
#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <semaphore.h>
#include <sys/resource.h>
#include <thread>

#include <gtest/gtest.h>

#include <tocsin/qnx/events.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

// A client's thread that has sent something, so that its server has an rcvid.
class Answered {
public:
    explicit Answered(Server& server) {
        Sender sender{server.coid};
        rcvid = server.receive();
        EXPECT_EQ(MsgReply(rcvid, 0, nullptr, 0), 0);
    }

    int rcvid = 0;
};

TEST(Event, a_pulse_reaches_the_clients_channel_also_after_the_answer) {
    Server server;
    Server client;
    const Answered answered{server};
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, client.coid, 20, 7, 8);
    EXPECT_EQ(MsgVerifyEvent(answered.rcvid, &event), 0);
    EXPECT_EQ(MsgDeliverEvent(answered.rcvid, &event), 0);
    ASSERT_EQ(client.look(), 0);
    EXPECT_EQ(client.received.pulse.code, 7);
    EXPECT_EQ(client.received.pulse.value.sival_int, 8);
    EXPECT_EQ(ConnectDetach(server.coid), 0);
    EXPECT_EQ(MsgDeliverEvent_r(answered.rcvid, &event), EBADF);
    server.coid = ConnectAttach(0, 0, server.chid, 0, 0);
}

TEST(Event, a_signal_carries_its_value_and_code) {
    const CountingHandler handler{SIGRTMIN + 1};
    struct ::sigevent event = {};
    SIGEV_SIGNAL_VALUE_INT_INIT(&event, SIGRTMIN + 1, 11);
    EXPECT_EQ(MsgDeliverEvent(0, &event), 0);
    EXPECT_TRUE(until([] { return CountingHandler::count == 1; }));
    EXPECT_EQ(CountingHandler::value, 11);
    EXPECT_EQ(CountingHandler::code, SI_QUEUE);
    SIGEV_SIGNAL_CODE_INT_INIT(&event, SIGRTMIN + 1, 12, SI_MINAVAIL);
    EXPECT_EQ(MsgDeliverEvent(0, &event), 0);
    EXPECT_TRUE(until([] { return CountingHandler::count == 2; }));
    EXPECT_EQ(CountingHandler::value, 12);
    EXPECT_EQ(CountingHandler::code, SI_MINAVAIL);
}

// The kernel keeps some codes for itself, and takes them from others than the main thread
// otherwise.
TEST(Event, a_signal_carries_any_code_whichever_thread_delivers_it) {
    const CountingHandler handler{SIGRTMIN + 1};
    int sent = 0;
    for (const int code :
         std::initializer_list<int>{SI_USER, SI_NOTIFY, SI_QUEUE, SI_MINAVAIL, 5}) {
        struct ::sigevent event = {};
        SIGEV_SIGNAL_CODE_INT_INIT(&event, SIGRTMIN + 1, 100 + code, code);
        std::thread{[&] { EXPECT_EQ(MsgDeliverEvent(0, &event), 0) << code; }}.join();
        ++sent;
        EXPECT_TRUE(until([&] { return CountingHandler::count == sent; }));
        EXPECT_EQ(CountingHandler::code, code);
        EXPECT_EQ(CountingHandler::value, 100 + code);
    }
}

TEST(Event, a_thread_gets_a_code_of_the_kernels_from_another_thread_as_queued) {
    const CountingHandler handler{SIGRTMIN + 1};
    struct ::sigevent event = {};
    SIGEV_SIGNAL_THREAD_INIT(&event, SIGRTMIN + 1, 14, SI_USER);
    const int self = ::gettid();
    EXPECT_EQ(deliver_here(event, self), 0);
    EXPECT_TRUE(until([] { return CountingHandler::count == 1; }));
    EXPECT_EQ(CountingHandler::code, SI_USER);
    std::thread{[&] { EXPECT_EQ(deliver_here(event, self), 0); }}.join();
    EXPECT_TRUE(until([] { return CountingHandler::count == 2; }));
    EXPECT_EQ(CountingHandler::code, SI_QUEUE);
    EXPECT_EQ(CountingHandler::value, 14);
    EXPECT_EQ(CountingHandler::thread, self);
}

// As many as the kernel keeps for a user.
class FewSignals {
public:
    explicit FewSignals(::rlim_t count) {
        ::getrlimit(RLIMIT_SIGPENDING, &before_);
        const ::rlimit few = {.rlim_cur = count, .rlim_max = before_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_SIGPENDING, &few), 0);
    }
    ~FewSignals() { ::setrlimit(RLIMIT_SIGPENDING, &before_); }
    FewSignals(const FewSignals&) = delete;
    FewSignals& operator=(const FewSignals&) = delete;

private:
    ::rlimit before_ = {};
};

TEST(Event, a_signal_for_which_the_kernel_has_no_room_is_refused_and_those_before_it_arrive) {
    ::sigset_t signal;
    ::sigset_t before;
    ::sigemptyset(&signal);
    ::sigaddset(&signal, SIGRTMIN + 2);
    ::pthread_sigmask(SIG_BLOCK, &signal, &before);
    constexpr int limit = 8;
    const FewSignals few{limit};
    struct ::sigevent event = {};
    int sent = 0;
    int error = 0;
    for (; error == 0 && sent <= limit + 1; sent += error == 0 ? 1 : 0) {
        SIGEV_SIGNAL_CODE_INT_INIT(&event, SIGRTMIN + 2, sent, SI_MINAVAIL);
        error = MsgDeliverEvent_r(0, &event);
    }
    EXPECT_EQ(error, EAGAIN);
    const ::timespec at_once = {};
    for (int number = 0; number < sent; ++number) {
        ::siginfo_t info = {};
        ASSERT_EQ(::sigtimedwait(&signal, &info, &at_once), SIGRTMIN + 2) << number << '/' << sent;
        EXPECT_EQ(info.si_value.sival_int, number);
    }
    EXPECT_EQ(MsgDeliverEvent_r(0, &event), 0);
    EXPECT_EQ(::sigtimedwait(&signal, nullptr, &at_once), SIGRTMIN + 2);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Event, a_signal_to_a_thread_reaches_that_thread) {
    const CountingHandler handler;
    Server server;
    Server waiting{_NTO_CHF_UNBLOCK};
    std::atomic<int> tid{0};
    struct ::sigevent event = {};
    SIGEV_SIGNAL_THREAD_INIT(&event, SIGUSR1, 13, SI_MINAVAIL);
    Sender sender{server.coid, [&] { tid = ::gettid(); }};
    const int rcvid = server.receive();
    // One that comes before the thread sleeps interrupts nothing.
    EXPECT_TRUE(until([&] {
        const bool done = sender.done();
        return done || MsgDeliverEvent(rcvid, &event) != 0;
    }));
    sender.join();
    EXPECT_EQ(sender.error, EINTR);
    EXPECT_GE(CountingHandler::count, 1);
    EXPECT_EQ(CountingHandler::thread, tid);
}

TEST(Event, a_thread_is_started_and_a_semaphore_is_posted) {
    ::sem_t semaphore;
    ::sem_init(&semaphore, 0, 0);
    struct ::sigevent event = {};
    SIGEV_THREAD_INIT(
        &event, [](union ::sigval value) { ::sem_post(static_cast<::sem_t*>(value.sival_ptr)); },
        &semaphore, nullptr);
    EXPECT_EQ(MsgDeliverEvent(0, &event), 0);
    SIGEV_SEM_INIT(&event, &semaphore);
    EXPECT_EQ(MsgDeliverEvent(0, &event), 0);
    int value = 0;
    EXPECT_TRUE(until([&] { return ::sem_getvalue(&semaphore, &value) == 0 && value == 2; }));
    ::sem_destroy(&semaphore);
}

TEST(Event, memory_is_changed) {
    volatile unsigned word = 0;
    const auto change = [&](int operation, int value) {
        struct ::sigevent event = {};
        SIGEV_MEMORY_INIT(&event, &word, value, operation);
        EXPECT_EQ(MsgDeliverEvent(0, &event), 0);
        return unsigned{word};
    };
    EXPECT_EQ(change(SIGEV_MEM_ASSIGN, 5), 5U);
    EXPECT_EQ(change(SIGEV_MEM_ADD, 4), 9U);
    EXPECT_EQ(change(SIGEV_MEM_SUB, 2), 7U);
    EXPECT_EQ(change(SIGEV_MEM_BITSET, 8), 15U);
    EXPECT_EQ(change(SIGEV_MEM_BITCLR, 1), 14U);
    EXPECT_EQ(change(SIGEV_MEM_BITTOGGLE, 3), 13U);
}

TEST(Event, nonsense_is_refused_and_nothing_is_nothing) {
    struct ::sigevent event = {};
    SIGEV_NONE_INIT(&event);
    EXPECT_EQ(MsgDeliverEvent(0, &event), 0);
    SIGEV_UNBLOCK_INIT(&event);
    EXPECT_EQ(MsgDeliverEvent(0, &event), 0);
    event.sigev_notify = 0x55;
    EXPECT_EQ(MsgDeliverEvent_r(0, &event), EINVAL);
    SIGEV_SIGNAL_INIT(&event, 4711);
    EXPECT_EQ(MsgDeliverEvent_r(0, &event), EINVAL);
    SIGEV_PULSE_INT_INIT(&event, _NTO_SIDE_CHANNEL + 4711, 10, 1, 1);
    EXPECT_EQ(MsgDeliverEvent_r(0, &event), EBADF);
    SIGEV_PULSE_INT_INIT(&event, _NTO_SIDE_CHANNEL, 10, 200, 1);
    EXPECT_EQ(MsgDeliverEvent_r(0, &event), EINVAL);
    SIGEV_SEM_INIT(&event, nullptr);
    EXPECT_EQ(MsgVerifyEvent_r(0, &event), EINVAL);
    EXPECT_EQ(MsgVerifyEvent_r(4711 << 12, &event), ESRCH);
}

TEST(Event, a_registered_one_is_a_handle_that_its_server_alone_may_deliver) {
    Server server;
    Server stranger;
    Server client;
    const Answered answered{server};
    const Answered strange{stranger};
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, client.coid, 10, 1, 42);
    EXPECT_EQ(MsgRegisterEvent(&event, server.coid), 0);
    EXPECT_NE(event.sigev_notify & SIGEV_FLAG_HANDLE, 0);
    EXPECT_NE(event.sigev_handle, client.coid);
    EXPECT_EQ(MsgRegisterEvent_r(&event, server.coid), EINVAL);
    EXPECT_EQ(MsgVerifyEvent(answered.rcvid, &event), 0);
    EXPECT_EQ(MsgDeliverEvent_r(strange.rcvid, &event), EACCES);
    EXPECT_EQ(MsgDeliverEvent(answered.rcvid, &event), 0);
    ASSERT_EQ(client.look(), 0);
    EXPECT_EQ(client.received.pulse.value.sival_int, 42);
    EXPECT_EQ(MsgUnregisterEvent(&event), 0);
    EXPECT_EQ(MsgUnregisterEvent_r(&event), ESRCH);
    EXPECT_EQ(MsgDeliverEvent_r(answered.rcvid, &event), EINVAL);
}

TEST(Event, any_server_may_deliver_what_was_registered_for_any) {
    Server server;
    Server client;
    const Answered answered{server};
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, client.coid, 10, 1, 42);
    EXPECT_EQ(MsgRegisterEvent(&event, _NTO_REGEVENT_ALLOW_ANY_SERVER), 0);
    EXPECT_EQ(MsgDeliverEvent(answered.rcvid, &event), 0);
    EXPECT_EQ(client.look(), 0);
    EXPECT_EQ(MsgUnregisterEvent(&event), 0);
    EXPECT_EQ(MsgRegisterEvent_r(&event, _NTO_REGEVENT_ALLOW_ANY_SERVER), EINVAL);
    SIGEV_NONE_INIT(&event);
    EXPECT_EQ(MsgRegisterEvent_r(&event, 3), EBADF);
}

TEST(Event, what_a_server_changes_reaches_the_client_only_where_it_may) {
    Server server;
    Server client;
    const Answered answered{server};
    for (const int flags : {0, SIGEV_FLAG_UPDATEABLE, SIGEV_FLAG_CODE_UPDATEABLE,
                            SIGEV_FLAG_UPDATEABLE | SIGEV_FLAG_CODE_UPDATEABLE}) {
        struct ::sigevent event = {};
        SIGEV_PULSE_INT_INIT(&event, client.coid, 10, 1, 42);
        event.sigev_notify |= flags;
        EXPECT_EQ(MsgRegisterEvent(&event, server.coid), 0);
        event.sigev_value.sival_int = 43;
        event.sigev_code = 2;
        event.sigev_priority = 99;
        EXPECT_EQ(MsgDeliverEvent(answered.rcvid, &event), 0);
        ASSERT_EQ(client.look(), 0);
        EXPECT_EQ(client.received.pulse.value.sival_int,
                  (flags & SIGEV_FLAG_UPDATEABLE) != 0 ? 43 : 42);
        EXPECT_EQ(client.received.pulse.code, (flags & SIGEV_FLAG_CODE_UPDATEABLE) != 0 ? 2 : 1);
        EXPECT_EQ(MsgUnregisterEvent(&event), 0);
    }
}

TEST(Event, a_connection_may_refuse_events_or_those_that_are_not_registered) {
    Server server;
    Server client;
    const Answered answered{server};
    struct ::sigevent plain = {};
    SIGEV_PULSE_INT_INIT(&plain, client.coid, 10, 1, 42);
    struct ::sigevent handle = plain;
    EXPECT_EQ(MsgRegisterEvent(&handle, server.coid), 0);
    ConnectFlags(0, server.coid, _NTO_COF_REG_EVENTS, _NTO_COF_REG_EVENTS);
    EXPECT_EQ(MsgDeliverEvent_r(answered.rcvid, &plain), EACCES);
    EXPECT_EQ(MsgDeliverEvent(answered.rcvid, &handle), 0);
    const int refusing = ConnectAttach(0, 0, server.chid, 0, _NTO_COF_NOEVENT);
    EXPECT_EQ(MsgDeliverEvent_r(answered.rcvid, &handle), EACCES);
    EXPECT_EQ(ConnectDetach(refusing), 0);
    EXPECT_EQ(MsgDeliverEvent(answered.rcvid, &handle), 0);
    ConnectFlags(0, server.coid, _NTO_COF_REG_EVENTS, 0);
    EXPECT_EQ(MsgDeliverEvent(answered.rcvid, &plain), 0);
    EXPECT_EQ(MsgUnregisterEvent(&handle), 0);
}

}  // namespace
}  // namespace tocsin::qnx
