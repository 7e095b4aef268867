// The arms of one resource: none is lost around the moment at which the level changes, each ends in
// exactly one way, and once cancel() has returned no sink runs and the arm may be freed.
// Mirrors tocsin/core/wait_queue.h (arm, insert, take_back, cancel, trigger, close, call_sink,
// ~Arm).
//
// Two producers raise the level and trigger; it falls again at any moment. Two clients own an arm
// each, with thresholds 1 and 2; they arm it, perhaps replace it, and then leave or destroy it. The
// sink of arm 0 may arm it once more, and cancel it; it may free it if the client has left it. With
// CLOSE the second producer closes the queue instead. With TWO_CLIENTS both clients share arm 0, with
// a threshold each, as two threads that poll one descriptor: each arming replaces the other's, which
// may be met, replaced or fired meanwhile. With STORE_BUFFERS sinks do nothing, and plain stores
// become visible at any later time, at the latest when the next read-modify-write of the same thread
// drains its buffer, as on x86.
//
// A section under the lock is one step: nothing in it is seen without the lock but `lowest`, which
// changes once in each step. A sink is a process of its own that its caller waits for.
//
// Configurations: STORE_BUFFERS TWO_CLIENTS CLOSE plain

#define ARMS 2
#define NO_ARM 2
#define THREADS 4 // 0 and 1 trigger or close; 2 and 3 are the clients.
#define NO_THREAD 4
#define NOBODY 9
#define EMPTY 8

#ifdef TWO_CLIENTS
byte threshold[ARMS];
#define THRESHOLD(a) threshold[a]
#define SET_THRESHOLD(a, wanted) threshold[a] = wanted
#else
#define THRESHOLD(a) (a + 1)
#define SET_THRESHOLD(a, wanted) assert(wanted == a + 1)
#endif

// With DEEP arm 0 may be armed again by its client and by its sink, and arm 1 may be destroyed.
#ifdef DEEP
#define REARMS 2
#define CLIENT_DESTROYS(a) true
#else
#define REARMS 1
#define CLIENT_DESTROYS(a) (a == 0)
#endif
#ifdef TWO_CLIENTS
#undef CLIENT_DESTROYS
#define CLIENT_DESTROYS(a) false
#define CLIENT_LEAVES(a) false
#ifdef DEEP
#define CLIENT_REARMS(a) true
#else
#define CLIENT_REARMS(a) false // The other client does.
#endif
#else
#define CLIENT_LEAVES(a) (a == 0)
#define CLIENT_REARMS(a) (a == 0)
#endif

mtype = { idle, armed, firing, waiting, met, fired };

byte level; // The resource's truth.

// The queue.
bool locked;                            // Held over several steps.
byte lowest = NOBODY;
bool closed;
mtype state[ARMS] = idle;
byte sequence[ARMS];                    // Which arming of it the last one is.
byte fired_for[ARMS];                   // Arm::fired_: the last arming that has fired.
bool has_queue[ARMS];                   // Arm::queue_ is set: ~Arm asks the queue.
byte list_of[ARMS] = NO_THREAD;         // On whose list a firing arm is.
chan list[THREADS] = [ARMS] of { byte } // What each thread has collected, oldest first.
byte called[THREADS] = NO_ARM;          // Whose sink each thread is running.
bool gone[THREADS];                     // That sink has destroyed its own arm.
bool returned[THREADS];                 // That sink has returned.
bool tells_hang_up[THREADS];            // That sink has been told that the queue is closed.

byte level_buffer = EMPTY;              // With STORE_BUFFERS: what is not visible yet.
byte lowest_buffer = EMPTY;             // As the lock is let go later still, one place is enough.

// Only for the proof.
bool outstanding[ARMS];                 // Was armed and has not ended.
byte called_for[ARMS];                  // The last arming for which the sink has been called.
byte running[ARMS];                     // How many sinks of it run.
bool freed[ARMS];
bool left_to_sink;                      // The client of arm 0 will not touch it again.
byte rearms = REARMS;
byte ended;

inline touch(a) { assert(!freed[a]) }

// Every arming ends once.
inline end_one(a) {
    assert(outstanding[a]);
    outstanding[a] = false
}

