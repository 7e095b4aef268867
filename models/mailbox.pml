// Events from a server to a client of another process, by a ring in shared memory or, where that is
// full, by the socket: each is delivered once, in order, and none lies in the ring with nobody to look
// for it. Mirrors tocsin/qnx/link/mailbox.cpp, sleepers.cpp, client_link_events.cpp, server_link.cpp
// and the sleep of Channel::Waiter.
//
// The server delivers EVENTS events, one after the other. At the client two threads sleep and get up,
// when a server has claimed one or by themselves, and the service's thread reads the socket.

// Configurations: plain ROOMY

#ifdef DEEP
#define EVENTS 4
#else
#define EVENTS 3
#endif
#ifdef ROOMY
#define ROOM 4
#else
#define ROOM 1
#endif
#define SLEEPERS 2

mtype = { mail, event };

byte ring[ROOM];
byte put;                               // How many were, and
byte taken;                             // how many came out again.
byte handled;                           // Of those that the socket brought.
chan socket = [EVENTS + 1] of { mtype, byte };

bool asleep[SLEEPERS];                  // The bits by which the server claims.
byte bells[SLEEPERS];
bool mail_locked;

// Only for the proof.
byte delivered;                         // The last one: they are numbered from 1.

inline deliver(number) {
    assert(number == delivered + 1);
    delivered = number
}

// ServerLink::take_mail_locked(), with the lock.
inline take_locked(number) {
    do
    :: put != taken ->
        number = ring[taken % ROOM];
#ifdef BUG_TAKEN_IS_STORED_AFTER_THE_NEXT_LOOK
        deliver(number);
        if
        :: put == taken + 1 -> taken++; break
        :: else -> taken++
        fi
#else
        taken++;
        deliver(number)
#endif
    :: else -> break
    od
}

inline take_mail(number) {
#ifndef BUG_TWO_TAKE_AT_A_TIME
    atomic { !mail_locked -> mail_locked = true };
#endif
    take_locked(number);
    mail_locked = false
}

active proctype server() {
    byte number = 1;
    byte sent;
    byte claimed;
    bool first;
    do
    :: number <= EVENTS ->
        if
#ifdef BUG_THE_RING_OVERTAKES_THE_SOCKET
        :: put - taken < ROOM ->
#else
        :: handled == sent && put - taken < ROOM ->
#endif
            ring[put % ROOM] = number;
#ifdef BUG_LOOKS_BEFORE_IT_PUTS
            first = taken == put;
            put++;
#else
            put++;
            first = taken == put - 1;
#endif
            if
            :: first ->
                atomic {
                    claimed = SLEEPERS;
                    if
                    :: asleep[0] -> asleep[0] = false; claimed = 0
                    :: !asleep[0] && asleep[1] -> asleep[1] = false; claimed = 1
                    :: else
                    fi
                };
                if
                :: claimed < SLEEPERS -> bells[claimed]++
                :: else ->
#ifndef BUG_NOBODY_IS_TOLD
                    socket ! mail(0)
#endif
                fi
            :: else
            fi
        :: else ->
            socket ! event(number);
            sent++
        fi;
        number++
    :: else -> break
    od
}

// The service's thread.
active proctype service() {
    byte number;
    mtype kind;
end:
    do
    :: socket ? kind(number) ->
        if
        :: kind == mail -> take_mail(number)
        :: else ->
            byte came = number;
            atomic { !mail_locked -> mail_locked = true };
#ifndef BUG_THE_SOCKET_OVERTAKES_THE_RING
            take_locked(number);
#endif
            deliver(came);
            handled++;
            mail_locked = false
        fi
    od
}

// A thread in MsgReceive(), which gets up also without having been claimed, for another reason, and
// lies down again.
active [SLEEPERS] proctype sleeper() {
    byte self = _pid - 2;
    byte number;
    byte times;
    bool claimed;
    do
    :: times < 2 ->
        times++;
        asleep[self] = true;
        if
        :: bells[self] > 0 -> bells[self]--
        :: true             // Something else has woken it.
        fi;
        atomic { claimed = !asleep[self]; asleep[self] = false };
#ifdef BUG_ONE_THAT_WAS_CLAIMED_DOES_NOT_LOOK
        if
        :: claimed && bells[self] > 0 -> claimed = false
        :: else
        fi;
#endif
        if
        :: claimed -> take_mail(number)
        :: else
        fi
    :: else -> break
    od
}

// Nobody can take a step any more.
active proctype quiescence() {
    timeout;
    assert(delivered == EVENTS);
    assert(put == taken && !mail_locked)
}
