// The thread that waits for what comes from outside of this process. Private to tocsin/qnx.
#pragma once

#include <cstdint>
#include <memory>

namespace tocsin::qnx {

// Something that waits for a descriptor.
class Watcher {
public:
    virtual ~Watcher();

    // The descriptor is ready for `events`, of epoll(7), or was a moment ago. In the service's
    // thread, which gets no signals; must not wait for other processes.
    virtual void ready(std::uint32_t events) noexcept = 0;
};

// One thread for all, made when the first descriptor comes, and made anew in a forked child, which
// inherits nothing that is watched. Any thread.
class Service {
public:
    // Watches for `events` as long as they last, until forget(). 0, or an errno.
    [[nodiscard]] static int watch(int descriptor, std::uint32_t events,
                                   const std::shared_ptr<Watcher>& watcher) noexcept;

    // For other events from now on, also when it rests.
    static void change(int descriptor, std::uint32_t events) noexcept;

    // Watches for `meanwhile` for a moment, and then for `then`: what failed for want of something
    // is tried again, as nobody tells when that is there. In the service's thread.
    static void rest(int descriptor, std::uint32_t meanwhile, std::uint32_t then) noexcept;

    // Before the descriptor is closed. A call that is under way may still be so on return.
    static void forget(int descriptor) noexcept;
};

}  // namespace tocsin::qnx
