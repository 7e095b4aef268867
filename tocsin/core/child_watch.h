// A child watch: the end of a child process, delivered on a loop. Public.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>
#include <system_error>

#include <tocsin/base/callback.h>
#include <tocsin/base/descriptor.h>
#include <tocsin/core/signal_watch.h>
#include <tocsin/core/task.h>
#include <tocsin/core/watch.h>

namespace tocsin::core {

// How a child process ended.
struct ChildEnd {
    pid_t pid = 0;
    // False when somebody else in the process has waited for the child, or when SIGCHLD is ignored;
    // then nothing more is known.
    bool known = false;
    int wait_status = 0;  // as waitpid(2) gives it: for WIFEXITED() and its kin
    rusage usage{};       // what the child and the children it waited for used
};

// A slot that is delivered once, when a child process has ended, also when it had ended before it
// was registered. It reaps this child just before its handler is called, and never any other. Works
// by a pidfd (pidfd_open(2)), one descriptor each, and by SIGCHLD where that is refused; then it
// knows the child by its number only, so nobody else may wait for it.
//
// The caller owns the object. All calls on the loop's thread. It is unregistered before its handler
// is called, which may register it again, for another child, and may free it.
class ChildWatch {
public:
    using Handler = base::Callback<const ChildEnd&>;

    ChildWatch() noexcept : ChildWatch(Handler{}) {}
    explicit ChildWatch(Handler handler) noexcept;
    ChildWatch(const ChildWatch&) = delete;
    ChildWatch& operator=(const ChildWatch&) = delete;
    ~ChildWatch() { unregister(); }

    // Replaces the handler; a delivery to come calls the new one.
    void set_handler(Handler handler) noexcept { handler_ = handler; }

    // Arms it on `loop` for the child `pid`. Fails, with nothing changed, with Error::not_a_child,
    // or EMFILE, ENFILE, ENOMEM, ENOSPC. Registering twice stops the program.
    [[nodiscard]] std::error_code register_with(Loop& loop, pid_t pid);

    // Disarms it: the child is left to the caller, who waits for it. Does nothing when it is not
    // registered.
    void unregister() noexcept;

    [[nodiscard]] bool registered() const noexcept { return pid_ != 0; }
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

private:
    [[nodiscard]] std::error_code watch_pidfd(Loop& loop, pid_t pid);
    [[nodiscard]] std::error_code watch_signal(Loop& loop) noexcept;
    void look();

    Handler handler_;
    pid_t pid_ = 0;
    base::Descriptor pidfd_;
    Watch pidfd_watch_;
    SignalWatch signal_watch_;
    Task first_look_;
};

}  // namespace tocsin::core
