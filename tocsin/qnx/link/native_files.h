// Descriptors of this process that a manager serves, as a QNX client uses them. Private to
// tocsin/qnx.
#pragma once

#include <memory>
#include <sys/siginfo.h>

#include <tocsin/qnx/connection.h>
#include <tocsin/qnx/link/native_call.h>
#include <tocsin/qnx/link/server_link.h>

namespace tocsin::qnx {

// Functions return 0 or an errno: EBADF when that is no descriptor, ENOSYS when it is not one of a
// path that a manager serves. Any thread.
class NativeFiles final : public DescriptorCalls {
public:
    [[nodiscard]] static NativeFiles& instance() noexcept;

    // ionotify(); `conditions` are those of the answer.
    [[nodiscard]] static int notify(int descriptor, int action, unsigned flags,
                                    const struct ::sigevent& event, unsigned& conditions);

    // Before the descriptor is closed: the manager lets go of what was armed through it.
    static void closing(int descriptor) noexcept;

    // The link has ended: tells those of this process's channels that want to know which
    // descriptors were used over it. One that was closed otherwise than by QNX's close() is told of
    // as well.
    static void tell_of_death(const ServerLink& link) noexcept;

    [[nodiscard]] Answer send(int descriptor, Pieces message, Pieces room,
                              Timeout timeout) override;
    [[nodiscard]] int pulse(int descriptor, const PulseContent& content) noexcept override;
    [[nodiscard]] ServerIdentity identity(int descriptor) noexcept override;
};

}  // namespace tocsin::qnx
