// Posting to a loop: no lost wake-up, no surplus delivery, first come first served.
// Mirrors tocsin/core/ready_queue.h (post, fall_asleep, wake_up, begin_turn, next_of_turn).
//
// Three posters post twice each, to either of two events; another source may wake the loop, too.
// With STORE_BUFFERS two posters do so (three with DEEP), and the handler of event 0 posts event 1
// once. There, what a poster writes before a post sits in a store buffer and becomes visible at any
// later time, at the latest when the poster's next read-modify-write drains the buffer, as on x86.
// Without, it becomes visible at the worst moment that this leaves: with the read-modify-write.
//
// Configurations: STORE_BUFFERS plain

#if defined(STORE_BUFFERS) && !defined(DEEP)
#define POSTERS 2
#else
#define POSTERS 3
#endif
#define POSTS 2
#define EVENTS 2
#define NONE 2   // No event: the null pointer.
#define ASLEEP 3 // The address that no event can have.

byte head = NONE;     // The stack of posted events, or ASLEEP.
byte next[EVENTS];
bool pending[EVENTS];
bool edge;            // The eventfd was rung since epoll looked last. It is never read.
bool other_source;    // Something else that epoll reports.
bool sleep_flag;      // Of BUG_SLEEP_FLAG only.

// What the loop has collected, oldest first.
byte first = NONE;
byte last = NONE;
byte turn_end = NONE;

// Only for the proof.
bool unseen[EVENTS];               // Data is visible that no handler run began after.
byte buffer[POSTERS + 1] = NONE;   // The event whose data is on its way; the last is the loop's.
chan claims = [EVENTS] of { byte } // The order in which events became pending.
bool posted_by_handler[EVENTS];    // Became pending in this turn, through the loop's own post.

inline claim(who, event, was_pending) {
#ifdef BUG_PLAIN_LOOK
    // Looks first, as if that were a cheap way out: a look does not drain the store buffer.
    if
    :: pending[event] -> was_pending = true
    :: else -> d_step { buffer[who] == NONE -> was_pending = pending[event]; pending[event] = true }
    fi
#else
    d_step {
        buffer[who] == NONE -> // A read-modify-write waits until the store buffer is empty.
            was_pending = pending[event];
            pending[event] = true;
#ifndef STORE_BUFFERS
            unseen[event] = true
#endif
    }
#endif
}

inline push(who, event, observed) {
    d_step { observed = head; next[event] = (observed == ASLEEP -> NONE : observed) }
    do
    :: atomic {
        head == observed ->
            assert(nfull(claims));
            head = event;
            claims ! event;
            posted_by_handler[event] = (who == POSTERS);
            break
       }
    :: d_step {
        head != observed ->
            observed = head;
#ifndef BUG_STALE_LINK
            next[event] = (observed == ASLEEP -> NONE : observed)
#endif
       }
    od
}

inline post(who, event, was_pending, observed, ring) {
    claim(who, event, was_pending);
    if
    :: was_pending
    :: else ->
#ifdef BUG_SLEEP_FLAG
        ring = sleep_flag;
#endif
        push(who, event, observed);
#if defined(BUG_RING_IF_EMPTY)
        ring = (observed == NONE);
#elif !defined(BUG_SLEEP_FLAG)
        ring = (observed == ASLEEP);
#endif
        if
        :: ring -> edge = true
        :: else
        fi
    fi;
    d_step { was_pending = false; observed = NONE; ring = false }
}

proctype poster(byte me) {
    byte event = NONE, observed = NONE, round;
    bool was_pending, ring;

    do
    :: round < POSTS ->
        round++;
        if
        :: event = 0
        :: event = 1
        fi;
#ifdef STORE_BUFFERS
        d_step { buffer[me] == NONE -> buffer[me] = event };
#endif
        post(me, event, was_pending, observed, ring)
    :: else -> break
    od
}

