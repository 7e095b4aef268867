// The open file that a handler of a manager is being called for. Private to tocsin/qnx.
#pragma once

#include <cstdint>

namespace tocsin::qnx {

class Binding;

// How iofunc_notify() answers: as the message says, or as a poll from the kernel needs it, which
// never disarms and, when the client will wait, arms all that it asks for, met or not.
enum class PollMode : std::uint8_t { none, look, arm };

// What the layers of resmgr and iofunc have to know beside the context that the manager hands on.
// One for each call of a handler, on the stack of the thread that calls it.
class CurrentRequest {
public:
    CurrentRequest(Binding& binding, PollMode poll) noexcept
        : binding_{binding}, poll_{poll}, outer_{innermost} {
        innermost = this;
    }
    ~CurrentRequest() { innermost = outer_; }
    CurrentRequest(const CurrentRequest&) = delete;
    CurrentRequest& operator=(const CurrentRequest&) = delete;

    // Of the calling thread; nullptr, and none, outside of handlers.
    [[nodiscard]] static Binding* binding() noexcept {
        return innermost == nullptr ? nullptr : &innermost->binding_;
    }
    [[nodiscard]] static PollMode poll() noexcept {
        return innermost == nullptr ? PollMode::none : innermost->poll_;
    }

private:
    Binding& binding_;
    const PollMode poll_;
    CurrentRequest* const outer_;

    static inline thread_local constinit CurrentRequest* innermost = nullptr;
};

}  // namespace tocsin::qnx
