// What a loop is made of when it begins, and what that may throw. Private to tocsin/core.
#include <tocsin/core/loop_state.h>

#include <system_error>
#include <unistd.h>

#include <tocsin/base/check.h>

namespace tocsin::core {

namespace {

WakeChannel open_channel() {
    WakeChannel channel;
    if (const std::error_code error = channel.open()) {
        throw std::system_error{error, "cannot open a descriptor to wake the loop"};
    }
    return channel;
}

}  // namespace

// Asks the kernel once in each thread, and again in a forked child, which is a copy of a thread.
pid_t own_thread_id() noexcept {
    thread_local constinit pid_t id = 0;
    thread_local constinit std::uint32_t generation = 0;
    if (id == 0 || generation != base::fork_generation()) {
        id = ::gettid();
        generation = base::fork_generation();
    }
    return id;
}

void Loop::State::refuse_thread(const char* call) const noexcept {
    if (is_of_this_process()) {
        base::stop_program(call,
                           "called on a thread that is not the loop's; post an event of that loop "
                           "and do it in its handler, or, when its thread has ended, make a turn "
                           "of the loop here first");
    }
}

void Loop::State::refuse_process(const char* call) noexcept {
    base::stop_program(call, "the loop was made before fork(), in the parent; make a new Loop in "
                             "the child");
}

Loop::State::State(const LoopOptions& options)
    : clock{options.clock},
      time{clock.now()},
      bell{open_channel()},
      poller{Poller::make(bell, options.use_epoll)},
      spin{options.spin},
      timers{time},
      looks_in_every_turn{options.look_in_every_turn},
      looked_at{time},
      thread_id{own_thread_id()} {}

Loop::Loop(const LoopOptions& options)
    : state_{std::make_unique<State>(options)},
      stop_event_{base::Callback<>{[this] { stopping_ = true; }}} {
    stop_event_.register_with(*this);
}

}  // namespace tocsin::core
