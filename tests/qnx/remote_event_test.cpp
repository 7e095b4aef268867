// Shows what servers of other processes can deliver.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <semaphore.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/qnx/events.h>
#include <tocsin/qnx/link/implied_events.h>
#include <tocsin/qnx/link/server_link.h>

#include "process.h"

namespace tocsin::qnx {
namespace {

// Delivers what it is sent, and answers with what came of that.
bool deliver(Server& self, int rcvid) {
    struct ::sigevent event = {};
    std::memcpy(&event, &self.received, sizeof event);
    MsgReply(rcvid, MsgDeliverEvent_r(rcvid, &event), nullptr, 0);
    return true;
}

class RemoteEvent : public ::testing::Test {
protected:
    long have_delivered(const struct ::sigevent& what) const {
        return MsgSend(server.coid, &what, sizeof what, nullptr, 0);
    }

    // What is delivered is so in order: when this has come, all before has.
    void come_to_an_end() {
        struct ::sigevent last = {};
        SIGEV_PULSE_INT_INIT(&last, own.coid, 10, 100, 0);
        EXPECT_EQ(have_delivered(last), 0);
        EXPECT_EQ(own.receive(), 0);
        EXPECT_EQ(own.received.pulse.code, 100);
    }

    RemoteServer server{0, deliver};
    Server own;
    struct ::sigevent event = {};
};

TEST_F(RemoteEvent, a_pulse_reaches_the_channel_of_the_client) {
    SIGEV_PULSE_INT_INIT(&event, own.coid, 20, 3, 42);
    EXPECT_EQ(have_delivered(event), 0);
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 3);
    EXPECT_EQ(own.received.pulse.value.sival_int, 42);
}

TEST_F(RemoteEvent, a_signal_comes_with_code_and_value) {
    const CountingHandler handler;
    SIGEV_SIGNAL_CODE_INT_INIT(&event, SIGUSR1, 17, SI_MINAVAIL);
    // It may interrupt the very call that has it delivered.
    const long result = have_delivered(event);
    EXPECT_TRUE(result == 0 || errno == EINTR);
    EXPECT_TRUE(until([&] { return CountingHandler::count == 1; }));
    EXPECT_EQ(CountingHandler::code, SI_MINAVAIL);
    EXPECT_EQ(CountingHandler::value, 17);
}

TEST_F(RemoteEvent, what_names_memory_of_the_client_has_to_be_registered) {
    unsigned word = 1;
    ::sem_t semaphore = {};
    ::sem_init(&semaphore, 0, 0);
    SIGEV_MEMORY_INIT(&event, &word, 4, SIGEV_MEM_ADD);
    EXPECT_EQ(have_delivered(event), 0);
    struct ::sigevent post = {};
    SIGEV_SEM_INIT(&post, &semaphore);
    EXPECT_EQ(have_delivered(post), 0);
    come_to_an_end();
    EXPECT_EQ(word, 1U);
    EXPECT_EQ(::sem_trywait(&semaphore), -1);
    EXPECT_EQ(MsgRegisterEvent(&event, server.coid), 0);
    EXPECT_EQ(MsgRegisterEvent(&post, server.coid), 0);
    EXPECT_EQ(have_delivered(event), 0);
    EXPECT_EQ(have_delivered(post), 0);
    come_to_an_end();
    EXPECT_EQ(word, 5U);
    EXPECT_EQ(::sem_trywait(&semaphore), 0);
    EXPECT_EQ(MsgUnregisterEvent(&event), 0);
    EXPECT_EQ(MsgUnregisterEvent(&post), 0);
}

TEST_F(RemoteEvent, a_handle_of_another_server_and_a_forged_one_deliver_nothing) {
    RemoteServer other{0, deliver};
    SIGEV_PULSE_INT_INIT(&event, own.coid, 10, 3, 42);
    EXPECT_EQ(MsgRegisterEvent(&event, other.coid), 0);
    EXPECT_EQ(have_delivered(event), 0);
    struct ::sigevent forged = event;
    forged.sigev_handle ^= 1;
    EXPECT_EQ(have_delivered(forged), 0);
    come_to_an_end();
    EXPECT_EQ(MsgSend(other.coid, &event, sizeof event, nullptr, 0), 0);
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 3);
    EXPECT_EQ(MsgUnregisterEvent(&event), 0);
}

TEST_F(RemoteEvent, receivers_that_come_and_go_lose_nothing) {
    constexpr int count = 3000;
    std::atomic<int> received{0};
    std::vector<std::thread> receivers;
    for (int number = 0; number < 3; ++number) {
        receivers.emplace_back([&] {
            while (received < count) {
                const uint64_t moment = 20'000;
                TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_RECEIVE, nullptr, &moment, nullptr);
                ::_pulse pulse = {};
                received += MsgReceivePulse(own.chid, &pulse, sizeof pulse, nullptr) == 0 ? 1 : 0;
            }
        });
    }
    SIGEV_PULSE_INT_INIT(&event, own.coid, 20, 3, 42);
    for (int number = 0; number < count; ++number) {
        EXPECT_EQ(have_delivered(event), 0);
    }
    EXPECT_TRUE(until([&] { return received == count; }));
    for (std::thread& receiver : receivers) {
        receiver.join();
    }
}

