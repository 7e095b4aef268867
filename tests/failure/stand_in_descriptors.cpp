// Stands in for the calls that make descriptors and close them. For tests.
#include <tests/failure/stand_in.h>

#include <cstdarg>
#include <dirent.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

using tocsin::failure::Call;
using tocsin::failure::Caller;
using tocsin::failure::stand_in;

extern "C" {

int eventfd(unsigned count, int flags) noexcept {
    return stand_in<Call::eventfd, int>(Caller{}, count, flags);
}

int epoll_create1(int flags) noexcept {
    return stand_in<Call::epoll_create1, int>(Caller{}, flags);
}

int socketpair(int domain, int type, int protocol, int* ends) noexcept {
    return stand_in<Call::socketpair, int>(Caller{}, domain, type, protocol, ends);
}

int pipe2(int* ends, int flags) noexcept {
    return stand_in<Call::pipe2, int>(Caller{}, ends, flags);
}

int socket(int domain, int type, int protocol) noexcept {
    return stand_in<Call::socket, int>(Caller{}, domain, type, protocol);
}

int accept4(int socket, sockaddr* address, socklen_t* length, int flags) {
    return stand_in<Call::accept4, int>(Caller{}, socket, address, length, flags);
}

int memfd_create(const char* name, unsigned flags) noexcept {
    return stand_in<Call::memfd_create, int>(Caller{}, name, flags);
}

int timerfd_create(clockid_t clock, int flags) noexcept {
    return stand_in<Call::timerfd_create, int>(Caller{}, clock, flags);
}

int inotify_init1(int flags) noexcept {
    return stand_in<Call::inotify_init1, int>(Caller{}, flags);
}

DIR* opendir(const char* path) {
    const int error = tocsin::failure::failure_of(Call::opendir, Caller{}.address);
    errno = error != 0 ? error : errno;
    return error != 0 ? nullptr : tocsin::failure::next_of<DIR*(const char*)>("opendir")(path);
}

FILE* fopen(const char* path, const char* mode) {
    const int error = tocsin::failure::failure_of(Call::fopen, Caller{}.address);
    errno = error != 0 ? error : errno;
    return error != 0
               ? nullptr
               : tocsin::failure::next_of<FILE*(const char*, const char*)>("fopen")(path, mode);
}

int open(const char* path, int flags, ...) {
    std::va_list rest;
    va_start(rest, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : mode_t{0};
    va_end(rest);
    return stand_in<Call::open, int>(Caller{}, path, flags, mode);
}

// Of what it does only what makes a descriptor can fail.
int fcntl(int descriptor, int command, ...) {
    std::va_list rest;
    va_start(rest, command);
    void* const argument = va_arg(rest, void*);
    va_end(rest);
    const bool makes = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
    const Caller nobody{nullptr};
    return stand_in<Call::fcntl, int>(makes ? Caller{} : nobody, descriptor, command, argument);
}

// The descriptor is gone whatever it says.
int close(int descriptor) {
    const int error = tocsin::failure::failure_of(Call::close, Caller{}.address);
    const int result = tocsin::failure::next_of<int(int)>("close")(descriptor);
    if (error != 0 && result == 0) {
        errno = error;
        return -1;
    }
    return result;
}
}
