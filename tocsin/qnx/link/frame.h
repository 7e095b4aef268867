// What processes tell each other over a link. Private to tocsin/qnx.
#pragma once

#include <cstdint>
#include <sys/siginfo.h>

namespace tocsin::qnx {

// From the client to the server, and after `welcome` the other way. A kind that is not known ends
// the link. A channel's number is soon another channel's; what is meant for one that is gone is
// known by the scoid.
enum class FrameKind : std::uint32_t {
    hello,     // number: frame_version; coid: what the answer repeats; with a mailbox
    attach,    // chid, coid, number: the channel's token, or 0; bits: flags of the connection
    flags,     // chid, number: the scoid; size: flags as they were; bits: as they are
    detach,    // chid, number: the scoid; bits: flags of the connection
    area,      // area, size; with a descriptor; coid: 0, or what an answer repeats
    message,   // chid, number: the scoid; area, coid, thread, priority, size, room
    withdraw,  // area: the sender has given up
    unblock,   // area, error: the sender wants to
    pulse,     // chid, number: the scoid; priority, thread, event: code, value; bits: if awaited
    let_go,  // area, number: the sender of that message through a descriptor wants to be unblocked
    sleepers,  // the memory by which threads are woken

    welcome = 0x100,  // coid, number: the link's ticket
    attached,         // chid, coid, error: of errno; number: the scoid; bits: the channel's flags;
                      // size: the connection's
    event,            // event
    mail,             // something lies in the mailbox
    channel_gone,     // number: the scoid
    area_taken,       // coid
    area_refused,     // area, coid: it is not kept here
};

constexpr std::uint64_t frame_version = 2;

// Every frame is one record of this size. What the other side says is not believed: numbers are
// looked up, and sizes checked.
struct Frame {
    FrameKind kind = FrameKind::hello;
    std::int32_t chid = 0;
    std::uint32_t area = 0;
    std::int32_t coid = 0;
    std::int32_t thread = 0;
    std::int32_t priority = 0;
    std::int32_t error = 0;
    std::uint32_t bits = 0;
    std::uint64_t size = 0;
    std::uint64_t room = 0;
    std::uint64_t number = 0;
    struct ::sigevent event = {};
};
static_assert(sizeof(Frame) == 88);

}  // namespace tocsin::qnx
