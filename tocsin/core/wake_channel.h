// A descriptor that wakes a sleeper: an eventfd, else a socket pair, else a pipe. Public.
#pragma once

#include <cstdint>
#include <system_error>

#include <tocsin/base/descriptor.h>

namespace tocsin::core {

// How posts travel. A poster in another process has to know it, because only a socket can be told
// not to raise SIGPIPE.
enum class WakeMedium : std::uint8_t { eventfd, socket_pair, pipe };

// Posts to `descriptor`, one system call, and one more for each that the kernel refuses for want of
// memory, as it may those of sockets and pipes. Any thread, any process that holds the descriptor,
// any signal handler. Never waits for its reader, keeps errno, raises no signal; a full channel is
// a success, because its reader is going to look anyway, and a dead reader is nobody's harm.
void post_to(int descriptor, WakeMedium medium) noexcept;

// Finds out by which medium `descriptor`, the posting side of a channel, works.
[[nodiscard]] WakeMedium medium_of(int descriptor) noexcept;

// One channel, both ends. Descriptors are close-on-exec and non-blocking from birth.
class WakeChannel {
public:
    // A closed channel.
    WakeChannel() noexcept = default;

    // Opens it. When eventfd is refused (ENOSYS, EPERM, EINVAL) a socket pair takes over, and a
    // pipe where that is refused too. Running out of descriptors or memory is the error returned;
    // the channel stays closed.
    [[nodiscard]] std::error_code open() noexcept;

    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(reader_); }
    void close() noexcept;

    // As post_to(). Any thread.
    void post() const noexcept { post_to(posting_descriptor(), medium_); }

    // Takes the posts that have arrived and returns their number; never blocks. One thread. However
    // fast others post it returns: what a full channel does not hold may be left for the next time.
    std::uint64_t drain() noexcept;

    // Whether the channel may be left undrained by a reader that waits for edges: an eventfd
    // counts, the others fill up.
    [[nodiscard]] bool counts() const noexcept { return medium_ == WakeMedium::eventfd; }

    [[nodiscard]] WakeMedium medium() const noexcept { return medium_; }
    [[nodiscard]] int reading_descriptor() const noexcept { return reader_.number(); }
    [[nodiscard]] int posting_descriptor() const noexcept {
        return writer_ ? writer_.number() : reader_.number();
    }

private:
    [[nodiscard]] std::error_code open_socket_pair() noexcept;
    [[nodiscard]] std::error_code open_pipe() noexcept;

    base::Descriptor reader_;
    base::Descriptor writer_;
    WakeMedium medium_ = WakeMedium::eventfd;
};

}  // namespace tocsin::core
