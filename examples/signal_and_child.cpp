// Waits for a signal and for the end of a child, on one loop. Public.
#include <csignal>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

#include <tocsin/core/child_watch.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/signal_watch.h>

using namespace tocsin::core;

struct Supervisor {
    Loop loop;
    SignalWatch signal{[] { std::puts("the child has sent SIGUSR1"); }};
    ChildWatch child{[this](const ChildEnd& end) {
        std::printf("the child has ended with status %d\n", WEXITSTATUS(end.wait_status));
        loop.stop();
    }};
};

int main() {
    Supervisor supervisor;
    std::error_code error = supervisor.signal.register_with(supervisor.loop, SIGUSR1);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::kill(::getppid(), SIGUSR1);
        ::_exit(7);
    }
    if (!error) {
        error = supervisor.child.register_with(supervisor.loop, pid);
    }
    if (error) {
        std::fprintf(stderr, "cannot watch: %s\n", error.message().c_str());
        return 1;
    }
    supervisor.loop.run();
}
