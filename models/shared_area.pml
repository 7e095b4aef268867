// One area of shared memory that a client sends its messages in, one after the other: the server and
// the client never use it at the same time, each answer is that of its message, and nobody waits
// for ever, though the client may give up at any moment. Mirrors tocsin/qnx/link/area.h,
// remote_message.cpp and remote_call.cpp.
//
// The client sends two messages (three with DEEP) and may give up each one while it is queued or
// received. At the server the service's thread reads frames, and a thread of the program receives,
// reads and answers; each has the call's mutex where it touches the area.

#ifdef DEEP
#define ROUNDS 3
#else
#define ROUNDS 2
#endif

mtype = { message, withdraw };
mtype = { idle, queued, received, answered, withdrawn };

mtype state = idle;
byte bell;                              // A semaphore.
chan frames = [2 * ROUNDS] of { mtype, byte };

// The call at the server.
byte call_round;
bool over = true;
bool in_channel;                        // It waits to be received.
bool in_table;                          // Somebody may answer it,
bool numbered;                          // who knows its number.
bool locked;                            // Its mutex.

// Only for the proof.
byte content;                           // Of the message, and
byte answer;                            // of the answer.
bool server_uses;

inline lock_call() { atomic { !locked -> locked = true } }
inline unlock_call() { locked = false }

// With the mutex: the area is the client's.
inline let_go() {
    over = true;
    state = idle
}

// `from` becomes `to`, or `done` says that it was something else.
inline exchange(from, to, done) {
    atomic {
        if
        :: state == from -> state = to; done = true
        :: else -> done = false
        fi
    }
}

active proctype client() {
    byte round = 1;
    bool done;
    do
    :: round <= ROUNDS ->
#ifndef BUG_CLIENT_DOES_NOT_WAIT_FOR_ITS_AREA
        state == idle;
#endif
        assert(!server_uses);
        content = round;
        state = queued;
        frames ! message(round);
        do
        :: bell > 0 ->
            bell--;
            if
            :: state == answered ->
                assert(!server_uses && answer == round);
                state = idle;
                break
            :: else
            fi
        :: state == queued || state == received ->
            // It gives up.
            exchange(queued, withdrawn, done);
            if
            :: !done -> exchange(received, withdrawn, done)
            :: else
            fi;
            if
            :: done -> frames ! withdraw(round); break
            :: else
            fi
        od;
        round++
    :: else -> break
    od
}

// The service's thread: ClientLink::take_message(), RemoteCall::give_up().
active proctype service() {
    mtype kind;
    byte round;
    bool was_queued;
    bool taken;
    bool known;
end:
    do
    :: frames ? kind(round) ->
        if
        :: kind == message ->
            assert(over);
            call_round = round;
            over = false;
            numbered = false;
            in_channel = true
        :: kind == withdraw ->
            atomic { was_queued = in_channel; in_channel = false };
            lock_call();
            known = numbered;
#ifndef BUG_AN_OLD_CALL_IS_GIVEN_UP
            if
            :: over -> unlock_call(); goto end
            :: else
            fi;
#endif
            unlock_call();
            if
            :: was_queued ->
                lock_call();
                let_go();
                unlock_call()
            :: else ->
#ifdef BUG_AN_OLD_CALL_IS_GIVEN_UP
                taken = true;
#else
#ifdef BUG_TAKEN_BEFORE_IT_IS_RECEIVED
                known = true;
#endif
                atomic { taken = known && in_table; in_table = in_table && !known };
#endif
                if
                :: taken ->
#ifndef BUG_LET_GO_WHILE_IT_IS_READ
                    lock_call();
                    let_go();
                    unlock_call()
#else
                    let_go()
#endif
                :: else // It is being answered.
                fi
            fi
        fi
    od
}

// The program's thread: RemoteCall::received(), read(), reply().
active proctype program() {
    bool done;
    bool taken;
end:
    do
    :: atomic { in_channel -> in_channel = false; in_table = true };
        lock_call();
        exchange(queued, received, done);
        if
        :: !done -> in_table = false; let_go()
        :: else -> numbered = true
        fi;
        unlock_call();
        if
        :: done ->
            lock_call();
            if
            :: !over ->
                server_uses = true;
                assert(content == call_round);
                server_uses = false
            :: else
            fi;
            unlock_call();
            atomic { taken = in_table; in_table = false };
            if
            :: taken ->
                lock_call();
                server_uses = true;
                answer = call_round;
                server_uses = false;
#ifdef BUG_RINGS_BEFORE_IT_HAS_ANSWERED
                bell++;
#endif
#ifdef BUG_ANSWERS_WHO_HAS_GONE
                state = answered;
                done = true;
#else
                exchange(received, answered, done);
#endif
                if
                :: done ->
                    over = true;
#ifndef BUG_RINGS_BEFORE_IT_HAS_ANSWERED
                    bell++
#endif
                :: else -> let_go()
                fi;
                unlock_call()
            :: else
            fi
        :: else
        fi
    od
}
