// Asking for a message to be let go. Private to tocsin/qnx.
#include <tocsin/qnx/link/send_timer.h>

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utility>

#include <tocsin/qnx/link/server_link.h>

namespace tocsin::qnx {

namespace {

// Until a server that has much to read is told again.
constexpr base::Duration pause = std::chrono::milliseconds{1};

int set(const base::Descriptor& timer, base::Time time) noexcept {
    constexpr base::Duration::rep second = 1'000'000'000;
    const base::Duration::rep count =
        std::max<base::Duration::rep>(time.time_since_epoch().count(), 1);
    const ::itimerspec once = {.it_interval = {},
                               .it_value = {.tv_sec = count / second, .tv_nsec = count % second}};
    return ::timerfd_settime(timer.number(), TFD_TIMER_ABSTIME, &once, nullptr) == 0 ? 0 : errno;
}

}  // namespace

int SendTimer::start(const std::shared_ptr<ServerLink>& link, std::uint32_t area,
                     std::uint64_t number, base::Time deadline, std::shared_ptr<SendTimer>& timer) {
    base::Descriptor descriptor{::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)};
    if (!descriptor) {
        return errno;
    }
    if (const int error = set(descriptor, deadline); error != 0) {
        return error;
    }
    timer = std::make_shared<SendTimer>(link, area, number, std::move(descriptor));
    const int error = Service::watch(timer->descriptor_.number(), EPOLLIN, timer);
    if (error != 0) {
        timer.reset();
    }
    return error;
}

SendTimer::SendTimer(std::shared_ptr<ServerLink> link, std::uint32_t area, std::uint64_t number,
                     base::Descriptor descriptor) noexcept
    : link_{std::move(link)}, area_{area}, number_{number}, descriptor_{std::move(descriptor)} {}

// The event may be of a descriptor that had this one's number before.
bool SendTimer::has_expired() const noexcept {
    std::uint64_t count = 0;
    return ::read(descriptor_.number(), &count, sizeof count) == sizeof count;
}

void SendTimer::ready(std::uint32_t) noexcept {
    Frame frame;
    frame.kind = FrameKind::let_go;
    frame.area = area_;
    frame.number = number_;
    const std::lock_guard lock{mutex_};
    if (over_ || !has_expired()) {
        return;
    }
    expired_ = true;
    if (link_->send(frame) == EAGAIN) {
        static_cast<void>(set(descriptor_, base::monotonic_clock().now() + pause));
    } else {
        Service::change(descriptor_.number(), 0);
    }
}

bool SendTimer::stop() noexcept {
    {
        const std::lock_guard lock{mutex_};
        over_ = true;
    }
    Service::forget(descriptor_.number());
    return expired_;
}

}  // namespace tocsin::qnx