inline publish_lowest() {
    d_step {
#ifdef BUG_PLAIN_PUBLISH
        locked = true;
        lowest_buffer =
#else
        lowest =
#endif
            (state[0] == armed -> THRESHOLD(0) : (state[1] == armed -> THRESHOLD(1) : NOBODY))
    }
}

inline take_out(a, was_armed) {
    d_step {
        touch(a);
        was_armed = (state[a] != idle);
        if
        :: state[a] == firing && list_of[a] != NO_THREAD ->
            list[list_of[a]] ?? eval(a);
            list_of[a] = NO_THREAD
        :: else
        fi;
        state[a] = idle
    }
}

// As take_out(), for who may end whatever arming there is.
inline take_out_and_end(a, was_armed) {
    take_out(a, was_armed);
    if
    :: was_armed -> end_one(a)
    :: else
    fi
}

#define RUNS_IN(a, t) (called[t] == a)
#define RUNS_ELSEWHERE(a, me) ( \
    (me != 0 && RUNS_IN(a, 0)) || (me != 1 && RUNS_IN(a, 1)) || \
    (me != 2 && RUNS_IN(a, 2)) || (me != 3 && RUNS_IN(a, 3)))
#define RUNNER(a) ( \
    RUNS_IN(a, 0) -> 0 : (RUNS_IN(a, 1) -> 1 : ( \
    RUNS_IN(a, 2) -> 2 : (RUNS_IN(a, 3) -> 3 : NO_THREAD))))

// While its sink runs, here, the arm stays tied to its queue: the sink may arm it again, and who
// destroys it in another thread has to wait.
inline untie(me, a) {
#ifdef BUG_UNTIED_IN_OWN_SINK
    called[me] = (called[me] == a -> NO_ARM : called[me]);
    has_queue[a] = false
#else
    has_queue[a] = RUNS_IN(a, me)
#endif
}

// Also waits for a sink that runs in another thread when the arm could be taken out: that sink may
// have armed it again. `was_armed` is false before.
inline cancel(me, a, was_armed, taken) {
    do
    :: atomic {
        !locked ->
            take_out_and_end(a, taken);
            was_armed = was_armed || taken;
            publish_lowest();
            if
#if defined(BUG_CANCEL_DOES_NOT_WAIT)
            :: true ->
#elif defined(BUG_RETURN_WITHOUT_WAITING)
            :: taken || !RUNS_ELSEWHERE(a, me) ->
#else
            :: !RUNS_ELSEWHERE(a, me) ->
#endif
                taken = false;
                untie(me, a);
                break
            :: else
            fi
       }
       !RUNS_ELSEWHERE(a, me) // Waits until a sink has returned.
    od
}

#ifdef BUG_CANCEL_OF_ANOTHER_ARMING
#define MAY_TAKE_BACK(a, mine) true
#else
#define MAY_TAKE_BACK(a, mine) (sequence[a] == mine)
#endif

// Ends the arming `mine` of a request that is met: its sink, or that of a later one, has been called,
// and then it waits until that has returned; or it takes the arming back, if it is still there. Who
// has armed again meanwhile is not to be disturbed.
inline take_back(me, a, mine, outcome, taken) {
    atomic {
        !locked && !(fired_for[a] >= mine && RUNS_ELSEWHERE(a, me)) ->
            if
            :: fired_for[a] >= mine -> outcome = fired
            :: else ->
                outcome = met;
                if
                :: MAY_TAKE_BACK(a, mine) -> take_out(a, taken); publish_lowest()
                :: else
                fi;
                if
                :: taken && sequence[a] == mine -> end_one(a)
                :: else
                fi;
                if
                :: taken -> has_queue[a] = (RUNNER(a) != NO_THREAD)
                :: else
                fi
            fi;
            taken = false;
            assert((outcome == fired) == (called_for[a] >= mine))
    }
}

// What its caller does when a sink has returned. An idle arm whose sink does not run has no queue.
inline end_call(me, a) {
    d_step {
        running[a]--;
        if
        :: called[me] == NO_ARM || gone[me]
        :: else ->
            touch(a);
#ifdef BUG_DISARM_AFTER_SINK
            state[a] = idle;
#endif
            has_queue[a] = (state[a] != idle || RUNS_ELSEWHERE(a, me))
        fi;
        called[me] = NO_ARM;
        returned[me] = false;
        gone[me] = false;
        tells_hang_up[me] = false
    }
}

