// Which children somebody has an interest in. Private to tocsin/ivykis.
#pragma once

#include <sys/resource.h>

#include <iv_wait.h>

#include <tocsin/core/signal_watch.h>

namespace tocsin::ivykis {

class ThreadLoop;

// One per process, as children are; any thread. Only children in it are ever waited for, each by
// its own number, so that everybody else's are left alone. Each change of a child is reaped in the
// thread that has the interest.
class ChildTable {
public:
    static ChildTable& of_process();

    // Puts `interest`, of `loop`, under its child. Its event is posted when there may be news.
    void add(iv_wait_interest& interest, ThreadLoop& loop);
    void remove(iv_wait_interest& interest);

    // Takes out all interests of `loop`, which goes away without them.
    void abandon(const ThreadLoop& loop);

    // Takes the next change of the child, if there is one. With the end of the child the interest
    // leaves the table.
    [[nodiscard]] bool take_change(iv_wait_interest& interest, int& status, rusage& usage);

    // Sends `signal` to the child, never to another process that got its number: what kill(2)
    // returns, or -ESRCH after its end.
    [[nodiscard]] int send_signal(const iv_wait_interest& interest, int signal);

    // After a SIGCHLD, and after a child was reaped: posts the interest whose child has changed.
    void find_change();

private:
    ChildTable();
    void remove_locked(iv_wait_interest& interest);

    iv_avl_tree interests_;
};

// The SIGCHLD of a thread that has interests; it is watched as long as it has one.
class ChildSignal {
public:
    ChildSignal() noexcept;

    void begin(ThreadLoop& loop);
    void end() noexcept;

    // In a forked child, where nothing is watched any more.
    void renew(ThreadLoop& loop);

    // The loop goes away.
    void abandon() noexcept { watch_.unregister(); }

private:
    unsigned interests_ = 0;
    core::SignalWatch watch_;
};

}  // namespace tocsin::ivykis
