// Shows whom one reaches by the number of a process.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <linux/sched.h>
#include <memory>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/core/forked.h>
#include <tests/core/open_descriptors.h>
#include <tests/core/patience.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/link/frame.h>
#include <tocsin/qnx/link/server_link.h>
#include <tocsin/qnx/link/socket.h>

#include "connected_pair.h"
#include "process.h"

namespace tocsin::qnx {
namespace {

template <typename Connect>
int error_of(Connect&& connect) {
    try {
        static_cast<void>(connect());
        return 0;
    } catch (const std::system_error& error) {
        return error.code().value();
    }
}

int error_of_connecting_to(::pid_t process) {
    return error_of([process] { return LinkSocket::connect(process); });
}

// Those who are told by its end that it is over.
class Rope {
public:
    Rope() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        reader_.reset(ends[0]);
        writer_.reset(ends[1]);
    }
    // In a child, which has a copy of it.
    void wait_for_end() {
        writer_.reset();
        char byte = 0;
        while (::read(reader_.number(), &byte, 1) < 0 && errno == EINTR) {
        }
    }
    void end() { writer_.reset(); }

private:
    base::Descriptor reader_;
    base::Descriptor writer_;
};

// The number of a process that has listened and ended, whose child keeps the socket until the end
// of the rope.
::pid_t listened_and_left_it_to_a_child(Rope& rope) {
    const ::pid_t process = core::start_child([&rope] {
        const base::Descriptor door = LinkSocket::listen();
        const ::pid_t child = ::fork();
        if (child == 0) {
            rope.wait_for_end();
            ::_exit(0);
        }
        return child > 0;
    });
    EXPECT_EQ(core::status_of(process), 0);
    return process;
}

// Starts a child with the number `pid` that lives until the end of the rope; false where that is
// not allowed.
bool start_child_of_number(::pid_t pid, Rope& rope) {
    ::clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<std::uintptr_t>(&pid);
    arguments.set_tid_size = 1;
    const long child = ::syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0) {
        rope.wait_for_end();
        ::syscall(SYS_exit_group, 0);
    }
    return child == pid;
}

// Kernels before 6.5 do not tell.
bool kernel_tells_processes_apart() {
    const ConnectedPair pair;
    base::Descriptor process;
    int number = -1;
    ::socklen_t size = sizeof number;
    const bool told = ::getsockopt(pair.one.number(), SOL_SOCKET, 77, &number, &size) == 0;
    process.reset(told ? number : -1);
    return told;
}

TEST(LinkSocket, a_link_that_works_needs_no_descriptor_to_be_used_again) {
    const RemoteServer server{0, [](Server&, int) { return true; }};
    const std::shared_ptr<ServerLink> link = ServerLink::to(server.process.pid);
    const core::FewDescriptors none{0};
    EXPECT_EQ(ServerLink::to(server.process.pid), link);
}

TEST(LinkSocket, a_process_that_listens_is_reached_until_it_ends) {
    Rope rope;
    Rope ready;
    const ::pid_t process = core::start_child([&] {
        const base::Descriptor door = LinkSocket::listen();
        ready.end();
        rope.wait_for_end();
        return true;
    });
    ready.wait_for_end();
    EXPECT_EQ(error_of_connecting_to(process), 0);
    rope.end();
    EXPECT_EQ(core::status_of(process), 0);
    EXPECT_EQ(error_of_connecting_to(process), ESRCH);
}

// A child had the socket still, and the kernel names who has listened there.
TEST(LinkSocket, one_that_has_ended_is_not_reached_though_its_child_keeps_its_place) {
    Rope rope;
    const ::pid_t process = listened_and_left_it_to_a_child(rope);
    EXPECT_EQ(error_of_connecting_to(process), kernel_tells_processes_apart() ? ESRCH : 0);
}

// Messages to the one with the number went to the child of the other.
TEST(LinkSocket, one_that_has_got_the_number_of_another_is_not_taken_for_it) {
    Rope rope;
    const ::pid_t process = listened_and_left_it_to_a_child(rope);
    const bool recycled = start_child_of_number(process, rope);
    EXPECT_EQ(error_of_connecting_to(process), kernel_tells_processes_apart() ? ESRCH : 0);
    rope.end();
    if (recycled) {
        EXPECT_EQ(core::status_of(process), 0);
    }
}

// Answers the first who connects as a server does.
bool greet_one(const base::Descriptor& door) {
    base::Descriptor client;
    base::Descriptor mailbox;
    Frame hello;
    const bool greeted =
        core::comes_true([&] {
            client = LinkSocket::accept(door);
            return static_cast<bool>(client);
        }) &&
        core::comes_true([&] { return LinkSocket::receive(client.number(), hello, mailbox) == 0; });
    hello.kind = FrameKind::welcome;
    hello.number = 1;
    const bool told = greeted && LinkSocket::send(client.number(), hello) == 0;
    static_cast<void>(client.release());  // stays open
    return told;
}

// The link had not ended, and was taken for one to whoever had the number.
TEST(LinkSocket, a_link_that_a_child_of_its_server_keeps_is_not_used_for_its_number_again) {
    Rope ready;
    Rope server;
    Rope keeper;
    const ::pid_t process = core::start_child([&] {
        const base::Descriptor door = LinkSocket::listen();
        ready.end();
        const bool greeted = greet_one(door);
        server.wait_for_end();
        if (::fork() == 0) {
            keeper.wait_for_end();
            ::_exit(0);
        }
        return greeted;
    });
    ready.wait_for_end();
    const std::shared_ptr<ServerLink> link = ServerLink::to(process);
    EXPECT_EQ(ServerLink::to(process), link);
    server.end();
    EXPECT_EQ(core::status_of(process), 0);
    EXPECT_EQ(error_of([process] { return ServerLink::to(process); }),
              kernel_tells_processes_apart() ? ESRCH : 0);
}

}  // namespace
}  // namespace tocsin::qnx
