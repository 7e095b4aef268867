// A client without the library. For tests.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/link/area.h>
#include <tocsin/qnx/link/frame.h>
#include <tocsin/qnx/link/mailbox.h>
#include <tocsin/qnx/link/socket.h>

#include "server.h"

namespace tocsin::qnx {

// Shows the memory that one message needs at least.
[[nodiscard]] inline Frame area_frame(std::uint32_t number, int coid = 0) {
    Frame frame;
    frame.kind = FrameKind::area;
    frame.area = number;
    frame.coid = coid;
    frame.size = Area::size_least;
    return frame;
}

// A stranger who speaks the language of links, or something else.
class Stranger {
public:
    explicit Stranger(::pid_t process) : socket{LinkSocket::connect(process)} {}

    bool say(const Frame& frame, int passed = -1) const {
        return LinkSocket::send(socket.number(), frame, passed) == 0;
    }
    void greet() const {
        Frame hello;
        hello.number = frame_version;
        base::Descriptor memory;
        const Mailbox mailbox{memory};
        EXPECT_TRUE(say(hello, memory.number()));
        EXPECT_EQ(hear().kind, FrameKind::welcome);
    }
    // With two descriptors.
    [[nodiscard]] bool say_with_two(Frame frame) const {
        const int two[2] = {STDIN_FILENO, STDIN_FILENO};
        alignas(::cmsghdr) char control[CMSG_SPACE(sizeof two)] = {};
        ::iovec piece = {&frame, sizeof frame};
        ::msghdr message = {};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        ::cmsghdr* const part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(sizeof two);
        std::memcpy(CMSG_DATA(part), two, sizeof two);
        return ::sendmsg(socket.number(), &message, 0) == sizeof frame;
    }
    [[nodiscard]] Frame hear() const {
        Frame frame;
        base::Descriptor passed;
        int error = EAGAIN;
        EXPECT_TRUE(until([&] {
            error = LinkSocket::receive(socket.number(), frame, passed);
            return error != EAGAIN;
        }));
        frame.error = error == 0 ? frame.error : error;
        return frame;
    }
    [[nodiscard]] bool turned_away() const { return hear().error == ECONNRESET; }

    const base::Descriptor socket;
};

}  // namespace tocsin::qnx
