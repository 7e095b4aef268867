// Waiting for descriptors. Private to tocsin/qnx.
#include <tocsin/qnx/link/service.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <mutex>
#include <new>
#include <optional>
#include <pthread.h>
#include <sys/epoll.h>
#include <unordered_map>
#include <utility>

#include <tocsin/base/clock.h>
#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/process_table.h>

namespace tocsin::qnx {

namespace {

constexpr std::chrono::milliseconds moment{100};

struct Watch {
    std::shared_ptr<Watcher> watcher;
    std::uint32_t after_rest = 0;  // for which events then; 0: it does not rest
};

struct Watched {
    std::mutex mutex;
    base::Descriptor set;
    std::unordered_map<int, Watch> watches;

    std::optional<base::Time> rest_end = {};  // of the service's thread

    [[nodiscard]] std::shared_ptr<Watcher> find(int descriptor) noexcept {
        const std::lock_guard lock{mutex};
        const auto found = watches.find(descriptor);
        return found == watches.end() ? nullptr : found->second.watcher;
    }
};

ProcessTable<Watched> watched;

int control(Watched& all, int operation, int descriptor, std::uint32_t events) noexcept {
    ::epoll_event event = {.events = events, .data = {.fd = descriptor}};
    return ::epoll_ctl(all.set.number(), operation, descriptor, &event) == 0 ? 0 : errno;
}

// For epoll: how long until a rest is over, rounded up.
int milliseconds_left(const Watched& all) noexcept {
    if (!all.rest_end) {
        return -1;
    }
    const base::Duration left = *all.rest_end - base::monotonic_clock().now();
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left);
    return static_cast<int>(std::clamp(rounded, std::chrono::milliseconds{0}, moment).count());
}

void end_rests(Watched& all) noexcept {
    if (!all.rest_end || base::monotonic_clock().now() < *all.rest_end) {
        return;
    }
    all.rest_end.reset();
    const std::lock_guard lock{all.mutex};
    for (auto& [descriptor, watch] : all.watches) {
        if (const std::uint32_t events = std::exchange(watch.after_rest, 0); events != 0) {
            static_cast<void>(control(all, EPOLL_CTL_MOD, descriptor, events));
        }
    }
}

void* serve(void* argument) {
    Watched& all = *static_cast<Watched*>(argument);
    std::array<::epoll_event, 16> events = {};
    for (;;) {
        const int count = ::epoll_wait(all.set.number(), events.data(),
                                       static_cast<int>(events.size()), milliseconds_left(all));
        end_rests(all);
        for (int at = 0; at < count; ++at) {
            const ::epoll_event& event = events[static_cast<std::size_t>(at)];
            if (const std::shared_ptr<Watcher> watcher = all.find(event.data.fd)) {
                watcher->ready(event.events);
            }
        }
    }
    return nullptr;
}

int start_locked(Watched& all) noexcept {
    base::Descriptor set{::epoll_create1(EPOLL_CLOEXEC)};
    if (!set) {
        return errno;
    }
    ::sigset_t every;
    ::sigset_t before;
    ::sigfillset(&every);
    all.set = std::move(set);
    ::pthread_sigmask(SIG_SETMASK, &every, &before);
    ::pthread_t thread = {};
    const int error = ::pthread_create(&thread, nullptr, serve, &all);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (error != 0) {
        all.set.reset();
        return error;
    }
    ::pthread_setname_np(thread, "tocsin-qnx");
    ::pthread_detach(thread);
    return 0;
}

}  // namespace

Watcher::~Watcher() = default;

int Service::watch(int descriptor, std::uint32_t events,
                   const std::shared_ptr<Watcher>& watcher) noexcept {
    Watched& all = watched.get();
    const std::lock_guard lock{all.mutex};
    if (!all.set) {
        if (const int error = start_locked(all); error != 0) {
            return error;
        }
    }
    try {
        all.watches[descriptor] = {.watcher = watcher};
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
    const int error = control(all, EPOLL_CTL_ADD, descriptor, events);
    if (error != 0) {
        all.watches.erase(descriptor);
    }
    return error;
}

void Service::change(int descriptor, std::uint32_t events) noexcept {
    Watched& all = watched.get();
    const std::lock_guard lock{all.mutex};
    if (const auto found = all.watches.find(descriptor); found != all.watches.end()) {
        found->second.after_rest = 0;
        static_cast<void>(control(all, EPOLL_CTL_MOD, descriptor, events));
    }
}

void Service::rest(int descriptor, std::uint32_t meanwhile, std::uint32_t then) noexcept {
    Watched& all = watched.get();
    const std::lock_guard lock{all.mutex};
    const auto found = all.watches.find(descriptor);
    if (found == all.watches.end()) {
        return;
    }
    static_cast<void>(control(all, EPOLL_CTL_MOD, descriptor, meanwhile));
    found->second.after_rest = then;
    if (!all.rest_end) {
        all.rest_end = base::monotonic_clock().now() + moment;
    }
}

void Service::forget(int descriptor) noexcept {
    Watched& all = watched.get();
    std::shared_ptr<Watcher> gone;  // goes without the lock
    const std::lock_guard lock{all.mutex};
    const auto found = all.watches.find(descriptor);
    if (found == all.watches.end()) {
        return;
    }
    static_cast<void>(control(all, EPOLL_CTL_DEL, descriptor, 0));
    gone = std::move(found->second.watcher);
    all.watches.erase(found);
}

}  // namespace tocsin::qnx
