// The sockets that links are made of. Private to tocsin/qnx.
#pragma once

#include <cstdint>
#include <optional>
#include <sys/socket.h>
#include <sys/types.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/link/frame.h>

namespace tocsin::qnx {

// Whether that is the own user or root, whose processes may do here what they like.
[[nodiscard]] bool is_trusted(::uid_t user) noexcept;

// Where a process is reached by its number: a name that goes with the process, in the name space of
// its network.
class LinkSocket {
public:
    // A socket that others connect to, of this process; EADDRINUSE: somebody sits at its name.
    // Throws std::system_error.
    [[nodiscard]] static base::Descriptor listen();

    // To that process, and no other. Throws std::system_error; ESRCH: there is none, or nobody
    // listens, or it has ended and somebody else keeps its socket. Before Linux 6.5 the last is not
    // told.
    [[nodiscard]] static base::Descriptor connect(::pid_t process);

    // The next who connects, or none with errno.
    [[nodiscard]] static base::Descriptor accept(const base::Descriptor& listening) noexcept;

    // Who is at the other end, as the kernel knows it from when they connected, or listened.
    [[nodiscard]] static ::ucred peer(const base::Descriptor& socket) noexcept;

    // Whether who is at the other end has ended, though others may keep his socket, and one of them
    // may have his number; false where the kernel does not tell. Nothing, with errno, for want of a
    // descriptor or memory to see it by.
    [[nodiscard]] static std::optional<bool>
    peer_has_ended(const base::Descriptor& socket) noexcept;

    // Sends one frame, with a descriptor unless that is -1. 0, EAGAIN when there is no room for it
    // now, or another errno: the link is broken. Never waits. Any thread.
    [[nodiscard]] static int send(int socket, const Frame& frame, int passed = -1) noexcept;

    // Takes the next frame, and the descriptor that comes with it. 0, EAGAIN when there is none,
    // EMFILE when there is a whole frame whose descriptor has found no place here, or another
    // errno: the link has ended, or carries what is no frame.
    [[nodiscard]] static int receive(int socket, Frame& frame, base::Descriptor& passed) noexcept;
};

}  // namespace tocsin::qnx