// The thread that a server has woken delivers to itself a signal whose handler does what it was
// doing.
TEST_F(RemoteEvent, a_signal_to_who_takes_the_mail_comes_when_it_is_taken) {
    static std::atomic<int> seen{0};
    seen = 0;
    struct ::sigaction act = {};
    act.sa_handler = [](int) {
        ServerLink::take_all_mail();
        ++seen;
    };
    struct ::sigaction before = {};
    ::sigaction(SIGUSR2, &act, &before);
    std::atomic<bool> registered{false};
    std::atomic<bool> over{false};
    std::thread sleeper{[&] {
        SIGEV_SIGNAL_THREAD_INIT(&event, SIGUSR2, 0, SI_USER);
        EXPECT_EQ(MsgRegisterEvent(&event, server.coid), 0);
        registered = true;
        while (!over) {
            ::_pulse pulse = {};
            MsgReceivePulse(own.chid, &pulse, sizeof pulse, nullptr);
        }
    }};
    EXPECT_TRUE(until([&] { return registered.load(); }));
    for (int number = 1; number <= 100; ++number) {
        EXPECT_EQ(have_delivered(event), 0);
        EXPECT_TRUE(until([&] { return seen == number; }));
    }
    over = true;
    EXPECT_EQ(MsgSendPulse(own.coid, 10, 1, 0), 0);
    sleeper.join();
    ::sigaction(SIGUSR2, &before, nullptr);
}

TEST_F(RemoteEvent, handles_go_with_the_server_that_they_are_for) {
    SIGEV_PULSE_INT_INIT(&event, own.coid, 20, 3, 42);
    std::shared_ptr<ServerLink> link = ServerLink::to(server.process.pid);
    const ServerIdentity identity = link->identity();
    EXPECT_EQ(ImpliedEvents::make_handle(event, *link), 0);
    RegisteredEvents::Found found;
    EXPECT_EQ(RegisteredEvents::find(event, identity, found), 0);
    EXPECT_EQ(found.event.sigev_code, 3);
    server.process.kill(SIGKILL);
    ConnectDetach(server.coid);
    link.reset();
    EXPECT_TRUE(until([&] { return RegisteredEvents::find(event, identity, found) == EINVAL; }));
}

TEST_F(RemoteEvent, values_of_pulses_take_no_memory_each) {
    const std::shared_ptr<ServerLink> link = ServerLink::to(server.process.pid);
    for (std::size_t value = 0; value <= ImpliedEvents::events_max; ++value) {
        SIGEV_PULSE_INT_INIT(&event, own.coid, 20, 3, static_cast<int>(value));
        ASSERT_EQ(ImpliedEvents::make_handle(event, *link), 0);
    }
    EXPECT_EQ(event.sigev_value.sival_int, static_cast<int>(ImpliedEvents::events_max));
    EXPECT_EQ(have_delivered(event), 0);
    EXPECT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.value.sival_int, static_cast<int>(ImpliedEvents::events_max));
}

TEST_F(RemoteEvent, too_many_different_events_are_refused) {
    const std::shared_ptr<ServerLink> link = ServerLink::to(server.process.pid);
    static char bytes[ImpliedEvents::events_max + 1];
    for (std::size_t at = 0; at < ImpliedEvents::events_max; ++at) {
        SIGEV_SEM_INIT(&event, bytes + at);
        ASSERT_EQ(ImpliedEvents::make_handle(event, *link), 0);
    }
    SIGEV_SEM_INIT(&event, bytes + ImpliedEvents::events_max);
    EXPECT_EQ(ImpliedEvents::make_handle(event, *link), EAGAIN);
    SIGEV_SEM_INIT(&event, bytes);
    EXPECT_EQ(ImpliedEvents::make_handle(event, *link), 0) << "which is known";
}

TEST_F(RemoteEvent, a_connection_may_refuse_events) {
    EXPECT_EQ(ConnectFlags(0, server.coid, _NTO_COF_REG_EVENTS, _NTO_COF_REG_EVENTS), 0);
    SIGEV_PULSE_INT_INIT(&event, own.coid, 10, 3, 42);
    EXPECT_EQ(have_delivered(event), EACCES);
    EXPECT_EQ(MsgRegisterEvent(&event, server.coid), 0);
    EXPECT_EQ(have_delivered(event), 0);
    EXPECT_EQ(own.receive(), 0);
    EXPECT_EQ(ConnectFlags(0, server.coid, _NTO_COF_NOEVENT, _NTO_COF_NOEVENT),
              _NTO_COF_REG_EVENTS);
    EXPECT_EQ(have_delivered(event), EACCES);
    EXPECT_EQ(MsgUnregisterEvent(&event), 0);
}

}  // namespace
}  // namespace tocsin::qnx
