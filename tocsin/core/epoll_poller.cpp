// The epoll set of a loop. Private to tocsin/core.
#include <tocsin/core/epoll_poller.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <tocsin/base/errors.h>
#include <tocsin/core/errors.h>
#include <tocsin/core/sleep_mask.h>
#include <tocsin/core/wake_channel.h>

namespace tocsin::core {

namespace {

// No descriptor has this identity: its number would be negative.
constexpr std::uint64_t bell_identity = UINT64_MAX;

std::uint32_t epoll_bits_of(Conditions interest) noexcept {
    return (interest.has(Condition::input) ? std::uint32_t{EPOLLIN} : 0U) |
           (interest.has(Condition::output) ? std::uint32_t{EPOLLOUT} : 0U) |
           (interest.has(Condition::out_of_band) ? std::uint32_t{EPOLLPRI} : 0U);
}

Conditions conditions_of(std::uint32_t bits) noexcept {
    Conditions conditions;
    if ((bits & EPOLLIN) != 0)
        conditions |= Condition::input;
    if ((bits & EPOLLOUT) != 0)
        conditions |= Condition::output;
    if ((bits & EPOLLPRI) != 0)
        conditions |= Condition::out_of_band;
    if ((bits & EPOLLERR) != 0)
        conditions |= Condition::error;
    if ((bits & EPOLLHUP) != 0)
        conditions |= Condition::hang_up;
    return conditions;
}

timespec timespec_of(base::Duration duration) noexcept {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
    return {.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
}

// Rounded up, so that nothing is early.
int milliseconds_of(base::Duration duration) noexcept {
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
    return static_cast<int>(std::min<std::int64_t>(rounded, INT_MAX));
}

// What a kernel without the call, a sandbox, or a wrapper answers; the arguments are always right.
bool refused(int error) noexcept {
    return error == ENOSYS || error == EPERM || error == EINVAL;
}

bool is_open(int descriptor) noexcept {
    return ::fcntl(descriptor, F_GETFD) >= 0;
}

}  // namespace

EpollPoller::EpollPoller(WakeChannel& bell) : bell_{bell} {
    if (const std::error_code error = open_set(set_)) {
        throw std::system_error{error, "cannot open an epoll set for the loop"};
    }
    if (const std::error_code error = table_.prepare()) {
        throw std::system_error{error, "cannot make room for the descriptors of the loop"};
    }
}

std::error_code EpollPoller::open_set(base::Descriptor& set) noexcept {
    set.reset(::epoll_create1(EPOLL_CLOEXEC));
    if (!set) {
        return base::last_error();
    }
    const std::uint32_t edges = bell_.counts() ? std::uint32_t{EPOLLET} : 0U;
    epoll_event event{.events = EPOLLIN | edges, .data = {.u64 = bell_identity}};
    if (::epoll_ctl(set.number(), EPOLL_CTL_ADD, bell_.reading_descriptor(), &event) != 0) {
        return base::last_error();
    }
    return {};
}

bool EpollPoller::needs_draining(const WakeChannel& bell) const noexcept {
    return !bell.counts();
}

std::error_code EpollPoller::add(Watch& watch) noexcept {
    // The kernel is not asked about an empty interest, and a number that nobody has opened must not
    // make the table grow.
    if ((!watch.interest_.any() || !table_.has_room_for(watch.descriptor_)) &&
        !is_open(watch.descriptor_)) {
        return base::error_of(EBADF);
    }
    if (const std::error_code error = table_.enter(watch.descriptor_, watch)) {
        return error;
    }
    watch.installed_ = {};
    watch.entered_ = watch.once_ = false;
    std::error_code error = install(watch, watch.interest_);
    if (error.value() == EEXIST) {
        // The number stands in the set for a file that was closed under its watch while a duplicate
        // lives on. Nothing can remove that entry but a new set.
        error = rebuild();
        if (!error) {
            error = install(watch, watch.interest_);
        }
    }
    if (error) {
        table_.erase(watch.descriptor_);
    }
    return error == std::errc::operation_not_permitted ? Error::not_watchable : error;
}

epoll_event EpollPoller::entry_of(const Watch& watch, Conditions interest) const noexcept {
    const std::uint32_t exclusive = watch.wakes_ == Wakes::one ? std::uint32_t{EPOLLEXCLUSIVE} : 0U;
    const std::uint32_t once = watch.once_ ? std::uint32_t{EPOLLONESHOT} : 0U;
    return {.events = epoll_bits_of(interest) | exclusive | once,
            .data = {.u64 = table_.identity(watch.descriptor_)}};
}

// An empty interest is no entry: epoll would report errors and hang-ups all the same.
std::error_code EpollPoller::install(Watch& watch, Conditions interest) noexcept {
    if (interest == watch.installed_ && interest.any() == watch.entered_) {
        return {};
    }
    if (watch.wakes_ == Wakes::one && interest.any() && watch.installed_.any()) {
        // EPOLL_CTL_MOD is not allowed for an exclusive entry.
        [[maybe_unused]] const std::error_code error = install(watch, {});
    }
    epoll_event event = entry_of(watch, interest);
    const int operation = !interest.any()   ? EPOLL_CTL_DEL
                          : !watch.entered_ ? EPOLL_CTL_ADD
                                            : EPOLL_CTL_MOD;
    if (::epoll_ctl(set_.number(), operation, watch.descriptor_, &event) != 0) {
        return base::last_error();
    }
    watch.installed_ = interest;
    watch.entered_ = interest.any();
    return {};
}

// An exclusive entry of an interest that is over would take a wake-up from a loop that wants it.
std::error_code EpollPoller::update(Watch& watch) noexcept {
    const bool grew = (watch.interest_ - watch.installed_).any();
    if (grew && !std::exchange(watch.switched_off_, false)) {
        // Nobody has switched it off since its last report.
        watch.once_ = false;
    }
    return grew || watch.wakes_ == Wakes::one ? install(watch, watch.interest_) : std::error_code{};
}

void EpollPoller::remove(Watch& watch) noexcept {
    // A descriptor that was closed before its watch was unregistered may live on in a duplicate,
    // and so in the set; its reports have no owner then, and show it.
    [[maybe_unused]] const std::error_code error = install(watch, {});
    table_.erase(watch.descriptor_);
}

// Replaces the set by a new one with the entries that have a watch. When descriptors or memory are
// short the old set stays as it is, and the next report without an owner tries again.
std::error_code EpollPoller::rebuild() noexcept {
    base::Descriptor set;
    std::error_code error = open_set(set);
    table_.for_each([&](const Watch& watch) {
        if (!error && watch.installed_.any()) {
            error = copy_entry(watch, set);
        }
    });
    if (!error) {
        table_.for_each([](Watch& watch) { watch.entered_ = watch.installed_.any(); });
        set_ = std::move(set);
        stale_ = false;
    }
    return error;
}

// An entry whose descriptor has been closed under its watch is left behind.
std::error_code EpollPoller::copy_entry(const Watch& watch,
                                        const base::Descriptor& set) const noexcept {
    epoll_event event = entry_of(watch, watch.installed_);
    const bool copied = ::epoll_ctl(set.number(), EPOLL_CTL_ADD, watch.descriptor_, &event) == 0 ||
                        errno == EBADF || errno == EPERM;
    return copied ? std::error_code{} : base::last_error();
}

int EpollPoller::wait_for_events(std::optional<base::Duration> timeout) {
    const int capacity = static_cast<int>(events_.size());
    if (fine_) {
        const timespec left = timespec_of(timeout.value_or(base::Duration::zero()));
        const SleepMask mask;
        const int count = ::epoll_pwait2(set_.number(), events_.data(), capacity,
                                         timeout ? &left : nullptr, mask.get());
        if (count >= 0 || !refused(errno)) {
            return count;
        }
        fine_ = false;
    }
    return ::epoll_wait(set_.number(), events_.data(), capacity,
                        timeout ? milliseconds_of(*timeout) : -1);
}

void EpollPoller::wait(std::optional<base::Duration> timeout, Collected& collected) {
    int count = wait_for_events(timeout);
    collect_all(count, collected);
    // A full array may not be all that is ready. The kernel puts what it has reported last, so when
    // what comes next is known already, it has been all.
    while (count == static_cast<int>(events_.size())) {
        count = wait_for_events(base::Duration::zero());
        if (!collect_all(count, collected)) {
            break;
        }
    }
    if (stale_) {
        [[maybe_unused]] const std::error_code error = rebuild();
    }
}

// Whether there was anything new.
bool EpollPoller::collect_all(int count, Collected& collected) noexcept {
    bool any = false;
    for (int index = 0; index < count; ++index) {
        any |= collect_one(events_[static_cast<std::size_t>(index)], collected);
    }
    return any;
}

bool EpollPoller::collect_one(const epoll_event& event, Collected& collected) noexcept {
    if (event.data.u64 == bell_identity) {
        return !std::exchange(collected.rung, true);
    }
    Watch* const watch = table_.find(event.data.u64);
    if (watch == nullptr) {
        return !std::exchange(stale_, true);
    }
    const bool news = collect(*watch, conditions_of(event.events), collected);
    if (watch->once_) {
        // The kernel has switched the entry off, and is told before the next wait what comes now.
        watch->installed_ = {};
        collected.disarmed.push_back(*watch);
        return news;
    }
    if ((watch->installed_ - watch->interest_).any()) {
        // It is switched off while reports come, so the next interest is good for one report.
        watch->once_ = !watch->interest_.any() && watch->wakes_ == Wakes::all;
        [[maybe_unused]] const std::error_code error = install(*watch, watch->interest_);
        return true;
    }
    return news;
}

}  // namespace tocsin::core
