// An owner unregisters events and frees them: no handler runs after that, nobody touches the freed
// memory, and the others are delivered in order, each in the turn that it belongs to.
// Mirrors tocsin/core/ready_queue.cpp (post, begin_turn, next_of_turn, remove, unlink).
//
// One poster posts three times, another twice (three times with DEEP), each to any of three events.
// In any handler, the event's own or another's, the loop may unregister event 0, event 1 or both,
// as soon as nobody is going to begin a post of it any more; a poster may still be between claiming
// and pushing it. Sleeping is left out: a loop that has nothing to do waits for a push, which
// ready_queue.pml shows to be enough.

#ifdef DEEP
#define POSTS 6
#else
#define POSTS 5
#endif
#define EVENTS 3
#define NONE 3

byte head = NONE;
byte next[EVENTS];
byte previous[EVENTS] = NONE; // In the word of the flag; only the loop writes it.
bool pending[EVENTS];

// What the loop has collected, oldest first.
byte first = NONE;
byte last = NONE;
byte turn_end = NONE;
byte linked = NONE;           // Up to this one events know the one before them.

// Only for the proof.
bool freed[EVENTS];
byte to_begin[EVENTS];             // Posts that are still going to be begun.
chan claims = [EVENTS] of { byte } // The order in which events became pending.
bool of_turn[EVENTS];              // Was waiting when the turn began.

inline touch(event) {
    assert(event < EVENTS && !freed[event])
}

inline push(event, observed) {
    d_step { touch(event); observed = head; next[event] = head }
    do
    :: atomic {
        head == observed ->
            touch(event);
            head = event;
            claims ! event;
            break
       }
    :: d_step { head != observed -> touch(event); observed = head; next[event] = head }
    od
}

proctype poster(byte event, second, third) {
    byte observed = NONE;
    bool was_pending;

    do
    :: event != NONE ->
        d_step {
            touch(event);
            was_pending = pending[event];
            pending[event] = true;
            to_begin[event]--
        };
        if
        :: was_pending
        :: else -> push(event, observed)
        fi;
        atomic {
            was_pending = false;
            observed = NONE;
            event = second;
            second = third;
            third = NONE
        }
    :: else -> break
    od
}

// One exchange; then turns round and appends what it got, which is the loop's alone by now.
inline take_stack() {
    d_step {
        newest = head;
        head = NONE;
        end_of_new = newest;
        do
        :: newest == NONE -> break
        :: else ->
            touch(newest);
            older = next[newest];
            next[newest] = oldest;
            oldest = newest;
            newest = older
        od;
        if
        :: oldest == NONE
        :: else ->
            if
            :: first == NONE -> first = oldest
            :: else -> touch(last); next[last] = oldest
            fi;
            last = end_of_new
        fi;
        newest = NONE; oldest = NONE; older = NONE; end_of_new = NONE
    }
}

inline begin_turn() {
    take_stack();
    d_step {
        turn_end = last;
        older = first;
        do
        :: older == NONE -> break
        :: else -> of_turn[older] = true; older = next[older]
        od
    }
#ifdef BUG_PRIVATE_COPY
    d_step { batch = first; first = NONE; last = NONE }
#endif
}

inline take_first() {
    d_step {
#ifdef BUG_PRIVATE_COPY
        event = batch;
        touch(event);
        batch = next[event];
#else
        event = first;
        touch(event);
        first = next[event];
        if
        :: first == NONE -> last = NONE
        :: else
        fi;
#endif
        if
        :: turn_end == event -> turn_end = NONE
        :: else
        fi;
#ifndef BUG_STALE_LINKED
        if
        :: linked == event -> linked = NONE
        :: else
        fi
#endif
    }
}

inline arm_again() {
    atomic {
        touch(event);
        pending[event] = false;
#ifndef BUG_STALE_WORD
        previous[event] = NONE;
#endif
        assert(of_turn[event]);
        of_turn[event] = false;
        assert(claims ? [eval(event)]);
        claims ? eval(event)
    }
}

// Goes on where it stopped the last time.
inline link_backwards() {
    d_step {
        oldest = linked;
        if
        :: linked == NONE -> older = first
        :: else -> touch(linked); older = next[linked]
        fi;
        do
        :: older == NONE -> break
        :: else ->
            touch(older);
            previous[older] = oldest;
            oldest = older;
            older = next[older]
        od;
        oldest = NONE;
        linked = last
    }
}

inline unlink(event) {
    d_step {
#ifdef BUG_STALE_FIRST
        older = previous[event];
#else
        // What the first event knows of the one before it is stale: that one has been delivered.
        older = (event == first -> NONE : previous[event]);
#endif
        if
        :: older == NONE -> first = next[event]
        :: else -> touch(older); next[older] = next[event]
        fi;
        if
        :: next[event] == NONE -> last = older
        :: else ->
            touch(next[event]);
#ifndef BUG_STALE_PREVIOUS
            previous[next[event]] = older
#endif
        fi;
#ifndef BUG_STALE_TURN_END
        if
        :: turn_end == event -> turn_end = older
        :: else
        fi;
#endif
        if
        :: linked == event -> linked = older
        :: else
        fi;
        older = NONE;
        pending[event] = false;
        previous[event] = NONE;
        claims ?? eval(event)
    }
}

// Ends when the event is not pending any more. Blocks, instead of looking again and again, until
// the poster that has claimed the event pushes: so a wait without an end shows as a deadlock.
inline remove(event) {
    do
    :: !pending[event] -> break
    :: else ->
#ifndef BUG_NO_COLLECT
        take_stack();
#endif
        link_backwards();
        if
        :: event == first || previous[event] != NONE -> unlink(event); break
        :: else
        fi;
#if defined(BUG_NO_WAIT) || defined(BUG_NO_COLLECT)
        break
#else
        head != NONE
#endif
    od;
    atomic { freed[event] = true; of_turn[event] = false }
}

// The rest of a handler, after its event was armed again.
inline run_handler() {
    touch(event);
    if
    :: !freed[0] && to_begin[0] == 0 -> remove(0)
    :: skip
    fi;
    if
    :: !freed[1] && to_begin[1] == 0 -> remove(1)
    :: skip
    fi
}

active proctype loop() {
    byte event = NONE, newest = NONE, oldest = NONE, older = NONE, end_of_new = NONE;
#ifdef BUG_PRIVATE_COPY
    byte batch = NONE;
#endif

end:
    do
    :: head != NONE || first != NONE ->
        begin_turn();
        do
        :: turn_end != NONE ->
            take_first();
            arm_again();
            run_handler();
            event = NONE
        :: else -> break
        od;
        assert(!of_turn[0] && !of_turn[1] && !of_turn[2])
    od
}

init {
    byte plan[POSTS];
    byte step;

    atomic {
        do
        :: step < POSTS ->
            if
            :: plan[step] = 0
            :: plan[step] = 1
            :: plan[step] = 2
            fi;
            to_begin[plan[step]]++;
            step++
        :: else -> break
        od;
        run poster(plan[0], plan[1], plan[2]);
#ifdef DEEP
        run poster(plan[3], plan[4], plan[5]);
#else
        run poster(plan[3], plan[4], NONE);
#endif
        do
        :: step > 0 -> step--; plan[step] = 0
        :: else -> break
        od
    }
}

// Nobody can take a step any more: all that was posted has been delivered, or unregistered.
active proctype quiescence() {
    timeout ->
        atomic {
            assert(empty(claims));
            assert(!pending[0] && !pending[1] && !pending[2]);
            assert(head == NONE && first == NONE)
        }
}
