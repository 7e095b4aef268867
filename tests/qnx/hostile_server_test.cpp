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
#include <sys/mman.h>
#include <thread>

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

    // As the answer to that question, unless it is 0.
    void say(FrameKind kind, int question = 0) const {
        process_.to.say(static_cast<int>(kind) + places * question);
    }

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
    static constexpr int places = 1 << 16;  // more than there are kinds

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
        told.area = 0;
        while (greeted && LinkSocket::send(client.number(), told) == 0) {
            const int next = self.to.hear();
            told.kind = static_cast<FrameKind>(next % places);
            told.coid = next / places;
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

// Its memory may be at the server all the same, or in no message's use any more: it is not used
// again, and what lay there is gone.
TEST(HostileServer,
     one_that_refuses_memory_which_it_has_costs_the_message_in_it_and_keeps_nothing) {
    const Impostor impostor;
    base::Descriptor shared;
    std::shared_ptr<Area> area = impostor.link->take_area(Area::size_least, shared);
    ASSERT_EQ(area->number(), 0U);
    *area->message() = std::byte{1};
    void* const kept = ::mmap(nullptr, area->size(), PROT_READ, MAP_SHARED, shared.number(), 0);
    ASSERT_NE(kept, MAP_FAILED);
    impostor.say(FrameKind::area_refused);
    EXPECT_TRUE(until([&] { return area->refused(); }));
    impostor.link->give_back(std::move(area));
    EXPECT_EQ(static_cast<std::byte*>(kept)[Area::header_size], std::byte{0});
    ::munmap(kept, Area::size_least);
    base::Descriptor other;
    area = impostor.link->take_area(Area::size_least, other);
    EXPECT_TRUE(other) << "another one";
    impostor.link->give_back(std::move(area));
}

TEST(HostileServer, memory_that_is_refused_when_its_message_has_gone_is_not_used_again) {
    const Impostor impostor;
    base::Descriptor shared;
    impostor.link->give_back(impostor.link->take_area(Area::size_least, shared));
    impostor.say(FrameKind::area_refused);
    EXPECT_TRUE(until([&] {
        base::Descriptor other;
        impostor.link->give_back(impostor.link->take_area(Area::size_least, other));
        return static_cast<bool>(other);
    }));
}

// What epoll tells of may be a descriptor that had its number before.
// Who said hello asks the second question then.
TEST(HostileServer, an_answer_of_another_kind_than_the_question_ends_the_link) {
    const Impostor impostor;
    std::thread answerer{[&] {
        EXPECT_TRUE(until([&] {
            impostor.say(FrameKind::area_refused, 2);
            return impostor.link->ended();
        }));
    }};
    EXPECT_EQ(impostor.link->attach(1, 0, 0).error, ESRCH);
    answerer.join();
}

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
