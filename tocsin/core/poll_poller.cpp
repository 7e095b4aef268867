// The poll array of a loop. Private to tocsin/core.
#include <tocsin/core/poll_poller.h>

#include <fcntl.h>

#include <tocsin/base/errors.h>
#include <tocsin/core/sleep_mask.h>
#include <tocsin/core/wake_channel.h>

namespace tocsin::core {

namespace {

short poll_bits_of(Conditions interest) noexcept {
    return static_cast<short>((interest.has(Condition::input) ? POLLIN : 0) |
                              (interest.has(Condition::output) ? POLLOUT : 0) |
                              (interest.has(Condition::out_of_band) ? POLLPRI : 0));
}

Conditions conditions_of(short bits) noexcept {
    Conditions conditions;
    if ((bits & POLLIN) != 0)
        conditions |= Condition::input;
    if ((bits & POLLOUT) != 0)
        conditions |= Condition::output;
    if ((bits & POLLPRI) != 0)
        conditions |= Condition::out_of_band;
    if ((bits & POLLERR) != 0)
        conditions |= Condition::error;
    if ((bits & POLLHUP) != 0)
        conditions |= Condition::hang_up;
    if ((bits & POLLNVAL) != 0)
        conditions |= Condition::invalid | Condition::error;
    return conditions;
}

// A negative number makes poll pass over an entry that nobody is interested in.
pollfd entry_of(int descriptor, Conditions interest) noexcept {
    return {.fd = interest.any() ? descriptor : -1, .events = poll_bits_of(interest), .revents = 0};
}

}  // namespace

PollPoller::PollPoller(WakeChannel& bell) : bell_{bell} {
    if (const std::error_code error = make_room()) {
        throw std::system_error{error, "cannot make room for the descriptors of the loop"};
    }
    entries_[0] = entry_of(bell.reading_descriptor(), Condition::input);
}

// For one more than there are.
std::error_code PollPoller::make_room() noexcept {
    std::error_code error = entries_.grow_to(count_ + 1);
    if (!error) {
        error = watches_.grow_to(count_ + 1);
    }
    return error ? error : table_.prepare();
}

std::error_code PollPoller::add(Watch& watch) noexcept {
    if (::fcntl(watch.descriptor_, F_GETFD) < 0) {
        return base::last_error();
    }
    if (const std::error_code error = table_.enter(watch.descriptor_, watch)) {
        return error;
    }
    const std::error_code error = append(watch);
    if (error) {
        table_.erase(watch.descriptor_);
    }
    return error;
}

std::error_code PollPoller::append(Watch& watch) noexcept {
    if (const std::error_code error = make_room()) {
        return error;
    }
    watch.place_ = static_cast<std::uint32_t>(count_++);
    watches_[watch.place_].watch = &watch;
    return update(watch);
}

void PollPoller::remove(Watch& watch) noexcept {
    table_.erase(watch.descriptor_);
    --count_;
    entries_[watch.place_] = entries_[count_];
    watches_[watch.place_] = watches_[count_];
    watches_[watch.place_].watch->place_ = watch.place_;
}

std::error_code PollPoller::update(Watch& watch) noexcept {
    entries_[watch.place_] = entry_of(watch.descriptor_, watch.interest_);
    watch.installed_ = watch.interest_;
    return {};
}

std::error_code PollPoller::renew() noexcept {
    entries_[0] = entry_of(bell_.reading_descriptor(), Condition::input);
    return {};
}

void PollPoller::wait(std::optional<base::Duration> timeout, Collected& collected) {
    const auto seconds =
        std::chrono::floor<std::chrono::seconds>(timeout.value_or(base::Duration::zero()));
    const timespec left{.tv_sec = seconds.count(),
                        .tv_nsec = (timeout.value_or(base::Duration::zero()) - seconds).count()};
    const SleepMask mask;
    int count = ::ppoll(entries_.data(), count_, timeout ? &left : nullptr, mask.get());
    for (std::size_t place = 0; count > 0 && place < count_; ++place) {
        if (entries_[place].revents == 0) {
            continue;
        }
        --count;
        if (place == 0) {
            collected.rung = true;
        } else {
            collect(*watches_[place].watch, conditions_of(entries_[place].revents), collected);
        }
    }
}

}  // namespace tocsin::core
