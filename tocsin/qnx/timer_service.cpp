// Delivering what timers are due. Private to tocsin/qnx.
#include <tocsin/qnx/timer_service.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <optional>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <vector>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/events.h>
#include <tocsin/qnx/process_table.h>
#include <tocsin/qnx/waiting.h>

namespace tocsin::qnx {

namespace {

struct Timer {
    base::Descriptor descriptor;
    struct ::sigevent event = {};
    int thread = 0;
    std::uint64_t name = 0;  // of this timer only, unlike its number
    int overrun = 0;
};

struct Table {
    std::mutex mutex;
    std::vector<std::optional<Timer>> timers;
    base::Descriptor set;
    std::uint64_t next_name = 0;

    [[nodiscard]] Timer* find_locked(int number) noexcept {
        const auto index = static_cast<std::size_t>(number - TimerService::mark);
        const bool known = number >= TimerService::mark && index < timers.size() &&
                           timers[index].has_value();
        return known ? &*timers[index] : nullptr;
    }
};

ProcessTable<Table> table;

// The mutex is held while an event is delivered, so that a timer that was removed does nothing.
void deliver_due(Table& all, std::uint64_t name) noexcept {
    const std::lock_guard lock{all.mutex};
    const auto timer = std::ranges::find_if(
        all.timers, [&](const auto& known) { return known && known->name == name; });
    std::uint64_t times = 0;
    if (timer == all.timers.end() ||
        ::read((*timer)->descriptor.number(), &times, sizeof times) != sizeof times) {
        return;
    }
    (*timer)->overrun = static_cast<int>(std::min<std::uint64_t>(times - 1, INT_MAX));
    static_cast<void>(deliver_here((*timer)->event, (*timer)->thread));
}

void* serve(void* argument) {
    Table& all = *static_cast<Table*>(argument);
    std::array<::epoll_event, 16> events = {};
    for (;;) {
        const int count = ::epoll_wait(all.set.number(), events.data(),
                                       static_cast<int>(events.size()), -1);
        for (int at = 0; at < count; ++at) {
            deliver_due(all, events[static_cast<std::size_t>(at)].data.u64);
        }
    }
}

int start_locked(Table& all) noexcept {
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
    ::pthread_detach(thread);
    return 0;
}

// The number of the timer, or a negative errno.
int enter_locked(Table& all, Timer timer) noexcept {
    timer.name = all.next_name++;
    ::epoll_event event = {.events = EPOLLIN, .data = {.u64 = timer.name}};
    const int descriptor = timer.descriptor.number();
    auto place = std::ranges::find_if(all.timers, [](const auto& known) { return !known; });
    try {
        if (place == all.timers.end()) {
            place = all.timers.emplace(place);
        }
    } catch (const std::bad_alloc&) {
        return -EAGAIN;
    }
    *place = std::move(timer);
    if (::epoll_ctl(all.set.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
        const int error = errno;
        place->reset();
        return -error;
    }
    return TimerService::mark + static_cast<int>(place - all.timers.begin());
}

}  // namespace

int TimerService::create(::clockid_t clock, const struct ::sigevent& event) noexcept {
    Timer timer;
    timer.descriptor.reset(::timerfd_create(clock, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!timer.descriptor) {
        return errno == EMFILE || errno == ENFILE ? -EAGAIN : -errno;
    }
    timer.event = event;
    timer.thread = own_thread();
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    if (!all.set) {
        if (const int error = start_locked(all); error != 0) {
            return -error;
        }
    }
    return enter_locked(all, std::move(timer));
}

int TimerService::remove(int number) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    if (all.find_locked(number) == nullptr) {
        return EINVAL;
    }
    all.timers[static_cast<std::size_t>(number - mark)].reset();
    return 0;
}

int TimerService::set(int number, int flags, const ::itimerspec& value,
                      ::itimerspec* before) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    Timer* const timer = all.find_locked(number);
    if (timer == nullptr) {
        return EINVAL;
    }
    const int how = (flags & TIMER_ABSTIME) != 0 ? TFD_TIMER_ABSTIME : 0;
    return ::timerfd_settime(timer->descriptor.number(), how, &value, before) == 0 ? 0 : errno;
}

int TimerService::get(int number, ::itimerspec& value) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    Timer* const timer = all.find_locked(number);
    if (timer == nullptr) {
        return EINVAL;
    }
    return ::timerfd_gettime(timer->descriptor.number(), &value) == 0 ? 0 : errno;
}

int TimerService::overrun(int number) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    Timer* const timer = all.find_locked(number);
    return timer == nullptr ? -EINVAL : timer->overrun;
}

}  // namespace tocsin::qnx
