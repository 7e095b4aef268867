// Which way to wait. Private to tocsin/core.
#include <tocsin/core/poller.h>

#include <cerrno>

#include <tocsin/core/epoll_poller.h>
#include <tocsin/core/poll_poller.h>

namespace tocsin::core {

std::unique_ptr<Poller> Poller::make(WakeChannel& bell, bool use_epoll) {
    if (use_epoll) {
        try {
            return std::make_unique<EpollPoller>(bell);
        } catch (const std::system_error& error) {
            const int number = error.code().value();
            if (number != ENOSYS && number != EPERM && number != EINVAL) {
                throw;
            }
        }
    }
    return std::make_unique<PollPoller>(bell);
}

}  // namespace tocsin::core
