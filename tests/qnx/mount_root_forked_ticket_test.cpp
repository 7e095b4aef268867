// Shows whom a manager believes what it is asked through a descriptor. These tests need root, and
// are named as all who do.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <grp.h>
#include <memory>
#include <sys/ioctl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/link/native_call.h>
#include <tocsin/qnx/link/server_link.h>

#include "device.h"
#include "process.h"

namespace tocsin::qnx {
namespace {

constexpr ::uid_t user = 12'345;

void become(::uid_t number) {
    if (::setgroups(0, nullptr) != 0 || ::setgid(number) != 0 || ::setuid(number) != 0) {
        ::_exit(99);
    }
}

// What becomes of a question with that ticket.
int error_of_asking(const base::Descriptor& file, std::uint64_t ticket) {
    NativeEnter question{.ticket = ticket};
    return ::ioctl(file.number(), native_enter, &question) != 0 ? errno : question.error;
}

class MountRootForkedTicket : public testing::Test {
protected:
    MountRootForkedTicket() { device.serve(); }

    Device device;
};

// A manager that pretends to be another is shown tickets that were meant for that one.
TEST_F(MountRootForkedTicket, one_of_another_user_is_refused_whoever_shows_it) {
    const Shared<std::uint64_t> ticket;
    Process owner{[&](Process& self) {
        become(user);
        const std::shared_ptr<ServerLink> link = ServerLink::to(::getppid());
        ticket.set(link->ticket());
        self.from.say(error_of_asking(device.open(O_RDWR), link->ticket()));
        return self.to.hear();
    }};
    EXPECT_EQ(owner.from.hear(), 0);
    const auto asks_as = [&](::uid_t who) {
        return Process{[&](Process&) {
                   become(who);
                   return error_of_asking(device.open(O_RDWR), ticket.get());
               }}
            .wait();
    };
    EXPECT_EQ(asks_as(user), 0) << "it is the user that counts";
    EXPECT_EQ(asks_as(user + 1), ESTALE);
    EXPECT_EQ(asks_as(0), ESTALE);
    owner.to.say(0);
    EXPECT_EQ(owner.wait(), 0);
}

// The manager knows the link by the user that it was made as.
TEST_F(MountRootForkedTicket, a_client_that_becomes_another_user_is_served_as_before) {
    Process client{[&](Process&) {
        ::io_pathconf_t limit = {};
        limit.i.type = _IO_PATHCONF;
        limit.i.name = _PC_NAME_MAX;
        const base::Descriptor file = device.open(O_RDWR);
        const long before = MsgSend_r(file.number(), &limit, sizeof limit, nullptr, 0);
        become(user);
        const long after = MsgSend_r(file.number(), &limit, sizeof limit, nullptr, 0);
        return before != 255 ? 1 : after == -ESTALE ? ESTALE : after != 255 ? 2 : 0;
    }};
    EXPECT_EQ(client.wait(), 0);
}

}  // namespace
}  // namespace tocsin::qnx
