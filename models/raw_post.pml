// Posting through a descriptor from signal handlers: no lost wake-up, the poster never blocks and
// is never killed, and errno is kept, also when handlers nest, the channel is full or its reader
// dies. Mirrors tocsin/core/raw_event.h (post, deliver) and wake_channel.h there (post_to, drain).
//
// One thread posts (twice with DEEP); a signal handler interrupts it at any step and posts, and a
// second one may interrupt that. The reader's thread is interrupted by such a handler, too: nobody
// reads until it returns. The channel holds a single post. The reader may die at any step. The
// channel is one that a dead reader leaves standing (an eventfd, or a pipe whose writer holds a
// reading end); or, with SOCKET, one that refuses posts then.
//
// Configurations: SOCKET plain

#define CHANNEL_MAX 1
#ifdef DEEP
#define POSTS 2
#else
#define POSTS 1
#endif

// What runs on the two threads. A signal handler has its thread until it returns.
#define MAIN 0           // The poster's main code, on thread 0.
#define HANDLER 1        // Interrupts MAIN.
#define NESTED_HANDLER 2 // Interrupts MAIN or HANDLER.
#define READER 3         // On thread 1.
#define READER_HANDLER 4 // Interrupts READER.
#define THREAD(me) (me >= READER -> 1 : 0)
#define RUNS(me) (on_processor[THREAD(me)] == me)

// Values of errno.
#define SENTINEL 1 // What the interrupted code has there.
#define INTERRUPTED 2
#define FULL 3
#define NO_READER 4

byte on_processor[2];
byte error[2] = SENTINEL; // errno of each thread
byte channel;
bool reader_alive = true;

// Only for the proof.
bool unseen;     // Something was written before a post, and no handler run has begun since.
bool interrupted_once;
bool poster_killed;
byte ended[2];   // How much of what runs on each thread has come to its end.

#ifdef BUG_ERRNO_IN_ONE_PLACE
byte one_place;
#define SAVED one_place
#else
#define SAVED saved
#endif

#ifdef SOCKET
#define IS_ACCEPTED reader_alive
#else
#define IS_ACCEPTED true
#endif

// One system call. What it leaves in errno is seen by a handler that comes before the next step.
inline write_post(me, failed) {
    atomic {
        RUNS(me) ->
            failed = true;
            if
            :: !interrupted_once -> interrupted_once = true; error[THREAD(me)] = INTERRUPTED
            :: channel < CHANNEL_MAX && IS_ACCEPTED -> channel++; failed = false
            :: channel == CHANNEL_MAX && IS_ACCEPTED -> error[THREAD(me)] = FULL
            :: !IS_ACCEPTED ->
                error[THREAD(me)] = NO_READER;
#ifdef BUG_WITHOUT_NOSIGNAL
                poster_killed = true
#endif
            fi
    }
}

#ifdef BUG_RETRY_WHEN_FULL
#define IS_RETRIED (error[THREAD(me)] == INTERRUPTED || error[THREAD(me)] == FULL)
#else
#define IS_RETRIED (error[THREAD(me)] == INTERRUPTED)
#endif

inline post(me, saved, failed) {
    atomic { RUNS(me) -> unseen = true; SAVED = error[THREAD(me)] };
    do
    :: write_post(me, failed);
        if
        :: atomic { RUNS(me) && failed && IS_RETRIED -> failed = false };
#ifdef BUG_RETRY_WHEN_FULL
            // Tries until there is room.
            error[THREAD(me)] == INTERRUPTED || channel < CHANNEL_MAX
#endif
        :: atomic { RUNS(me) && !(failed && IS_RETRIED) -> failed = false; break }
        fi
    od;
    atomic {
        RUNS(me) ->
#ifndef BUG_ERRNO_NOT_RESTORED
            error[THREAD(me)] = SAVED;
#endif
            saved = 0
    }
}

active proctype main_code() {
    byte saved, round;
    bool failed;

    do
    :: round < POSTS ->
        post(MAIN, saved, failed);
        atomic { RUNS(MAIN) -> assert(error[0] == SENTINEL); round++ }
    :: else -> break
    od;
    ended[0]++
}

// Comes once, at any moment at which its thread runs; gives the thread back to what it interrupted.
proctype signal_handler(byte me) {
    byte saved, interrupted, error_before;
    bool failed;

    {
        atomic {
            on_processor[THREAD(me)] < me ->
                interrupted = on_processor[THREAD(me)];
                error_before = error[THREAD(me)];
                on_processor[THREAD(me)] = me
        }
        post(me, saved, failed);
        atomic {
            RUNS(me) ->
                assert(error[THREAD(me)] == error_before);
                on_processor[THREAD(me)] = interrupted;
                ended[THREAD(me)]++
        }
    } unless { me == READER_HANDLER && !reader_alive }
}

inline drain() {
    do
    :: atomic { RUNS(READER) && channel > 0 -> channel-- }
    :: atomic { RUNS(READER) && channel == 0 -> break }
    od
}

active proctype reader() {
    {
end:
        do
        :: atomic { RUNS(READER) && channel > 0 -> skip }; // The wait is over.
#ifdef BUG_DRAIN_AFTER_HANDLER
            atomic { RUNS(READER) -> unseen = false };
            drain()
#else
            drain();
            atomic { RUNS(READER) -> unseen = false } // The handler looks.
#endif
        od
    } unless { !reader_alive }
}

// The reader's thread stops wherever it is.
active proctype death() {
    if
    :: reader_alive = false
    :: true
    fi
}

init {
    atomic {
        on_processor[1] = READER;
        run signal_handler(HANDLER);
        run signal_handler(NESTED_HANDLER);
        run signal_handler(READER_HANDLER)
    }
}

// Nobody can take a step any more.
active proctype quiescence() {
    timeout ->
        atomic {
            assert(!poster_killed);
            assert(ended[0] == 3 && (ended[1] == 1 || !reader_alive));
            assert(!reader_alive || !unseen)
        }
}
