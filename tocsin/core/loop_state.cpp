// What a loop opens when it is made. Private to tocsin/core.
#include <tocsin/core/loop_state.h>

#include <system_error>

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

Loop::State::State(const LoopOptions& options)
    : clock{options.clock},
      time{clock.now()},
      bell{open_channel()},
      poller{Poller::make(bell, options.use_epoll)},
      timers{time},
      looks_in_every_turn{options.look_in_every_turn},
      looked_at{time} {}

}  // namespace tocsin::core
