// How long a message through a descriptor may take. Private to tocsin/qnx.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include <tocsin/base/clock.h>
#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/link/service.h>

namespace tocsin::qnx {

class ServerLink;

// Its sender waits in the kernel, which knows of no time. So the manager is asked, over the link,
// to let it go, as it is asked when a signal comes; and as then it decides.
class SendTimer final : public Watcher {
public:
    // 0, or the errno of what a timer needs; `timer` is empty then.
    [[nodiscard]] static int start(const std::shared_ptr<ServerLink>& link, std::uint32_t area,
                                   std::uint64_t number, base::Time deadline,
                                   std::shared_ptr<SendTimer>& timer);

    SendTimer(std::shared_ptr<ServerLink> link, std::uint32_t area, std::uint64_t number,
              base::Descriptor descriptor) noexcept;

    void ready(std::uint32_t events) noexcept override;

    // The message is over; whether its time was. Nothing is asked any more.
    [[nodiscard]] bool stop() noexcept;

private:
    [[nodiscard]] bool has_expired() const noexcept;

    const std::shared_ptr<ServerLink> link_;
    const std::uint32_t area_;
    const std::uint64_t number_;
    const base::Descriptor descriptor_;
    std::mutex mutex_;
    bool over_ = false;
    bool expired_ = false;
};

}  // namespace tocsin::qnx
