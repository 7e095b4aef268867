// What a native client says to a manager through a descriptor of its path. Private to tocsin/qnx.
#pragma once

#include <cstddef>
#include <cstdint>
#include <sys/ioctl.h>
#include <sys/siginfo.h>

namespace tocsin::qnx {

// Each is an ioctl, so that the kernel decides who may, and says who asks. The answer lies over the
// question. Errors of the manager are in the answer, as the kernel has its own ideas of some.
constexpr unsigned native_type = 0xf4;

// Who serves the path.
struct NativeWho {
    std::int32_t process = 0;
    std::int32_t chid = 0;
    std::uint32_t version = 0;
};
constexpr unsigned native_who = _IOR(native_type, 1, NativeWho);

// ionotify(). `ticket` names the link that the event comes back by; ESTALE: there is none.
struct NativeNotify {
    std::uint64_t ticket = 0;
    std::int32_t coid = 0;
    std::int32_t action = 0;
    std::uint32_t flags = 0;
    std::int32_t error = 0;  // of the answer, and
    struct ::sigevent event = {};
};
constexpr unsigned native_notify = _IOWR(native_type, 2, NativeNotify);

// close() of a descriptor that was used natively, which follows at once.
struct NativeClose {
    std::uint64_t ticket = 0;
    std::int32_t coid = 0;
};
constexpr unsigned native_close = _IOW(native_type, 3, NativeClose);

// MsgSend(), of a message that lies in an area of the link.
struct NativeSend {
    std::uint64_t ticket = 0;
    std::int32_t coid = 0;
    std::uint32_t area = 0;
    std::uint64_t size = 0;
    std::uint64_t room = 0;  // of the answer: how much of it is filled
    std::int64_t status = 0;
    std::uint64_t number = 0;  // of the message, by which it can be let go
    std::int32_t error = 0;
};
constexpr unsigned native_send = _IOWR(native_type, 4, NativeSend);

// What MsgSendPulse() needs to know, once for a descriptor: the scoid that the client has with the
// path's channel. Pulses go over the link, as their sender never waits. ESTALE as above.
struct NativeEnter {
    std::uint64_t ticket = 0;
    std::int32_t scoid = 0;
    std::int32_t error = 0;
};
constexpr unsigned native_enter = _IOWR(native_type, 6, NativeEnter);

// devctl(), with the data behind it; the number of the ioctl has the whole size.
struct NativeDevctl {
    std::int32_t dcmd = 0;
    std::uint32_t size = 0;
    std::int32_t result = 0;
    std::int32_t error = 0;
};
constexpr unsigned native_devctl_number = 5;
constexpr std::size_t native_size_max = (1U << _IOC_SIZEBITS) - 1;
constexpr unsigned native_devctl(std::size_t size) noexcept {
    return static_cast<unsigned>(
        _IOC(_IOC_READ | _IOC_WRITE, native_type, native_devctl_number, size));
}

constexpr std::uint32_t native_version = 2;

}  // namespace tocsin::qnx
