// The bare kernel as a peer: an eventfd per slot in one epoll set. Private to bench.
#pragma once

#include <cstdint>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

#include "peer.h"

namespace bench {

class KernelPeer {
public:
    static constexpr const char* name = "eventfd + epoll";

    KernelPeer(std::size_t slots, Handler handler)
        : handler_{handler}, set_{::epoll_create1(EPOLL_CLOEXEC)} {
        for (std::size_t index = 0; index < slots; ++index) {
            const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
            require(descriptor >= 0, "eventfd");
            epoll_event event{.events = EPOLLIN, .data = {.u64 = index}};
            ::epoll_ctl(set_, EPOLL_CTL_ADD, descriptor, &event);
            descriptors_.push_back(descriptor);
        }
    }
    ~KernelPeer() {
        for (const int descriptor : descriptors_) {
            ::close(descriptor);
        }
        ::close(set_);
    }
    KernelPeer(const KernelPeer&) = delete;
    KernelPeer& operator=(const KernelPeer&) = delete;

    void post(std::size_t index) {
        const std::uint64_t one = 1;
        require(::write(descriptors_[index], &one, sizeof one) == sizeof one, "eventfd write");
    }
    void run() {
        while (!stopped_) {
            epoll_event events[256];
            const int count = ::epoll_wait(set_, events, 256, -1);
            for (int place = 0; place < count; ++place) {
                std::uint64_t posts = 0;
                const std::size_t index = events[place].data.u64;
                if (::read(descriptors_[index], &posts, sizeof posts) == sizeof posts) {
                    handler_(index);
                }
            }
        }
    }
    void stop() { stopped_ = true; }

private:
    Handler handler_;
    int set_;
    std::vector<int> descriptors_;
    bool stopped_ = false;
};

}  // namespace bench
