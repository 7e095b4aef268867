// Shows that a server who speaks out of turn, or without end, keeps nobody from others.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <sys/epoll.h>

#include <gtest/gtest.h>

#include <tocsin/qnx/events.h>
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
    Impostor() : process_{[](Process& self) { return run(self); }} {
        EXPECT_EQ(process_.from.hear(), 1);
        link = ServerLink::to(process_.pid);
    }

    // Says that there is mail.
    void tell_of_mail() const { process_.to.say(1); }

    std::shared_ptr<ServerLink> link;

private:
    static int run(Process& self) {
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
        Frame told;
        told.kind = FrameKind::welcome;
        told.coid = hello.coid;
        told.number = 1;
        while (greeted && LinkSocket::send(client.number(), told) == 0 && self.to.hear() == 1) {
            told.kind = FrameKind::mail;
        }
        return 1;
    }

    Process process_;
};

// Where this process has memory for mail, known by its size.
std::set<std::byte*> mailboxes() {
    std::set<std::byte*> found;
    std::ifstream maps{"/proc/self/maps"};
    for (std::string line; std::getline(maps, line);) {
        unsigned long start = 0;
        unsigned long end = 0;
        if (line.find("memfd:tocsin-qnx") != std::string::npos &&
            std::sscanf(line.c_str(), "%lx-%lx", &start, &end) == 2 &&
            end - start == Mailbox::size) {
            found.insert(reinterpret_cast<std::byte*>(start));
        }
    }
    return found;
}

// Each event has one more put behind the last: it adds one to the number of those that are there.
TEST(HostileServer, one_whose_mail_never_ends_keeps_nobody_from_others) {
    const RemoteServer honest{0, [](Server&, int) { return true; }};
    const std::set<std::byte*> before = mailboxes();
    const Impostor impostor;
    const std::set<std::byte*> now = mailboxes();
    std::byte* mailbox = nullptr;
    std::ranges::set_difference(now, before, &mailbox);
    ASSERT_EQ(now.size(), before.size() + 1);
    // Behind the header of the area the counters have a line each, and then come the events.
    auto* const put = reinterpret_cast<unsigned*>(mailbox + Area::header_size);
    auto* const events = mailbox + Area::header_size + std::size_t{2} * 64;
    struct ::sigevent event = {};
    SIGEV_MEMORY_INIT(&event, put, 1, SIGEV_MEM_ADD);
    ASSERT_EQ(RegisteredEvents::add(event, impostor.link->identity()), 0);
    for (std::size_t at = 0; at < Mailbox::events_max; ++at) {
        std::memcpy(events + at * sizeof event, &event, sizeof event);
    }
    std::atomic_ref{*put}.store(Mailbox::events_max);
    impostor.tell_of_mail();
    EXPECT_TRUE(until([&] { return std::atomic_ref{*put} > 10 * Mailbox::events_max; }));
    // Its answer comes by the thread that takes the mail.
    const int coid = ConnectAttach_r(0, honest.process.pid, honest.chid, _NTO_SIDE_CHANNEL, 0);
    EXPECT_GE(coid, 0);
    ConnectDetach(coid);
    EXPECT_EQ(RegisteredEvents::remove(event), 0);
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
