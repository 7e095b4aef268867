// MsgDeliverEvent(), MsgRegisterEvent(), TimerTimeout() and their kin. Private to tocsin/qnx.
#include <sys/neutrino.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/connection.h>
#include <tocsin/qnx/events.h>
#include <tocsin/qnx/face_result.h>
#include <tocsin/qnx/waiting.h>

using tocsin::qnx::Calls;
using tocsin::qnx::check_event;
using tocsin::qnx::Client;
using tocsin::qnx::error_result;
using tocsin::qnx::RegisteredEvents;
using tocsin::qnx::Timeout;

namespace {

bool is_handle(const struct sigevent& event) noexcept {
    return (event.sigev_notify & SIGEV_FLAG_HANDLE) != 0;
}

int deliver_to_caller(const struct sigevent& event) noexcept {
    const int thread = tocsin::qnx::own_thread();
    if (!is_handle(event)) {
        return tocsin::qnx::deliver_here(event, thread);
    }
    RegisteredEvents::Found found;
    const int error = RegisteredEvents::find(event, 0, found);
    return error != 0 ? error : tocsin::qnx::deliver_here(found.event, thread);
}

// The furthest that a clock can say.
tocsin::base::Time after(uint64_t nanoseconds) noexcept {
    using tocsin::base::Duration;
    const tocsin::base::Time now = tocsin::base::monotonic_clock().now();
    const auto left = static_cast<uint64_t>((tocsin::base::Time::max() - now).count());
    return now + Duration{static_cast<Duration::rep>(std::min(nanoseconds, left))};
}

}  // namespace

int MsgDeliverEvent_r(int rcvid, const struct sigevent* event) {
    if (rcvid == 0) {
        return deliver_to_caller(*event);
    }
    const std::shared_ptr<Client> client = Calls::client_of(rcvid);
    return client == nullptr ? EBADF : client->deliver(*event);
}

int MsgDeliverEvent(int rcvid, const struct sigevent* event) {
    return error_result(MsgDeliverEvent_r(rcvid, event));
}

int MsgRegisterEvent_r(struct sigevent* event, int coid) {
    std::uint64_t server = 0;
    if (coid != _NTO_REGEVENT_ALLOW_ANY_SERVER) {
        server = tocsin::qnx::server_behind(coid);
        if (server == 0) {
            return EBADF;
        }
    }
    return RegisteredEvents::add(*event, server);
}

int MsgRegisterEvent(struct sigevent* event, int coid) {
    return error_result(MsgRegisterEvent_r(event, coid));
}

int MsgUnregisterEvent_r(const struct sigevent* event) {
    return RegisteredEvents::remove(*event);
}

int MsgUnregisterEvent(const struct sigevent* event) {
    return error_result(MsgUnregisterEvent_r(event));
}

int MsgVerifyEvent_r(int rcvid, const struct sigevent* event) {
    if (rcvid != 0 && Calls::client_of(rcvid) == nullptr) {
        return ESRCH;
    }
    // What is behind a handle its owner knows.
    return is_handle(*event) ? 0 : check_event(*event);
}

int MsgVerifyEvent(int rcvid, const struct sigevent* event) {
    return error_result(MsgVerifyEvent_r(rcvid, event));
}

int TimerTimeout_r(clockid_t clock, int flags, const struct sigevent* event, const uint64_t* ntime,
                   uint64_t* otime) {
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) {
        return EINVAL;
    }
    struct sigevent unblock = {};
    SIGEV_UNBLOCK_INIT(&unblock);
    if (event != nullptr && check_event(*event) != 0) {
        return EINVAL;
    }
    Timeout::arm({static_cast<unsigned>(flags), after(ntime == nullptr ? 0 : *ntime),
                  event == nullptr ? unblock : *event});
    if (otime != nullptr) {
        *otime = 0;
    }
    return 0;
}

int TimerTimeout(clockid_t clock, int flags, const struct sigevent* event, const uint64_t* ntime,
                 uint64_t* otime) {
    return error_result(TimerTimeout_r(clock, flags, event, ntime, otime));
}
