// Programs at the other end of a pipe: iv_popen(3). Private to tocsin/ivykis.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <iv.h>
#include <iv_popen.h>
#include <iv_wait.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/ivykis/fatal.h>
#include <tocsin/ivykis/thread_loop.h>

namespace {

using tocsin::base::Descriptor;

constexpr int seconds_between_signals = 5;
constexpr int polite_signals = 5;

// A child that runs. It outlives its request: once that is closed, the child is ended.
struct Child {
    iv_wait_interest interest{};
    iv_timer next_signal{};
    iv_popen_request* request = nullptr;  // nullptr when it was closed
    int signals_sent = 0;
};

// What the child needs to become the program.
struct Program {
    const iv_popen_request& request;
    int standard;  // which of its descriptors the pipe becomes
    int pipe_end;
};

void become(int descriptor, int number) {
    if (descriptor == number) {
        ::fcntl(number, F_SETFD, 0);
    } else {
        ::dup2(descriptor, number);
    }
}

void execute(void* argument) {
    const Program& program = *static_cast<const Program*>(argument);
    // Above the standard descriptors, so that none is overwritten before its turn.
    const int end = ::fcntl(program.pipe_end, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
        become(number == program.standard ? end : nothing, number);
    }
    ::execvp(program.request.file, program.request.argv);
}

void take_change(void* cookie, int status, const rusage*) {
    auto* const child = static_cast<Child*>(cookie);
    if (!WIFEXITED(status) && !WIFSIGNALED(status)) {
        return;
    }
    iv_wait_interest_unregister(&child->interest);
    if (iv_timer_registered(&child->next_signal) != 0) {
        iv_timer_unregister(&child->next_signal);
    }
    if (child->request != nullptr) {
        child->request->child = nullptr;
    }
    delete child;
}

void send_signal(void* cookie) {
    auto& child = *static_cast<Child*>(cookie);
    const bool polite = child.signals_sent++ < polite_signals;
    iv_wait_interest_kill(&child.interest, polite ? SIGTERM : SIGKILL);
    iv_invalidate_now();
    child.next_signal.expires = iv_now;
    child.next_signal.expires.tv_sec += seconds_between_signals;
    iv_timer_register(&child.next_signal);
}

// Says why, and gives back what iv_popen_request_submit() is to return.
int failure(const iv_popen_request& request, const char* what) {
    const int error = errno;
    std::fprintf(stderr, "iv_popen_request_submit: %s: %s: %s\n", request.file, what,
                 std::strerror(error));
    errno = error;
    return -1;
}

// The child, or nullptr with errno.
Child* start(iv_popen_request& request, Program program) {
    auto* const child = new (std::nothrow) Child;
    if (child == nullptr) {
        errno = ENOMEM;
        return nullptr;
    }
    child->request = &request;
    child->interest.cookie = child;
    child->interest.handler = take_change;
    IV_TIMER_INIT(&child->next_signal);
    child->next_signal.cookie = child;
    child->next_signal.handler = send_signal;
    if (iv_wait_interest_register_spawn(&child->interest, execute, &program) != 0) {
        const int error = errno;
        delete child;
        errno = error;
        return nullptr;
    }
    return child;
}

}  // namespace

int iv_popen_request_submit(iv_popen_request* request) {
    static_cast<void>(tocsin::ivykis::ThreadLoop::of_caller("iv_popen_request_submit"));
    const bool reads = std::strcmp(request->type, "r") == 0;
    if (!reads && std::strcmp(request->type, "w") != 0) {
        errno = EINVAL;
        return failure(*request, "the type is neither \"r\" nor \"w\"");
    }
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return failure(*request, "pipe");
    }
    Descriptor ours{ends[reads ? 0 : 1]};
    const Descriptor theirs{ends[reads ? 1 : 0]};
    request->child = start(*request, {.request = *request,
                                      .standard = reads ? STDOUT_FILENO : STDIN_FILENO,
                                      .pipe_end = theirs.number()});
    return request->child == nullptr ? failure(*request, "fork") : ours.release();
}

void iv_popen_request_close(iv_popen_request* request) {
    static_cast<void>(tocsin::ivykis::ThreadLoop::of_caller("iv_popen_request_close"));
    auto* const child = static_cast<Child*>(std::exchange(request->child, nullptr));
    if (child != nullptr) {
        child->request = nullptr;
        child->next_signal.expires = iv_now;
        iv_timer_register(&child->next_signal);
    }
}
