// Shows a manager of this process whose client dies in the midst of things.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <array>
#include <atomic>
#include <fcntl.h>
#include <sys/siginfo.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include <tocsin/qnx/link/server_link.h>

#include "device.h"
#include "process.h"

namespace tocsin::qnx {
namespace {

struct Seen {
    std::array<::iofunc_notify_t, 3> armed = {};
    std::atomic<bool> is_told{false};
    std::atomic<bool> may_go{false};
    std::atomic<bool> closed{false};
    std::atomic<bool> closed_too_early{false};
    std::atomic<bool> has_gone{false};
} seen;

int io_notify(::resmgr_context_t* ctp, ::io_notify_t* msg, ::iofunc_ocb_t*) {
    return iofunc_notify(ctp, msg, seen.armed.data(), 0, nullptr, nullptr);
}

// Takes its time when it is the client that has gone, and not one of its descriptors.
int io_close_dup(::resmgr_context_t* ctp, ::io_close_t*, ::iofunc_ocb_t*) {
    if (ctp->info.coid == 0) {
        return EOK;
    }
    seen.is_told = true;
    while (!seen.may_go) {
        std::this_thread::yield();
    }
    seen.closed_too_early = seen.closed.load();
    iofunc_notify_remove(ctp, seen.armed.data());
    seen.has_gone = true;
    return EOK;
}

int io_nothing(::resmgr_context_t*, void*, ::iofunc_ocb_t*) {
    return EOK;
}

int io_close_ocb(::resmgr_context_t* ctp, void*, ::iofunc_ocb_t* ocb) {
    seen.closed = true;
    return iofunc_close_ocb(ctp, ocb, ocb->attr);
}

void shut_all_sockets() {
    for (int descriptor = 3; descriptor < 64; ++descriptor) {
        ::shutdown(descriptor, SHUT_RDWR);
    }
}

TEST(MountForkedEnds, a_file_stays_open_while_its_manager_is_told_of_the_end_of_a_client) {
    Device device;
    device.io.notify = io_notify;
    device.io.close_dup = io_close_dup;
    device.io.close_ocb = io_close_ocb;
    device.io.lock_ocb = device.io.unlock_ocb = io_nothing;  // so that others go on meanwhile
    IOFUNC_NOTIFY_INIT(seen.armed.data());
    // It is told to end its link, and then killed.
    Process client{[&](Process& self) {
        const int manager = self.to.hear();
        const auto link = ServerLink::to(manager);
        const base::Descriptor file = device.open(O_RDWR);
        struct ::sigevent event = {};
        SIGEV_SIGNAL_INIT(&event, SIGUSR1);
        self.from.say(ionotify(file.number(), _NOTIFY_ACTION_POLLARM, _NOTIFY_COND_INPUT, &event));
        static_cast<void>(self.to.hear());
        shut_all_sockets();
        return self.to.hear();
    }};
    device.serve(2);
    client.to.say(::getpid());
    EXPECT_EQ(client.from.hear(), 0);
    client.to.say(0);
    EXPECT_TRUE(until([] { return seen.is_told.load(); }));
    client.kill(SIGKILL);
    EXPECT_EQ(client.wait(), -SIGKILL);
    // The other thread has come to the last close, and goes on.
    const base::Descriptor next = device.open(O_RDONLY);
    EXPECT_GE(next.number(), 0);
    seen.may_go = true;
    EXPECT_TRUE(until([] { return seen.has_gone && seen.closed; }));
    EXPECT_FALSE(seen.closed_too_early);
}

}  // namespace
}  // namespace tocsin::qnx
