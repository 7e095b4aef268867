// Waiting for any descriptors. Private to tocsin/qnx.
#include <tocsin/qnx/selects.h>

#include <cerrno>
#include <cstdint>
#include <new>
#include <sys/epoll.h>
#include <system_error>
#include <utility>

#include <tocsin/base/errors.h>

namespace tocsin::qnx {

namespace {

std::uint32_t events_of(unsigned flags) noexcept {
    return unsigned{EPOLLONESHOT} | ((flags & SELECT_FLAG_READ) != 0 ? unsigned{EPOLLIN} : 0U) |
           ((flags & SELECT_FLAG_WRITE) != 0 ? unsigned{EPOLLOUT} : 0U) |
           ((flags & SELECT_FLAG_EXCEPT) != 0 ? unsigned{EPOLLPRI} : 0U);
}

// An error is what read(2) and write(2) say at once.
unsigned flags_of(std::uint32_t events, unsigned asked) noexcept {
    constexpr unsigned kinds = SELECT_FLAG_READ | SELECT_FLAG_WRITE | SELECT_FLAG_EXCEPT;
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
        return asked & (kinds | SELECT_FLAG_SRVEXCEPT);
    }
    return asked & (((events & EPOLLIN) != 0 ? SELECT_FLAG_READ : 0U) |
                    ((events & EPOLLOUT) != 0 ? SELECT_FLAG_WRITE : 0U) |
                    ((events & EPOLLPRI) != 0 ? SELECT_FLAG_EXCEPT : 0U));
}

}  // namespace

Selects::Selects() : set_{::epoll_create1(EPOLL_CLOEXEC)} {
    if (!set_) {
        throw std::system_error{base::last_error(), "cannot make a set of descriptors"};
    }
}

int Selects::arm_locked(int descriptor, Entry& entry, int operation) noexcept {
    ::epoll_event event = {.events = events_of(entry.select.flags), .data = {.fd = descriptor}};
    const bool stands_in = entry.stand_in.is_open();
    const int waited_for = stands_in ? entry.stand_in.reading_descriptor() : descriptor;
    return ::epoll_ctl(set_.number(), operation, waited_for, &event) == 0 ? 0 : errno;
}

int Selects::attach(int descriptor, const Select& select) noexcept {
    static_cast<void>(detach(descriptor));
    const std::lock_guard lock{mutex_};
    try {
        Entry& entry = entries_[descriptor];
        entry.select = select;
        int error = arm_locked(descriptor, entry, EPOLL_CTL_ADD);
        if (error == EPERM) {
            error = entry.stand_in.open().value();
            if (error == 0) {
                entry.stand_in.post();
                error = arm_locked(descriptor, entry, EPOLL_CTL_ADD);
            }
        }
        if (error != 0) {
            entries_.erase(descriptor);
        }
        return error;
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

int Selects::detach(int descriptor) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(descriptor);
    if (found == entries_.end()) {
        return EINVAL;
    }
    static_cast<void>(arm_locked(descriptor, found->second, EPOLL_CTL_DEL));
    entries_.erase(found);
    return 0;
}

int Selects::rearm(int descriptor) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(descriptor);
    return found == entries_.end() ? EINVAL : arm_locked(descriptor, found->second, EPOLL_CTL_MOD);
}

std::optional<Selects::Select> Selects::find(int descriptor) const noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(descriptor);
    return found == entries_.end() ? std::nullopt : std::optional{found->second.select};
}

std::optional<Selects::Ready> Selects::take() noexcept {
    ::epoll_event event = {};
    if (::epoll_wait(set_.number(), &event, 1, 0) != 1) {
        return {};
    }
    const std::optional<Select> select = find(event.data.fd);
    if (!select) {
        return {};
    }
    return Ready{.descriptor = event.data.fd,
                 .flags = flags_of(event.events, select->flags),
                 .select = *select};
}

}  // namespace tocsin::qnx
