// The conditions of QNX, of the core and of poll(2), bit by bit. Private to tocsin/qnx.
#pragma once

#include <sys/iomgr.h>
#include <sys/siginfo.h>

#include <tocsin/core/conditions.h>

namespace tocsin::qnx {

// The extended bits of QNX and the core's conditions have the same numbers; the classic bits are
// the first three, 28 bits higher.
inline constexpr unsigned classic_shift = 28;
inline constexpr unsigned classic_conditions = 0x7;

// What `trig` of a manager says, classic and extended bits folded together.
[[nodiscard]] constexpr core::Conditions conditions_of_trigger(unsigned bits) noexcept {
    return core::Conditions::from_bits((bits >> classic_shift & classic_conditions) |
                                       (bits & ~_NOTIFY_COND_MASK));
}

// What a client asks for: its low bits mean something only with _NOTIFY_COND_EXTEN.
[[nodiscard]] constexpr core::Conditions conditions_of_request(unsigned bits) noexcept {
    return conditions_of_trigger((bits & _NOTIFY_COND_EXTEN) != 0 ? bits
                                                                  : bits & _NOTIFY_COND_MASK);
}

// `met` in the bits that `asked` used: a reply's flags. What was not asked is told in extended
// bits.
[[nodiscard]] unsigned reply_bits(core::Conditions met, unsigned asked) noexcept;

// `event` with the reason for its delivery where the client has left room: the condition in the
// value when the code is SI_NOTIFY, and the negative extended mask as the code when it was asked.
[[nodiscard]] struct ::sigevent event_with_reason(struct ::sigevent event, unsigned index,
                                                  bool extended) noexcept;

// The events of poll(2), by Linux's numbers.
[[nodiscard]] unsigned request_of_poll(unsigned events) noexcept;
[[nodiscard]] unsigned poll_of_reply(unsigned flags) noexcept;

}  // namespace tocsin::qnx
