// Shows that a server who speaks out of turn, or without end, keeps nobody from others.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sys/epoll.h>
#include <sys/mman.h>

#include <gtest/gtest.h>

#include <tocsin/qnx/link/area.h>
#include <tocsin/qnx/link/mailbox.h>
#include <tocsin/qnx/link/send_timer.h>
#include <tocsin/qnx/link/server_link.h>
#include <tocsin/qnx/link/socket.h>

#include "process.h"

namespace tocsin::qnx {
namespace {

// A process that sits at its name as a server does, and is anything but one.
class Impostor {
public:
    // Its client, and the memory that the client has given it for events.
    using Act = void (*)(int client, const base::Descriptor& mailbox);

    explicit Impostor(Act act) : process_{[act](Process& self) { return run(self, act); }} {
        EXPECT_EQ(process_.from.hear(), 1);
        link = ServerLink::to(process_.pid);
    }

    std::shared_ptr<ServerLink> link;

private:
    static int run(Process& self, Act act) {
        const base::Descriptor door = LinkSocket::listen();
        self.from.say(1);
        base::Descriptor client;
        base::Descriptor mailbox;
        Frame hello;
        const bool greeted =
            until([&] {
                client = LinkSocket::accept(door);
                return static_cast<bool>(client);
            }) &&
            until([&] { return LinkSocket::receive(client.number(), hello, mailbox) == 0; });
        Frame welcome;
        welcome.kind = FrameKind::welcome;
        welcome.coid = hello.coid;
        welcome.number = 1;
        if (!greeted || LinkSocket::send(client.number(), welcome) != 0) {
            return 1;
        }
        act(client.number(), mailbox);
        return 0;
    }

    Process process_;
};

// The counters lie behind the header of the area, each in a line of its own.
[[noreturn]] void put_without_end(int client, const base::Descriptor& mailbox) {
    auto* const start = static_cast<std::byte*>(
        ::mmap(nullptr, Mailbox::size, PROT_READ | PROT_WRITE, MAP_SHARED, mailbox.number(), 0));
    auto& put = *reinterpret_cast<std::atomic<std::uint32_t>*>(start + Area::header_size);
    auto& taken = *reinterpret_cast<std::atomic<std::uint32_t>*>(start + Area::header_size + 64);
    Frame mail;
    mail.kind = FrameKind::mail;
    put = Mailbox::events_max;
    static_cast<void>(LinkSocket::send(client, mail));
    for (;;) {
        put = taken + Mailbox::events_max;
    }
}

TEST(HostileServer, one_that_never_stops_putting_events_keeps_nobody_from_others) {
    const Impostor impostor{put_without_end};
    // The answer comes by the thread that takes the mail.
    const RemoteServer honest{0, [](Server&, int rcvid) {
                                  MsgReply(rcvid, 77, nullptr, 0);
                                  return true;
                              }};
    EXPECT_EQ(MsgSend(honest.coid, "", 0, nullptr, 0), 77);
}

// What epoll tells of may be a descriptor that had its number before.
TEST(HostileServer, a_timer_that_is_told_of_another_ones_end_goes_on) {
    const RemoteServer server{0, [](Server&, int) { return true; }};
    const std::shared_ptr<ServerLink> link = ServerLink::to(server.process.pid);
    std::shared_ptr<SendTimer> timer;
    const base::Time far = base::monotonic_clock().now() + std::chrono::hours{1};
    ASSERT_EQ(SendTimer::start(link, 1, 1, far, timer), 0);
    timer->ready(EPOLLIN);
    EXPECT_FALSE(timer->stop());
}

}  // namespace
}  // namespace tocsin::qnx
