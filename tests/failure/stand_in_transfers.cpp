// Stands in for the calls that send and receive, and for those that are made by number. For tests.
#include <tests/failure/stand_in.h>

#include <cstdarg>
#include <fcntl.h>
#include <optional>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

using tocsin::failure::Call;
using tocsin::failure::Caller;
using tocsin::failure::stand_in;

namespace {

std::optional<Call> call_of(long number, long first) noexcept {
    switch (number) {
    case SYS_write:
    case SYS_sendto:
        return Call::ring;
    case SYS_pidfd_open:
        return Call::pidfd_open;
    case SYS_waitid:
        return first == P_PIDFD ? std::optional{Call::waitid_of_pidfd} : std::nullopt;
    case SYS_timer_create:
        return Call::timer_create;
    case SYS_rt_sigqueueinfo:
    case SYS_rt_tgsigqueueinfo:
        return Call::sigqueue;
    case SYS_nanosleep:
        return Call::nanosleep;
    default:
        return std::nullopt;
    }
}

bool lets_wait(int descriptor) noexcept {
    return (::fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0;
}

}  // namespace

extern "C" {

ssize_t read(int descriptor, void* bytes, std::size_t size) {
    const Caller caller;
    return lets_wait(descriptor)
               ? stand_in<Call::read, ssize_t>(caller, descriptor, bytes, size)
               : stand_in<Call::read_at_once, ssize_t>(caller, descriptor, bytes, size);
}

ssize_t write(int descriptor, const void* bytes, std::size_t size) {
    const Caller caller;
    return lets_wait(descriptor)
               ? stand_in<Call::write, ssize_t>(caller, descriptor, bytes, size)
               : stand_in<Call::write_at_once, ssize_t>(caller, descriptor, bytes, size);
}

ssize_t writev(int descriptor, const iovec* pieces, int count) {
    return stand_in<Call::writev, ssize_t>(Caller{}, descriptor, pieces, count);
}

ssize_t pwrite(int descriptor, const void* bytes, std::size_t size, off_t place) {
    return stand_in<Call::pwrite, ssize_t>(Caller{}, descriptor, bytes, size, place);
}

ssize_t splice(int from, off64_t* from_place, int to, off64_t* to_place, std::size_t size,
               unsigned flags) {
    return stand_in<Call::splice, ssize_t>(Caller{}, from, from_place, to, to_place, size, flags);
}

ssize_t send(int socket, const void* bytes, std::size_t size, int flags) {
    return stand_in<Call::send, ssize_t>(Caller{}, socket, bytes, size, flags);
}

ssize_t sendmsg(int socket, const msghdr* message, int flags) {
    return stand_in<Call::sendmsg, ssize_t>(Caller{}, socket, message, flags);
}

ssize_t recvmsg(int socket, msghdr* message, int flags) {
    return stand_in<Call::recvmsg, ssize_t>(Caller{}, socket, message, flags);
}

int bind(int socket, const sockaddr* address, socklen_t length) noexcept {
    return stand_in<Call::bind, int>(Caller{}, socket, address, length);
}

int connect(int socket, const sockaddr* address, socklen_t length) {
    return stand_in<Call::connect, int>(Caller{}, socket, address, length);
}

int listen(int socket, int backlog) noexcept {
    return stand_in<Call::listen, int>(Caller{}, socket, backlog);
}

int getsockopt(int socket, int level, int option, void* value, socklen_t* length) noexcept {
    return stand_in<Call::getsockopt, int>(Caller{}, socket, level, option, value, length);
}

int setsockopt(int socket, int level, int option, const void* value, socklen_t length) noexcept {
    return stand_in<Call::setsockopt, int>(Caller{}, socket, level, option, value, length);
}

ssize_t getrandom(void* bytes, std::size_t size, unsigned flags) {
    return stand_in<Call::getrandom, ssize_t>(Caller{}, bytes, size, flags);
}

long syscall(long number, ...) noexcept {
    std::va_list rest;
    va_start(rest, number);
    long arguments[6];
    for (long& argument : arguments) {
        argument = va_arg(rest, long);
    }
    va_end(rest);
    const std::optional<Call> call = call_of(number, arguments[0]);
    if (call) {
        tocsin::failure::come_to(*call);
    }
    if (const int error = call ? tocsin::failure::failure_of(*call, Caller{}.address) : 0) {
        errno = error;
        return -1;
    }
    using Function = long(long, long, long, long, long, long, long);
    static Function* const next = tocsin::failure::next_of<Function>("syscall");
    return next(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                arguments[5]);
}
}
