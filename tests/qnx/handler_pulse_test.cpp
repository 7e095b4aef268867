// Shows pulses that signal handlers send.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "process.h"

namespace tocsin::qnx {
namespace {

constexpr int of_handlers = 2;

std::atomic<int> handler_coid{-1};
std::atomic<int> sent{0};
std::atomic<int> refused{0};

void send_a_pulse(int) {
    const int error = MsgSendPulse_r(handler_coid, 20, of_handlers, 0);
    ++(error == EOK ? sent : refused);
}

class HandlerPulse : public ::testing::Test {
protected:
    HandlerPulse() {
        sent = 0;
        refused = 0;
        handler_coid = server.coid;
        struct ::sigaction action = {};
        action.sa_handler = send_a_pulse;
        action.sa_flags = SA_RESTART;
        ::sigaction(SIGUSR1, &action, &before);
    }
    ~HandlerPulse() override { ::sigaction(SIGUSR1, &before, nullptr); }

    // To a thread that is doing something, until its handlers have sent so many.
    static void interrupt(Thread& thread, int count) {
        EXPECT_TRUE(until([&] {
            thread.signal(SIGUSR1);
            return sent + refused >= count;
        }));
    }

    Server server;
    struct ::sigaction before = {};
};

constexpr int rounds = 600;

TEST_F(HandlerPulse, reaches_its_channel_whatever_of_it_the_handler_has_interrupted) {
    std::atomic<bool> over{false};
    std::atomic<int> received{0};
    const auto note = [&](int result) {
        received += result == 0 && server.received.pulse.code == of_handlers ? 1 : 0;
        return result == 0;
    };
    Thread busy{[&] {
        // Without system calls, after which most signals would come.
        while (!over) {
            for (int count = 0; count < 64; ++count) {
                MsgSendPulse(server.coid, 10, 1, 0);
            }
            while (note(server.receive()) && server.received.pulse.code != 1) {
            }
            for (int count = 1; count < 64; ++count) {
                note(server.receive());
            }
        }
    }};
    interrupt(busy, rounds);
    over = true;
    busy.join();
    while (note(server.look())) {
    }
    EXPECT_EQ(received, sent);
    EXPECT_GT(sent, 0) << "though more may come at once than there is room for";
}

TEST_F(HandlerPulse, needs_no_memory_that_the_handler_may_have_interrupted_somebody_in_taking) {
    std::atomic<bool> over{false};
    Thread busy{[&] {
        for (std::size_t size = 1; !over; size = size % 100'000 + 97) {
            const std::unique_ptr<char[]> memory{new char[size]};
            static_cast<volatile char*>(memory.get())[0] = 1;
        }
    }};
    std::atomic<int> received{0};
    std::thread receives{[&] {
        while (server.receive() == 0 && server.received.pulse.code == of_handlers) {
            ++received;
        }
    }};
    interrupt(busy, rounds);
    over = true;
    busy.join();
    EXPECT_TRUE(until([&] { return received == sent; }));
    EXPECT_EQ(MsgSendPulse(server.coid, 10, 1, 0), 0);
    receives.join();
    EXPECT_EQ(refused, 0);
}

TEST_F(HandlerPulse, goes_to_another_process_as_well) {
    RemoteServer remote{0, [](Server& self, int rcvid) {
                            static int pulses = 0;
                            pulses += rcvid == 0 && self.received.pulse.code == of_handlers ? 1 : 0;
                            if (rcvid > 0) {
                                MsgReply(rcvid, pulses, nullptr, 0);
                            }
                            return true;
                        }};
    handler_coid = remote.coid;
    std::atomic<bool> over{false};
    // Never more than there is room for: of a pulse that has to wait nobody learns that there is
    // none.
    Thread busy{[&] {
        while (!over) {
            MsgSendPulse(remote.coid, 10, 1, 0);
            MsgSend(remote.coid, "", 0, nullptr, 0);
        }
    }};
    interrupt(busy, 200);
    over = true;
    busy.join();
    EXPECT_TRUE(until([&] { return MsgSend(remote.coid, "", 0, nullptr, 0) == sent; }));
}

}  // namespace
}  // namespace tocsin::qnx
