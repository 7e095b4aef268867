// Descriptors: iv_fd(3). Private to tocsin/ivykis.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <sys/socket.h>
#include <sys/stat.h>

#include <iv.h>

#include <tocsin/core/errors.h>
#include <tocsin/core/watch.h>
#include <tocsin/ivykis/fatal.h>
#include <tocsin/ivykis/thread_loop.h>

namespace {

using tocsin::base::Callback;
using tocsin::core::Condition;
using tocsin::core::Conditions;
using tocsin::core::Watch;
using tocsin::ivykis::require;
using tocsin::ivykis::ThreadLoop;

static_assert(sizeof(Watch) <= sizeof(iv_fd::reserved_));

Watch& slot_of(iv_fd& fd) {
    return *std::launder(reinterpret_cast<Watch*>(&fd.reserved_));
}

const Watch& slot_of(const iv_fd& fd) {
    return *std::launder(reinterpret_cast<const Watch*>(&fd.reserved_));
}

Conditions interest_of(const iv_fd& fd) {
    Conditions interest;
    interest |= fd.handler_in != nullptr ? Conditions{Condition::input} : Conditions{};
    interest |= fd.handler_out != nullptr ? Conditions{Condition::output} : Conditions{};
    interest |= fd.handler_err != nullptr ? Conditions{Condition::error} : Conditions{};
    return interest;
}

// Calls one handler and leaves the rest to a delivery of its own, which the loop drops when the
// handler unregisters the descriptor: so nothing is touched after a call. An error or a hang-up is
// told to every handler, in the order err, in, out.
void deliver(iv_fd& fd, Conditions ready) {
    constexpr Conditions failed = Condition::error | Condition::hang_up | Condition::invalid;
    if ((ready & failed).any()) {
        slot_of(fd).deliver_next(Condition::input | Condition::output);
        if (fd.handler_err != nullptr) {
            fd.handler_err(fd.cookie);
        }
    } else if (ready.has(Condition::input)) {
        slot_of(fd).deliver_next(ready - Condition::input);
        fd.handler_in(fd.cookie);
    } else if (ready.has(Condition::output)) {
        fd.handler_out(fd.cookie);
    }
}

// As errno names it.
int number_of(const std::error_code& error) {
    if (error == tocsin::core::Error::already_watched) {
        return EEXIST;
    }
    return error == tocsin::core::Error::not_watchable ? EPERM : error.value();
}

void prepare_descriptor(int descriptor) {
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    const int status = ::fcntl(descriptor, F_GETFL);
    if ((status & O_NONBLOCK) == 0) {
        ::fcntl(descriptor, F_SETFL, status | O_NONBLOCK);
    }
    struct stat kind{};
    if (::fstat(descriptor, &kind) == 0 && S_ISSOCK(kind.st_mode)) {
        const int yes = 1;
        ::setsockopt(descriptor, SOL_SOCKET, SO_OOBINLINE, &yes, sizeof yes);
    }
}

// Zero, or what errno is to be.
int try_to_register(const char* call, iv_fd& fd) {
    ThreadLoop& loop = ThreadLoop::of_caller(call);
    if (slot_of(fd).registered()) {
        iv_fatal("%s: the iv_fd of descriptor %d is registered already", call, fd.fd);
    }
    if (fd.fd < 0) {
        iv_fatal("%s: the descriptor is %d; set `fd` after IV_FD_INIT()", call, fd.fd);
    }
    if (const std::error_code error =
            slot_of(fd).register_with(loop.core(), fd.fd, interest_of(fd))) {
        return number_of(error);
    }
    const int before = errno;
    prepare_descriptor(fd.fd);
    errno = before;
    return 0;
}

const char* reason_of(int error) {
    switch (error) {
    case EEXIST:
        return "another iv_fd of this thread watches it";
    case EPERM:
        return "a file of its kind is always ready and cannot be watched; see "
               "iv_fd_register_try()";
    default:
        return std::strerror(error);
    }
}

void set_handler(const char* call, iv_fd& fd, void (*iv_fd::*slot)(void*), void (*handler)(void*)) {
    static_cast<void>(ThreadLoop::of_caller(call));
    if (!slot_of(fd).registered()) {
        iv_fatal("%s: the iv_fd is not registered; set the handler's field instead", call);
    }
    fd.*slot = handler;
    slot_of(fd).set_interest(interest_of(fd));
}

}  // namespace

void IV_FD_INIT(iv_fd* fd) {
    fd->fd = -1;
    fd->handler_in = nullptr;
    fd->handler_out = nullptr;
    fd->handler_err = nullptr;
    ::new (&fd->reserved_)
        Watch{Callback<Conditions>{[fd](Conditions ready) { deliver(*fd, ready); }}};
}

void iv_fd_register(iv_fd* fd) {
    if (const int error = try_to_register("iv_fd_register", *fd)) {
        iv_fatal("iv_fd_register: descriptor %d: %s", fd->fd, reason_of(error));
    }
}

int iv_fd_register_try(iv_fd* fd) {
    if (const int error = try_to_register("iv_fd_register_try", *fd)) {
        errno = error;
        return -1;
    }
    return 0;
}

void iv_fd_unregister(iv_fd* fd) {
    static_cast<void>(ThreadLoop::of_caller("iv_fd_unregister"));
    require(slot_of(*fd).registered(), "iv_fd_unregister: the iv_fd is not registered");
    slot_of(*fd).unregister();
}

int iv_fd_registered(const iv_fd* fd) {
    return slot_of(*fd).registered() ? 1 : 0;
}

void iv_fd_set_handler_in(iv_fd* fd, void (*handler)(void*)) {
    set_handler("iv_fd_set_handler_in", *fd, &iv_fd::handler_in, handler);
}

void iv_fd_set_handler_out(iv_fd* fd, void (*handler)(void*)) {
    set_handler("iv_fd_set_handler_out", *fd, &iv_fd::handler_out, handler);
}

void iv_fd_set_handler_err(iv_fd* fd, void (*handler)(void*)) {
    set_handler("iv_fd_set_handler_err", *fd, &iv_fd::handler_err, handler);
}
