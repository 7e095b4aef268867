// A raw event: posted from signal handlers and other processes. Public.
#pragma once

#include <cstdint>
#include <system_error>

#include <tocsin/base/callback.h>
#include <tocsin/base/descriptor.h>
#include <tocsin/core/event.h>
#include <tocsin/core/wake_channel.h>
#include <tocsin/core/watch.h>

namespace tocsin::core {

// The right to post one raw event, for another process: an owned duplicate of its posting
// descriptor, to be inherited by a child or passed over a Unix socket. It is close-on-exec: to pass
// it through execve(2), duplicate it in the child. It stays harmless when the receiver is gone. Who
// has it can also read it, where it is an eventfd, and so take posts away.
class RawPoster {
public:
    // Posts nowhere.
    RawPoster() noexcept = default;

    // Takes over a descriptor that a RawPoster gave away in another process.
    explicit RawPoster(base::Descriptor descriptor) noexcept
        : medium_{medium_of(descriptor.number())}, descriptor_{std::move(descriptor)} {}

    // As RawEvent::post().
    void post() const noexcept {
        if (descriptor_) {
            post_to(descriptor_.number(), medium_);
        }
    }

    // The descriptor to pass on; owned by this object.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_.number(); }

private:
    WakeMedium medium_ = WakeMedium::eventfd;
    base::Descriptor descriptor_;
};

// As Event, but reached from other processes, too, over a descriptor. Costs that descriptor (two
// where eventfd is refused), and one system call for every post of another process; the posts of
// this process, also of its signal handlers, travel as those of an Event do. Delivered with the
// watches.
//
// The caller owns the object. Its handler may unregister it and free it.
class RawEvent {
public:
    RawEvent() noexcept;
    explicit RawEvent(base::Callback<> handler) noexcept;
    RawEvent(const RawEvent&) = delete;
    RawEvent& operator=(const RawEvent&) = delete;
    ~RawEvent() { unregister(); }

    // Replaces the handler; a delivery to come calls the new one. On the loop's thread.
    void set_handler(base::Callback<> handler) noexcept { handler_ = handler; }

    // Opens its channel and arms it on `loop`, which has to outlive the registration. On the loop's
    // thread. Running out of descriptors or memory is the error returned, with nothing changed.
    [[nodiscard]] std::error_code register_with(Loop& loop);

    // Disarms it and closes its channel: the handler is not called any more, and the memory may be
    // freed. On the loop's thread. Nobody in this process may be inside post(), nor call it later;
    // other processes may go on posting, which has no effect.
    void unregister() noexcept;

    [[nodiscard]] bool registered() const noexcept { return watch_.registered(); }

    // Makes it pending; posts of this process before its delivery are merged, and so are those of
    // others, with these as well if the loop has looked for both. Any thread, any signal handler,
    // also a handler that interrupts this very call, and any process forked from this one, in
    // whatever way: these reach the process that registered it. One system call at most; never
    // blocks, keeps errno, raises no signal, does nothing while it is not registered.
    void post() const noexcept;

    // Makes another right to post it: one more descriptor. Fails with EMFILE, or EBADF when it is
    // not registered.
    [[nodiscard]] std::error_code make_poster(RawPoster& poster) const;

private:
    void deliver_with_watches() noexcept;
    void deliver(Conditions ready);

    base::Callback<> handler_;
    WakeChannel channel_;
    bool posted_here_ = false;          // this process has posted, and the delivery is to come
    std::uint16_t process_number_ = 0;  // the end of the fork generation that registered it
    Watch watch_;
    mutable Event here_;  // the posts of this process
};

}  // namespace tocsin::core
