// Two connected sockets, made without socketpair(2), which some modes hide. For tests.
#pragma once

#include <array>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>

#include <tocsin/base/descriptor.h>
#include <tocsin/base/errors.h>

namespace tocsin::core {

struct SocketPair {
    SocketPair() {
        const base::Descriptor listener{new_socket()};
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        socklen_t length = sizeof address.sun_family;  // The kernel chooses an abstract name.
        const auto generic = reinterpret_cast<sockaddr*>(&address);
        socklen_t room = sizeof address;
        here.reset(new_socket());
        if (::bind(listener.number(), generic, length) != 0 ||
            ::getsockname(listener.number(), generic, &room) != 0 ||
            ::listen(listener.number(), 1) != 0 || ::connect(here.number(), generic, room) != 0) {
            throw std::system_error{base::last_error(), "cannot connect two sockets"};
        }
        there.reset(::accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    }

    base::Descriptor here;
    base::Descriptor there;

private:
    static int new_socket() {
        return ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    }
};

// One byte and at most one descriptor, as sendmsg(2) wants them.
struct DescriptorMessage {
    DescriptorMessage() {
        header.msg_iov = &piece;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
    }

    char byte = 'd';
    iovec piece{.iov_base = &byte, .iov_len = 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr header{};
};

// Sends a duplicate of `descriptor` over `socket`.
[[nodiscard]] inline bool send_descriptor(int socket, int descriptor) {
    DescriptorMessage message;
    cmsghdr* const part = CMSG_FIRSTHDR(&message.header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
    return ::sendmsg(socket, &message.header, MSG_NOSIGNAL) == 1;
}

// What send_descriptor() sent; nothing when nothing has arrived.
[[nodiscard]] inline base::Descriptor receive_descriptor(int socket) {
    DescriptorMessage message;
    if (::recvmsg(socket, &message.header, MSG_CMSG_CLOEXEC) != 1 ||
        CMSG_FIRSTHDR(&message.header) == nullptr) {
        return {};
    }
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message.header)), sizeof descriptor);
    return base::Descriptor{descriptor};
}

}  // namespace tocsin::core