inline begin_call(me, a) {
    list_of[a] = NO_THREAD;
    end_one(a);
#ifndef BUG_DISARM_AFTER_SINK
    state[a] = idle;
#endif
#ifdef BUG_QUEUE_FORGOTTEN_FIRST
    has_queue[a] = false;
#endif
    fired_for[a] = sequence[a];
    called_for[a] = sequence[a];
    called[me] = a;
    tells_hang_up[me] = closed;
    running[a]++;
    run sink(me, a)
}

// Takes the next arm from the thread's own list; NO_ARM when there is none.
inline take_next(me, a) {
    a = NO_ARM;
    do
    :: empty(list[me]) -> break
    :: list[me] ? a ->
        touch(a);
        if
#ifndef BUG_SINK_TWICE_AT_ONCE
        :: RUNNER(a) != NO_THREAD ->
            // That thread calls it once more when the call that it is in has returned.
            list_of[a] = RUNNER(a);
            list[list_of[a]] ! a;
            a = NO_ARM
#endif
        :: else -> break
        fi
    od
}

// `a` is the arm whose sink is being called, or NO_ARM.
inline call_sinks(me, a) {
    do
    :: atomic {
        !locked && (a == NO_ARM || returned[me]) ->
            if
            :: a != NO_ARM -> end_call(me, a)
            :: else
            fi;
            take_next(me, a);
            if
            :: a != NO_ARM -> begin_call(me, a)
            :: else -> break
            fi
       }
    od
}

// In the order of arming, which for this proof is that of the arms.
inline collect_one(me, a, available) {
    if
    :: state[a] == armed && THRESHOLD(a) <= available ->
        state[a] = firing;
        list_of[a] = me;
        list[me] ! a
    :: else
    fi
}

inline collect(me, available) {
    d_step {
        collect_one(me, 0, available);
        collect_one(me, 1, available)
    }
    publish_lowest()
}

inline trigger(me, available, seen, a) {
#ifdef BUG_PLAIN_FAST_PATH
    seen = lowest;
#else
    d_step { level_buffer == EMPTY -> seen = lowest } // A read-modify-write drains the buffer.
#endif
    if
    :: seen > available // Nobody is armed so low.
    :: else ->
        atomic { !locked -> seen = 0; collect(me, available) };
        call_sinks(me, a)
    fi
}

inline insert_locked(me, a, wanted, mine, outcome) {
    touch(a);
#ifdef BUG_FIRED_RESET
    fired_for[a] = (has_queue[a] -> fired_for[a] : 0);
#endif
    SET_THRESHOLD(a, wanted);
    sequence[a]++;
    mine = sequence[a];
    state[a] = armed;
    has_queue[a] = true;
    outstanding[a] = true;
    outcome = (closed -> fired : waiting);
    if
    :: closed -> collect(me, 9)
    :: else -> publish_lowest()
    fi
}

#ifdef BUG_HANG_UP_SWALLOWED
#define IS_REFUSED(a, me) (closed && RUNS_IN(a, me))
#else
#define IS_REFUSED(a, me) (RUNS_IN(a, me) && tells_hang_up[me])
#endif

// Replaces an arm that is armed or firing; between the two steps `lowest` is seen without it. A
// sink that is told of the hang-up cannot arm again, or that would go on without end.
inline insert(me, a, wanted, mine, outcome, taken) {
    atomic {
        !locked ->
            if
            :: IS_REFUSED(a, me) -> assert(tells_hang_up[me]); outcome = fired
            :: else ->
                take_out_and_end(a, taken);
                publish_lowest();
                if
                :: taken -> locked = true
                :: else -> insert_locked(me, a, wanted, mine, outcome)
                fi
            fi
    }
    if
    :: taken -> atomic {
        locked = false;
        taken = false;
        insert_locked(me, a, wanted, mine, outcome)
       }
    :: else
    fi
}

