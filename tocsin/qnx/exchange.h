// The sender's side of a message: waiting for the answer. Private to tocsin/qnx.
#pragma once

#include <cerrno>
#include <optional>
#include <sys/neutrino.h>

#include <tocsin/qnx/waiting.h>

namespace tocsin::qnx {

constexpr unsigned while_sending = _NTO_TIMEOUT_SEND;
constexpr unsigned while_replying = _NTO_TIMEOUT_REPLY;

// Waits until `message` is answered, or may go without an answer; 0, or why it goes. A cancellation
// point. The message says
//
//     bool answered()
//     bool may_expire(timeout)  whether a time that is up limits the state that the sender is in;
//                               when not, and it is not received yet, being received rings
//     bool give_up(cause)       true when the sender goes; false when it has an answer, or waits
//                               for the server to unblock it
template <typename Message>
[[nodiscard]] int await_answer(Message& message, Bell& bell, Timeout timeout) {
    std::optional<base::Time> deadline = timeout.deadline_in(while_sending | while_replying);
    for (;;) {
        int cause = bell.wait(deadline);
        if (cause == 0 && message.answered()) {
            return 0;
        }
        if (cause == ETIMEDOUT || (cause == 0 && timeout.is_over())) {
            // Rung without an answer: it was received when its time was up already.
            deadline.reset();
            cause = message.may_expire(timeout) ? timeout.expire() : 0;
        }
        if (cause != 0 && message.give_up(cause)) {
            return cause;
        }
    }
}

}  // namespace tocsin::qnx
