// Waiting with poll, where epoll is refused. Private to tocsin/core.
#pragma once

#include <poll.h>

#include <tocsin/core/descriptor_table.h>
#include <tocsin/core/mapped_array.h>
#include <tocsin/core/poller.h>

namespace tocsin::core {

// Keeps the array that ppoll(2) is called with; its first entry is the bell. Entry n belongs to
// watches_[n], which keeps n as its place.
class PollPoller final : public Poller {
public:
    // Throws std::system_error: ENOMEM.
    explicit PollPoller(WakeChannel& bell);

    [[nodiscard]] std::error_code add(Watch& watch) noexcept override;
    void remove(Watch& watch) noexcept override;
    [[nodiscard]] std::error_code update(Watch& watch) noexcept override;
    [[nodiscard]] std::error_code renew() noexcept override;
    void wait(std::optional<base::Duration> timeout, Collected& collected) override;
    [[nodiscard]] bool needs_draining(const WakeChannel&) const noexcept override { return true; }
    [[nodiscard]] const char* name() const noexcept override { return "poll"; }

private:
    [[nodiscard]] std::error_code append(Watch& watch) noexcept;
    [[nodiscard]] std::error_code make_room() noexcept;

    WakeChannel& bell_;
    MappedArray<pollfd> entries_;
    struct Entered {
        Watch* watch;
    };

    MappedArray<Entered> watches_;
    std::size_t count_ = 1;
    DescriptorTable table_;
};

}  // namespace tocsin::core
