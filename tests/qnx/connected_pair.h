// Two ends of one connection, as of a link; also where socketpair(2) is refused. For tests.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <gtest/gtest.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::qnx {

struct ConnectedPair {
    ConnectedPair() {
        const base::Descriptor door{::socket(AF_UNIX, kind, 0)};
        // Without a name in it, the kernel chooses one.
        ::sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
        auto* const name = reinterpret_cast<::sockaddr*>(&address);
        EXPECT_EQ(::bind(door.number(), name, sizeof address.sun_family), 0);
        ::socklen_t size = sizeof address;
        EXPECT_EQ(::getsockname(door.number(), name, &size), 0);
        EXPECT_EQ(::listen(door.number(), 1), 0);
        one.reset(::socket(AF_UNIX, kind, 0));
        EXPECT_EQ(::connect(one.number(), name, size), 0);
        other.reset(::accept4(door.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        EXPECT_TRUE(other);
    }

    static constexpr int kind = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
    base::Descriptor one;
    base::Descriptor other;
};

}  // namespace tocsin::qnx