// The outcome is waiting, met or fired; on a closed queue the sink has to be called.
inline arm_and_look(me, a, wanted, mine, outcome, taken) {
#ifdef BUG_LOOK_BEFORE_ARM
    bool is_met = (level >= wanted);
    insert(me, a, wanted, mine, outcome, taken);
    if
    :: outcome == waiting && is_met -> take_back(me, a, mine, outcome, taken)
#else
    insert(me, a, wanted, mine, outcome, taken);
    if
    :: outcome == waiting && level >= wanted -> take_back(me, a, mine, outcome, taken)
#endif
    :: else
    fi
}

proctype sink(byte me, a) {
    bool was_armed, taken;
    byte mine;
    mtype outcome = idle;

#ifndef STORE_BUFFERS
    if
    :: atomic { a == 0 && rearms > 0 -> rearms-- };
        // On a closed queue this puts it on the list of the thread that is calling the sink.
        arm_and_look(me, 0, 1, mine, outcome, taken)
    :: true
    fi;
    if
    :: a == 0 -> cancel(me, 0, was_armed, taken)
    :: a == 0 && left_to_sink -> // ~Arm, and the memory is gone.
        cancel(me, 0, was_armed, taken);
        atomic { freed[0] = true; gone[me] = true }
    :: true
    fi;
#endif
    atomic { assert(!freed[a] || gone[me]); returned[me] = true }
}

proctype client(byte me, a, wanted) {
    bool was_armed, taken;
    byte mine;
    mtype outcome = idle;
    byte other = NO_ARM;

    arm_and_look(me, a, wanted, mine, outcome, taken);
    if
    :: outcome == fired -> call_sinks(me, other)
    :: else
    fi;
    if
    :: atomic { CLIENT_REARMS(a) && rearms > 0 -> rearms-- };
        arm_and_look(me, a, wanted, mine, outcome, taken);
        if
        :: outcome == fired -> call_sinks(me, other)
        :: else
        fi
    :: true
    fi;
    if
    :: CLIENT_DESTROYS(a) -> // ~Arm, and the memory is gone.
        if
        :: has_queue[a] -> cancel(me, a, was_armed, taken)
        :: else
        fi;
        atomic { was_armed = false; assert(running[a] == 0); freed[a] = true }
    :: CLIENT_LEAVES(a) -> left_to_sink = true
    :: !CLIENT_LEAVES(a)
    fi;
    ended++
}

proctype producer(byte me, amount) {
    byte available, seen, other = NO_ARM;

    atomic {
        level_buffer == EMPTY -> // The resource's own lock, which one writer hands to the other.
            available = level + amount;
#ifdef STORE_BUFFERS
            level_buffer = available
#else
            level = available
#endif
    }
    trigger(me, available, seen, other);
    ended++
}

#ifdef CLOSE
proctype closer(byte me) {
    byte other = NO_ARM;

    atomic { !locked -> closed = true; collect(me, 9) };
    call_sinks(me, other);
    ended++
}
#endif

#ifdef STORE_BUFFERS
active proctype store_buffers() {
end:
    do
    :: d_step { level_buffer != EMPTY -> level = level_buffer; level_buffer = EMPTY }
    :: d_step {
        lowest_buffer != EMPTY ->
            lowest = lowest_buffer;
            lowest_buffer = EMPTY;
            locked = false
       }
    od
}
#else
active proctype consumer() {
    d_step { level > 0 -> level = 0 }
}
#endif

init {
    atomic {
        run producer(0, 2);
#ifdef CLOSE
        run closer(1);
#else
        run producer(1, 1);
#endif
        run client(2, 0, 1);
#ifdef TWO_CLIENTS
        run client(3, 0, 2)
#else
        run client(3, 1, 2)
#endif
    }
}

inline is_settled(a) {
    assert(outstanding[a] == (state[a] == armed));
    assert(state[a] == idle || (state[a] == armed && level < THRESHOLD(a) && !closed))
}

// Nobody can take a step any more: nobody hangs, and who is still armed waits for what is not true.
active proctype quiescence() {
    timeout ->
        atomic {
            assert(ended == 4 && !locked);
            is_settled(0);
            is_settled(1)
        }
}
