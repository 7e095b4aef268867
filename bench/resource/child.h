// Servers in processes of their own. Private to bench.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <bench/measure/stopwatch.h>
#include <bench/resource/cores.h>

namespace bench {

// A forked process, and a socket to it. Killed at the end, also of ours.
class Child {
public:
    // `body` gets the child's end of the socket.
    template <typename Body>
    explicit Child(Cores cores, Body&& body, int kind = SOCK_SEQPACKET) {
        int ends[2] = {-1, -1};
        require(::socketpair(AF_UNIX, kind | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
        pid_ = ::fork();
        require(pid_ >= 0, "fork");
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            // A wrong result here ends this process only, and nothing that is the parent's.
            std::atexit([] { ::_exit(1); });
            ::close(ends[0]);
            confine_server(cores);
            std::forward<Body>(body)(ends[1]);
            ::_exit(0);
        }
        ::close(ends[1]);
        socket_ = ends[0];
    }
    ~Child() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        ::close(socket_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] int socket() const { return socket_; }

private:
    ::pid_t pid_ = -1;
    int socket_ = -1;
};

template <typename Message>
void say(int socket, const Message& message) {
    require(::send(socket, &message, sizeof message, MSG_NOSIGNAL) == sizeof message, "send");
}

// False when the other side is gone.
template <typename Message>
[[nodiscard]] bool hear(int socket, Message& message) {
    ssize_t size = 0;
    do {
        size = ::recv(socket, &message, sizeof message, 0);
    } while (size < 0 && errno == EINTR);
    return size == sizeof message;
}

template <typename Message>
[[nodiscard]] Message heard(int socket) {
    Message message = {};
    require(hear(socket, message), "what the other process says");
    return message;
}

}  // namespace bench
