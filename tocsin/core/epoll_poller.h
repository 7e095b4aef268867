// Waiting with epoll. Private to tocsin/core.
#pragma once

#include <array>
#include <sys/epoll.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/core/descriptor_table.h>
#include <tocsin/core/poller.h>

namespace tocsin::core {

// Keeps one epoll set. The kernel is told of an interest when it grows; one that shrinks is left
// until an unwanted report shows that it matters, so that switching a watch off and on costs
// nothing; but one of Wakes::one is told at once, for its report would have been another loop's.
// After such a report the watch is asked for one report at a time, as long as it is switched off in
// between: that costs one call for each, and not two.
class EpollPoller final : public Poller {
public:
    // Throws std::system_error: EMFILE, ENFILE, ENOMEM, or what a kernel without epoll says.
    explicit EpollPoller(WakeChannel& bell);

    [[nodiscard]] std::error_code add(Watch& watch) noexcept override;
    void remove(Watch& watch) noexcept override;
    [[nodiscard]] std::error_code update(Watch& watch) noexcept override;
    [[nodiscard]] std::error_code renew() noexcept override { return rebuild(); }
    void wait(std::optional<base::Duration> timeout, Collected& collected) override;
    [[nodiscard]] bool needs_draining(const WakeChannel& bell) const noexcept override;
    [[nodiscard]] const char* name() const noexcept override {
        return fine_ ? "epoll_pwait2" : "epoll";
    }

private:
    [[nodiscard]] std::error_code install(Watch& watch, Conditions interest) noexcept;
    [[nodiscard]] int wait_for_events(std::optional<base::Duration> timeout);
    bool collect_all(int count, Collected& collected) noexcept;
    bool collect_one(const epoll_event& event, Collected& collected) noexcept;
    [[nodiscard]] epoll_event entry_of(const Watch& watch, Conditions interest) const noexcept;
    [[nodiscard]] std::error_code rebuild() noexcept;
    [[nodiscard]] std::error_code copy_entry(const Watch& watch,
                                             const base::Descriptor& set) const noexcept;
    [[nodiscard]] std::error_code open_set(base::Descriptor& set) noexcept;

    base::Descriptor set_;
    WakeChannel& bell_;
    DescriptorTable table_;
    bool fine_ = true;    // epoll_pwait2 has not been refused yet
    bool stale_ = false;  // the set holds an entry that nobody can remove any more
    std::array<epoll_event, 256> events_{};
};

}  // namespace tocsin::core
