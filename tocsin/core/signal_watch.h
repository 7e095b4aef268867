// A signal watch: a signal of this process, delivered on a loop. Public.
#pragma once

#include <cstdint>
#include <pthread.h>
#include <system_error>

#include <tocsin/base/atomic.h>
#include <tocsin/base/callback.h>
#include <tocsin/base/list.h>
#include <tocsin/core/event.h>

namespace tocsin::core {

// Which of several watches of one signal are told of it.
enum class SignalShare : std::uint8_t {
    always,     // each time, whatever else is watched
    shared,     // as are all others that share, unless an exclusive one comes before them
    exclusive,  // the first to be registered, and no other that shares or is exclusive
};

// A slot that is delivered after the process has received a signal. Signals that arrive before the
// delivery are merged into it. Every watch of a signal is told, on whatever loop it is.
//
// The first watch of a signal installs a handler for the whole process (sigaction(2), SA_RESTART
// and SA_ONSTACK) that keeps errno and only posts; the last one to go brings back what was there
// before, whatever has been installed since. A forked child gets back what was there before at
// once, and makes its own watches. No way to outlive a fault: SIGSEGV and its kin come again before
// any loop turns.
//
// The caller owns the object. All calls on the loop's thread. Its handler may unregister it and
// free it.
class SignalWatch : private base::Link<> {
public:
    SignalWatch() noexcept = default;
    explicit SignalWatch(base::Callback<> handler) noexcept : event_{handler} {}
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;
    ~SignalWatch() { unregister(); }

    // Replaces the handler; a delivery to come calls the new one.
    void set_handler(base::Callback<> handler) noexcept { event_.set_handler(handler); }

    // Has it share the signal, from the next register_with() on; `always` unless it is set. When an
    // exclusive watch is unregistered with a delivery to come, the next in line is told instead.
    void set_share(SignalShare share) noexcept { share_ = share; }

    // Of signals that share or are exclusive: only those that the kernel handed to the thread that
    // registers it, and then before all that are not so; from the next register_with() on.
    void set_this_thread_only(bool only) noexcept { this_thread_only_ = only; }

    // Arms it on `loop` for `signal`. Fails with Error::not_catchable, with nothing changed.
    // Registering twice stops the program.
    [[nodiscard]] std::error_code register_with(Loop& loop, int signal) noexcept;

    // Disarms it: the handler is not called any more, and the memory may be freed. Does nothing
    // when it is not registered.
    void unregister() noexcept;

    [[nodiscard]] bool registered() const noexcept { return event_.registered(); }
    [[nodiscard]] int signal() const noexcept { return signal_; }

private:
    friend class SignalTable;
    friend class base::List<SignalWatch>;

    Event event_;
    int signal_ = 0;
    base::Shared<SignalShare> share_{SignalShare::always};
    bool this_thread_only_ = false;
    pthread_t thread_{};  // that registered it
};

}  // namespace tocsin::core
