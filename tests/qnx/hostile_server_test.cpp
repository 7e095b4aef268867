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

// A process that sits at its name as a server does, and is anything but one.
class Impostor {
public:
    Impostor() : process_{[](Process& self) { return run(self); }} {
        EXPECT_EQ(process_.from.hear(), 1);
        const std::set<std::byte*> before = mailboxes();
        link = ServerLink::to(process_.pid);
        const std::set<std::byte*> now = mailboxes();
        EXPECT_EQ(now.size(), before.size() + 1);
        std::ranges::set_difference(now, before, &mailbox_);
    }

    void say(FrameKind kind) const { process_.to.say(static_cast<int>(kind)); }

    // How much has been put into the mailbox: behind the header of the area the counters have a
    // line each, and then come the events.
    [[nodiscard]] unsigned* put() const {
        return reinterpret_cast<unsigned*>(mailbox_ + Area::header_size);
    }
    void lay(std::size_t at, const struct ::sigevent& event) const {
        auto* const events = mailbox_ + Area::header_size + std::size_t{2} * 64;
        std::memcpy(events + at * sizeof event, &event, sizeof event);
    }

    std::shared_ptr<ServerLink> link;

private:
    static int run(Process& self) {
        const base::Descriptor door = LinkSocket::listen();
        self.from.say(1);
        base::Descriptor client;
        base::Descriptor mailbox;
        Frame told;
        const bool greeted =
            until([&] {
                client = LinkSocket::accept(door);
                return static_cast<bool>(client);
            }) &&
            until([&] { return LinkSocket::receive(client.number(), told, mailbox) == 0; });
        told.kind = FrameKind::welcome;
        told.number = 1;
        while (greeted && LinkSocket::send(client.number(), told) == 0) {
            told.kind = static_cast<FrameKind>(self.to.hear());
        }
        return 1;
    }

    Process process_;
    std::byte* mailbox_ = nullptr;
};

// Each event has one more put behind the last: it adds one to the number of those that are there.
TEST(HostileServer, one_whose_mail_never_ends_keeps_nobody_from_others) {
    const RemoteServer honest{0, [](Server&, int) { return true; }};
    const Impostor impostor;
    struct ::sigevent event = {};
    SIGEV_MEMORY_INIT(&event, impostor.put(), 1, SIGEV_MEM_ADD);
    ASSERT_EQ(RegisteredEvents::add(event, impostor.link->identity()), 0);
    for (std::size_t at = 0; at < Mailbox::events_max; ++at) {
        impostor.lay(at, event);
    }
    std::atomic_ref{*impostor.put()}.store(Mailbox::events_max);
    impostor.say(FrameKind::mail);
    EXPECT_TRUE(until([&] { return std::atomic_ref{*impostor.put()} > 10 * Mailbox::events_max; }));
    // Its answer comes by the thread that takes the mail.
    const int coid = ConnectAttach_r(0, honest.process.pid, honest.chid, _NTO_SIDE_CHANNEL, 0);
    EXPECT_GE(coid, 0);
    ConnectDetach(coid);
    EXPECT_EQ(RegisteredEvents::remove(event), 0);
}

// A server whose socket is full cannot tell of its mail, and need not: it is looked for after
// whatever fills the socket.
TEST(HostileServer, mail_that_nobody_tells_of_is_found_after_other_frames) {
    const Impostor impostor;
    Server own;
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, own.coid, 10, 7, 0);
    ASSERT_EQ(RegisteredEvents::add(event, impostor.link->identity()), 0);
    impostor.lay(0, event);
    std::atomic_ref{*impostor.put()}.store(1);
    impostor.say(FrameKind::channel_gone);
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 7);
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
