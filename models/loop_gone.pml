// The end of a loop while posters are still on their way out: no ring reaches a descriptor that was
// closed, no poster touches a loop that is gone, and the destructor ends.
// Mirrors tocsin/core/loop.cpp (wait_and_collect, ring, await_posters) and wake_channel.h there.
//
// Three posters post twice each (four times with DEEP). The poster that ends a sleep rings only
// after its event has become visible; the loop, woken by something else, may deliver that event
// first and be destroyed by its handler. The owner may also destroy it as soon as all events have
// been pushed, delivered or not. The bell is an eventfd, which counts and is never drained before
// the end; or, with DRAINED, a socket pair or pipe, or any bell of a loop on poll(2), which is
// drained whenever it has rung.
//
// Configurations: plain DRAINED

#define POSTERS 3
#ifdef DEEP
#define POSTS 4
#define OTHER_WAKES 3
#else
#define POSTS 2
#define OTHER_WAKES 2
#endif
#ifdef DRAINED
#define IS_RUNG (bell > 0) // Waited for by level.
#else
#define IS_RUNG edge       // Waited for by edges.
#endif
#define ASLEEP 255 // A value of the stack beside "how many events it holds".

#ifdef BUG_SMALL_BELL
#define BELL_MAX 1 // Fewer rings than there are posters inside post(): one is refused, and lost.
#else
#define BELL_MAX POSTERS * POSTS
#endif

// The loop's own memory.
byte stack;
byte owed;         // Sleeps that a poster has ended: each is announced by one ring.
byte taken;        // Rings that were taken from the bell.
bool loop_alive = true;

// The descriptor of the bell. A closed number may be somebody else's at once.
byte bell;
bool bell_open = true;
bool edge;         // The bell was rung since epoll looked last.

bool other_source; // Something else that epoll reports.
byte pushed;       // Only for the proof: how many posts have become visible.

inline ring() {
    // Reads the descriptor's number from the loop, then writes: two steps, the last ones.
    assert(loop_alive);
    atomic {
        assert(bell_open);
        bell = (bell < BELL_MAX -> bell + 1 : bell);
        edge = true
    }
#ifdef BUG_TOUCH_AFTER_RING
    assert(loop_alive)
#endif
}

proctype poster() {
    byte round;
    bool found_asleep;

    do
    :: round < POSTS ->
        // The compare-and-swap that succeeds. Those that failed touched the loop before it, when
        // the event was not visible and nobody could have known that this post was over.
        atomic {
            assert(loop_alive);
            found_asleep = (stack == ASLEEP);
            stack = (found_asleep -> 1 : stack + 1);
            pushed++;
            round++
        }
        if
        :: found_asleep -> ring()
        :: else
        fi;
        found_asleep = false
    :: else -> break
    od
}

active proctype other_sources() {
    byte wakes;
end:
    do
    :: d_step { wakes < OTHER_WAKES && !other_source -> other_source = true; wakes++ }
    od
}

inline take_bell() {
    d_step {
#ifndef BUG_DRAINED_UNCOUNTED
        taken = taken + bell;
#endif
        bell = 0
    }
}

// The exchange after a sleep: when it does not give back ASLEEP a poster has ended the sleep.
inline wake_up() {
    d_step {
        if
#ifdef BUG_OWED_ONLY_WHEN_RUNG
        :: stack != ASLEEP && rung -> owed++
#else
        :: stack != ASLEEP -> owed++
#endif
        :: else
        fi;
        stack = 0
    }
}

inline await_posters() {
#ifdef BUG_CLOSE_AT_ONCE
    skip
#else
    take_bell();
    do
    :: taken < owed -> bell > 0; take_bell()
    :: else -> break
    od
#endif
}

active proctype loop() {
    bool asleep, rung;

    atomic { run poster(); run poster(); run poster() }
    do
    :: pushed == POSTERS * POSTS -> break // A handler, or the owner otherwise, ends the loop.
    :: stack > 0 ->
        // A turn delivers what was posted; no sleep comes before it, so no ring is owed for it.
        d_step {
#ifdef BUG_OWED_WITHOUT_SLEEP
            owed++;
#endif
            stack = 0
        }
    :: else ->
        d_step { asleep = (stack == 0); stack = (asleep -> ASLEEP : stack) };
        if
        :: asleep ->
end_asleep:
            d_step {
                IS_RUNG || other_source ->
                    rung = IS_RUNG;
                    edge = false;
                    other_source = false
            }
            wake_up()
        :: else
        fi;
#ifdef DRAINED
        if
        :: rung -> take_bell()
        :: else
        fi;
#endif
        d_step { asleep = false; rung = false }
    od;
    await_posters();
    bell_open = false;
    loop_alive = false
}

// Nobody can take a step any more: the destructor must have ended.
active proctype quiescence() {
    timeout -> assert(!loop_alive)
}
