// Bits of replies, events and polls. Private to tocsin/qnx.
#include <tocsin/qnx/notify_bits.h>

#include <array>
#include <poll.h>

namespace tocsin::qnx {

namespace {

struct PollBits {
    unsigned events;    // of Linux
    unsigned extended;  // of QNX
};

// A band is a matter of the old STREAMS: POLLIN asks for data of either kind, and for input only
// when it is said what came, as the normal data is what read(2) gives.
constexpr std::array<PollBits, 8> poll_table = {{
    {POLLIN, _NOTIFY_CONDE_RDNORM},
    {POLLRDNORM, _NOTIFY_CONDE_RDNORM},
    {POLLOUT, _NOTIFY_CONDE_WRNORM},
    {POLLWRNORM, _NOTIFY_CONDE_WRNORM},
    {POLLRDBAND, _NOTIFY_CONDE_RDBAND},
    {POLLPRI, _NOTIFY_CONDE_PRI | _NOTIFY_CONDE_RDBAND},
    {POLLERR, _NOTIFY_CONDE_ERR},
    {POLLHUP, _NOTIFY_CONDE_HUP},
}};

bool has_code(int type) noexcept {
    return type == SIGEV_PULSE || type == SIGEV_SIGNAL_CODE || type == SIGEV_SIGNAL_THREAD;
}

// A pulse's code has eight bits, and those of the kernel lie below SI_MINAVAIL.
constexpr int pulse_code_min = -128;

}  // namespace

unsigned reply_bits(core::Conditions met, unsigned asked) noexcept {
    if (!met.any()) {
        return 0;
    }
    const unsigned classic_asked = asked >> classic_shift & classic_conditions;
    const unsigned classic = met.bits() & classic_asked;
    if ((asked & _NOTIFY_COND_EXTEN) == 0) {
        return classic << classic_shift;
    }
    const unsigned extended_asked = asked & ~_NOTIFY_COND_MASK;
    const unsigned extended = met.bits() & (extended_asked | ~classic_asked);
    return classic << classic_shift | extended | _NOTIFY_COND_EXTEN;
}

struct ::sigevent event_with_reason(struct ::sigevent event, unsigned index,
                                    bool extended) noexcept {
    const int type = SIGEV_GET_TYPE(&event);
    if (!has_code(type)) {
        return event;
    }
    if (event.sigev_code == SI_NOTIFY) {
        const unsigned reason =
            index < 3 ? _NOTIFY_COND_INPUT << index : unsigned{_NOTIFY_COND_EXTEN};
        event.sigev_value.sival_int =
            static_cast<int>(static_cast<unsigned>(event.sigev_value.sival_int) | reason);
    }
    const int code = -(1 << index);
    if (extended && (type != SIGEV_PULSE || code >= pulse_code_min)) {
        event.sigev_code = static_cast<short>(code);
    }
    return event;
}

unsigned request_of_poll(unsigned events) noexcept {
    unsigned extended = 0;
    for (const PollBits& entry : poll_table) {
        extended |= (events & entry.events) != 0 ? entry.extended : 0U;
    }
    return extended | (extended & classic_conditions) << classic_shift | _NOTIFY_COND_EXTEN;
}

unsigned poll_of_reply(unsigned flags) noexcept {
    const unsigned met = conditions_of_trigger(flags).bits();
    unsigned events = 0;
    for (const PollBits& entry : poll_table) {
        events |= (met & entry.extended) != 0 ? entry.events : 0U;
    }
    return events | ((met & _NOTIFY_CONDE_NVAL) != 0 ? unsigned{POLLNVAL} : 0U);
}

}  // namespace tocsin::qnx