#ifdef STORE_BUFFERS
active proctype store_buffers() {
end:
    do
    :: d_step { buffer[0] != NONE -> unseen[buffer[0]] = true; buffer[0] = NONE }
    :: d_step { buffer[1] != NONE -> unseen[buffer[1]] = true; buffer[1] = NONE }
#if POSTERS > 2
    :: d_step { buffer[2] != NONE -> unseen[buffer[2]] = true; buffer[2] = NONE }
#endif
    od
}
#endif

active proctype another_source() {
    other_source = true
}

// One exchange; then turns round and appends what it got, which is the loop's alone by now.
inline take_stack() {
    d_step {
        newest = (head == ASLEEP -> NONE : head);
        head = NONE;
        end_of_new = newest;
        do
        :: newest == NONE -> break
        :: else ->
            older = next[newest];
            next[newest] = oldest;
            oldest = newest;
            newest = older
        od;
#ifdef BUG_NEWEST_FIRST
        // With two events only: puts the newest before the oldest again.
        if
        :: oldest != end_of_new ->
            next[end_of_new] = oldest;
            next[oldest] = NONE;
            newest = oldest;
            oldest = end_of_new;
            end_of_new = newest
        :: else
        fi;
#endif
        if
        :: oldest == NONE
        :: else ->
            if
            :: first == NONE -> first = oldest
            :: else -> next[last] = oldest
            fi;
            last = end_of_new
        fi;
        newest = NONE; oldest = NONE; older = NONE; end_of_new = NONE
    }
}

inline take_first() {
    d_step {
        event = first;
        first = next[event];
        if
        :: first == NONE -> last = NONE
        :: else
        fi;
        if
        :: turn_end == event -> turn_end = NONE
        :: else
        fi
    }
}

inline arm_again() {
    atomic {
        pending[event] = false;
        assert(!posted_by_handler[event]); // What a handler posts belongs to a later turn.
        assert(claims ? [eval(event)]);    // Became pending, was not delivered, and is the oldest.
        claims ? eval(event)
    }
}

inline fall_asleep() {
#if defined(BUG_SLEEP_FLAG)
    sleep_flag = true;
    asleep = (head == NONE && first == NONE);
#elif defined(BUG_SLEEP_BY_STORE)
    asleep = (head == NONE && first == NONE);
    if
    :: asleep -> head = ASLEEP
    :: else
    fi;
#else
    d_step {
        asleep = (head == NONE && first == NONE);
        if
        :: asleep -> head = ASLEEP
        :: else
        fi
    }
#endif
}

inline begin_turn() {
    atomic {
        take_stack();
        turn_end = last;
        posted_by_handler[0] = false;
        posted_by_handler[1] = false
    }
}

active proctype loop() {
    byte event = NONE, newest = NONE, oldest = NONE, older = NONE, end_of_new = NONE;
    byte observed = NONE;
    bool was_pending, ring, asleep, handler_has_posted;

    atomic {
        run poster(0);
        run poster(1);
#if POSTERS > 2
        run poster(2)
#endif
    }
    do
    ::
        begin_turn();
        do
        :: turn_end != NONE ->
            take_first();
#ifdef BUG_CLEAR_AFTER_HANDLER
            unseen[event] = false;
            arm_again();
#else
            arm_again();
            unseen[event] = false; // The handler looks at the data.
#endif
#ifdef STORE_BUFFERS
            if
            :: event == 0 && !handler_has_posted ->
                handler_has_posted = true;
                post(POSTERS, 1, was_pending, observed, ring)
            :: else
            fi;
#endif
            event = NONE;
#ifdef BUG_UNBOUNDED_TURN
            take_stack();
            turn_end = last
#endif
        :: else -> break
        od;
        fall_asleep();
        if
        :: !asleep -> d_step { edge = false; other_source = false } // Looks, does not wait.
        :: else ->
end_asleep:
            d_step { edge || other_source -> edge = false; other_source = false };
            asleep = false;
            sleep_flag = false;
            take_stack()
        fi
    od
}

// Nobody can take a step any more: everything posted must have been delivered, with its data.
active proctype quiescence() {
    timeout ->
        atomic {
            assert(!unseen[0] && !unseen[1]);
            assert(!pending[0] && !pending[1]);
            assert(empty(claims));
            assert(first == NONE)
        }
}
