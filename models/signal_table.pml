// The signal table across a fork: nobody who looks at it sees a change half done, in the child of a
// fork either, and nobody waits for ever, though a signal handler may interrupt a thread that holds
// a lock which fork() is going to take. Mirrors tocsin/core/signal_table.h.
//
// Two threads allocate, that is, take a lock of libc; a signal handler may interrupt each of them at
// any step, once (twice with DEEP), and looks at the table. One thread forks: it looks at the table
// from before it takes that lock until the child is there. One changes the table, twice.

#ifdef DEEP
#define SIGNALS 2
#else
#define SIGNALS 1
#endif
#define CHANGING 255

byte users;    // How many look, or CHANGING.
bool library;  // The lock of libc.

// Only for the proof.
bool half_done; // A change is on its way.
byte ended;

#ifdef BUG_CHANGE_ANNOUNCED_FIRST
bool announced; // So that a change need not wait for those who come later.
#define MAY_LOOK (users != CHANGING && !announced)
#else
#define MAY_LOOK (users != CHANGING)
#endif

inline begin_change() {
#ifdef BUG_CHANGE_ANNOUNCED_FIRST
    announced = true;
#endif
#ifdef BUG_CHANGE_WHILE_OTHERS_LOOK
    atomic { users != CHANGING -> users = CHANGING }
#else
    atomic { users == 0 -> users = CHANGING }
#endif
}

inline end_change() {
    users = 0;
#ifdef BUG_CHANGE_ANNOUNCED_FIRST
    announced = false;
#endif
}

// What a signal handler does, on the thread that it interrupts.
inline handle() {
#ifndef BUG_HANDLER_DOES_NOT_COUNT
    atomic { MAY_LOOK -> users++ };
#endif
    assert(!half_done);
#ifndef BUG_HANDLER_DOES_NOT_COUNT
    users--
#endif
}

inline maybe_interrupted() {
    if
    :: signals > 0 -> signals--; handle()
    :: true
    fi
}

active [2] proctype allocator() {
    byte signals = SIGNALS;
    maybe_interrupted();
    atomic { !library -> library = true };
    maybe_interrupted();
    library = false;
    maybe_interrupted();
    ended++
}

active proctype forker() {
#ifdef BUG_FORK_LOCKS_OTHERS_OUT
    begin_change();
#else
#ifndef BUG_FORK_DOES_NOT_LOOK
    atomic { MAY_LOOK -> users++ };
#endif
#endif
    atomic { !library -> library = true };
    // The child is a copy of all this.
    assert(!half_done);
    library = false;
#ifdef BUG_FORK_LOCKS_OTHERS_OUT
    end_change();
#else
#ifndef BUG_FORK_DOES_NOT_LOOK
    users--;
#endif
#endif
    ended++
}

active proctype changer() {
    byte times;
    for (times : 1 .. 2) {
        begin_change();
        half_done = true;
        half_done = false;
        end_change()
    }
    ended++
}

// Nobody can take a step any more.
active proctype quiescence() {
    timeout -> assert(ended == 4 && users == 0)
}
