// Delivering what timers are due. Private to tocsin/qnx.
#include <tocsin/qnx/timer_service.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/events.h>
#include <tocsin/qnx/link/service.h>
#include <tocsin/qnx/process_table.h>
#include <tocsin/qnx/waiting.h>

namespace tocsin::qnx {

namespace {

// Its events are delivered with the table locked, so that a timer that was removed does nothing.
struct Timer final : Watcher {
    void ready(std::uint32_t events) noexcept override;

    base::Descriptor descriptor;
    struct ::sigevent event = {};
    int thread = 0;
    int overrun = 0;
    bool removed = false;
};

struct Table {
    std::mutex mutex;
    std::vector<std::shared_ptr<Timer>> timers;

    [[nodiscard]] std::shared_ptr<Timer>* find_locked(int number) noexcept {
        const auto index = static_cast<std::size_t>(number - TimerService::mark);
        const bool known =
            number >= TimerService::mark && index < timers.size() && timers[index] != nullptr;
        return known ? &timers[index] : nullptr;
    }
};

ProcessTable<Table> table;

void Timer::ready(std::uint32_t) noexcept {
    const std::lock_guard lock{table.get().mutex};
    std::uint64_t times = 0;
    if (removed || ::read(descriptor.number(), &times, sizeof times) != sizeof times) {
        return;
    }
    overrun = static_cast<int>(std::min<std::uint64_t>(times - 1, INT_MAX));
    static_cast<void>(deliver_here(event, thread));
}

// The number of the timer, or a negative errno.
int enter_locked(Table& all, const std::shared_ptr<Timer>& timer) noexcept {
    auto place = std::ranges::find(all.timers, nullptr);
    try {
        if (place == all.timers.end()) {
            place = all.timers.emplace(place);
        }
    } catch (const std::bad_alloc&) {
        return -EAGAIN;
    }
    const int error = Service::watch(timer->descriptor.number(), EPOLLIN, timer);
    if (error != 0) {
        return error == EMFILE || error == ENFILE ? -EAGAIN : -error;
    }
    *place = timer;
    return TimerService::mark + static_cast<int>(place - all.timers.begin());
}

}  // namespace

int TimerService::create(::clockid_t clock, const struct ::sigevent& event) noexcept {
    std::shared_ptr<Timer> timer;
    try {
        timer = std::make_shared<Timer>();
    } catch (const std::bad_alloc&) {
        return -EAGAIN;
    }
    timer->descriptor.reset(::timerfd_create(clock, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!timer->descriptor) {
        return errno == EMFILE || errno == ENFILE ? -EAGAIN : -errno;
    }
    timer->event = event;
    timer->thread = own_thread();
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    return enter_locked(all, timer);
}

int TimerService::remove(int number) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    std::shared_ptr<Timer>* const found = all.find_locked(number);
    if (found == nullptr) {
        return EINVAL;
    }
    const std::shared_ptr<Timer> timer = std::exchange(*found, nullptr);
    Service::forget(timer->descriptor.number());
    timer->removed = true;
    return 0;
}

int TimerService::set(int number, int flags, const ::itimerspec& value,
                      ::itimerspec* before) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    const std::shared_ptr<Timer>* const timer = all.find_locked(number);
    if (timer == nullptr) {
        return EINVAL;
    }
    const int how = (flags & TIMER_ABSTIME) != 0 ? TFD_TIMER_ABSTIME : 0;
    return ::timerfd_settime((*timer)->descriptor.number(), how, &value, before) == 0 ? 0 : errno;
}

int TimerService::get(int number, ::itimerspec& value) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    const std::shared_ptr<Timer>* const timer = all.find_locked(number);
    if (timer == nullptr) {
        return EINVAL;
    }
    return ::timerfd_gettime((*timer)->descriptor.number(), &value) == 0 ? 0 : errno;
}

int TimerService::overrun(int number) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    const std::shared_ptr<Timer>* const timer = all.find_locked(number);
    return timer == nullptr ? -EINVAL : (*timer)->overrun;
}

}  // namespace tocsin::qnx
