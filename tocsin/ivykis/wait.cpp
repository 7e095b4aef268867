// Changes of child processes: iv_wait(3). Private to tocsin/ivykis.
#include <cstdio>
#include <stdio_ext.h>
#include <unistd.h>

#include <iv_wait.h>

#include <tocsin/ivykis/child_table.h>
#include <tocsin/ivykis/thread_loop.h>

namespace {

using tocsin::ivykis::ChildTable;
using tocsin::ivykis::ThreadLoop;

// One change for each delivery: the handler may free the interest, so it is called last.
void deliver_change(void* cookie) {
    auto& interest = *static_cast<iv_wait_interest*>(cookie);
    int status = 0;
    rusage usage{};
    if (ChildTable::of_process().take_change(interest, status, usage)) {
        iv_event_post(&interest.ev);
        ChildTable::of_process().find_change();
        interest.handler(interest.cookie, status, &usage);
    }
}

// The handlers of the parent's exit are not the child's, nor is what the parent has printed and not
// written yet; but what the child has printed is written. (The parent does not write its own first:
// that would wait for a thread that is reading a line.)
[[noreturn]] void be_child(void (*function)(void*), void* argument) {
    ::__fpurge(stdout);
    function(argument);
    std::fflush(nullptr);
    ::_exit(1);
}

}  // namespace

void iv_wait_interest_register(iv_wait_interest* interest) {
    ThreadLoop& loop = ThreadLoop::of_caller("iv_wait_interest_register");
    interest->ev.cookie = interest;
    interest->ev.handler = deliver_change;
    iv_event_register(&interest->ev);
    loop.child_signal().begin(loop);
    ChildTable::of_process().add(*interest, loop);
    // It may have changed before.
    iv_event_post(&interest->ev);
}

int iv_wait_interest_register_spawn(iv_wait_interest* interest, void (*function)(void*),
                                    void* argument) {
    static_cast<void>(ThreadLoop::of_caller("iv_wait_interest_register_spawn"));
    const pid_t child = ::fork();
    if (child == 0) {
        be_child(function, argument);
    }
    if (child < 0) {
        return child;
    }
    interest->pid = child;
    iv_wait_interest_register(interest);
    return 0;
}

void iv_wait_interest_unregister(iv_wait_interest* interest) {
    ThreadLoop& loop = ThreadLoop::of_caller("iv_wait_interest_unregister");
    ChildTable::of_process().remove(*interest);
    loop.child_signal().end();
    iv_event_unregister(&interest->ev);
}

int iv_wait_interest_kill(const iv_wait_interest* interest, int signum) {
    return ChildTable::of_process().send_signal(*interest, signum);
}
