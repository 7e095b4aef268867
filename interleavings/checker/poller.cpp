// The loop's seam to the kernel, with nothing behind it but the bell.
#include <tocsin/core/poller.h>

#include <checker/kernel.h>
#include <tocsin/core/wake_channel.h>

namespace tocsin::core {

namespace {

using interleavings::Kernel;

// As epoll's: it hears each ring once, and leaves the bell undrained. A sleep may end early, by
// what a loop has beside its bell: descriptors and signals.
class BellPoller final : public Poller {
public:
    explicit BellPoller(const WakeChannel& bell) noexcept : bell_{bell.reading_descriptor()} {}

    std::error_code add(Watch&) noexcept override { return {}; }
    void remove(Watch&) noexcept override {}
    std::error_code update(Watch&) noexcept override { return {}; }
    std::error_code renew() noexcept override { return {}; }

    void wait(std::optional<base::Duration> timeout, Collected& collected) override {
        Kernel& kernel = Kernel::of_execution();
        const std::uint64_t rings =
            timeout ? kernel.rings_of(bell_) : kernel.listen(bell_, heard_, true);
        collected.rung = rings > heard_;
        heard_ = rings;
    }

    bool needs_draining(const WakeChannel&) const noexcept override { return false; }
    const char* name() const noexcept override { return "bell"; }

private:
    int bell_;
    std::uint64_t heard_ = 0;
};

}  // namespace

std::unique_ptr<Poller> Poller::make(WakeChannel& bell, bool) {
    return std::make_unique<BellPoller>(bell);
}

}  // namespace tocsin::core
