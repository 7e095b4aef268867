// The edges of a notify array: who asks for them is told of all that has come since it was last
// told, also where the manager triggers only when the CHECK macros say that somebody waits.
// Mirrors tocsin/qnx/notify_array.cpp (arm, take_edges, note_met, publish, trigger, remove) and
// iofunc_notify.cpp (settle, iofunc_notify_trigger).
//
// Two threads of the manager have data come, once or twice each, with the attribute locked; a reader
// takes all of it twice, and says so to nobody. Two clients ask for edges again and again, as soon as they
// were told or something was delivered; one of them leaves in the end. A handler runs with the
// attribute locked; what it settles is one step, as it is under the array's lock. A trigger has
// three steps: it counts, fires, and publishes. With LATER it begins when the attribute is not
// locked any more.
//
// Configurations: plain LATER

#define ASKS 3
#if defined(LATER) && !defined(DEEP)
#define ARRIVALS 1
#else
#define ARRIVALS 2
#endif
#define CLIENTS 2
#define NOBODY 9

bool attribute_locked;
byte level;              // What a reader would get.

// The array.
byte cnt = NOBODY;       // Of the member, for the CHECK macros.
byte triggers;
byte met_count;          // NotifyArray::met_
bool armed[CLIENTS];
bool was_met[CLIENTS];
byte triggers_seen[CLIENTS];

bool delivered[CLIENTS];

// Only for the proof.
bool fresh[CLIENTS];     // Something has come since the client was told.
bool waits[CLIENTS];

inline lock_attribute() {
    atomic { !attribute_locked -> attribute_locked = true }
}

inline publish() {
#ifdef BUG_NOBODY_IS_PUBLISHED
    cnt = ((armed[0] || armed[1]) -> 1 : NOBODY)
#else
    cnt = ((armed[0] || armed[1] || met_count > 0) -> 1 : NOBODY)
#endif
}

inline note_met(client, met) {
#ifdef BUG_ONE_FORGETS_FOR_ALL
    met_count = (met -> 1 : 0);
#else
    met_count = met_count + met - was_met[client];
#endif
    was_met[client] = met
}

inline fire() {
    d_step {
        if
        :: armed[0] -> armed[0] = false; delivered[0] = true; fresh[0] = false
        :: else
        fi;
        if
        :: armed[1] -> armed[1] = false; delivered[1] = true; fresh[1] = false
        :: else
        fi
    }
}

inline trigger() {
#ifdef BUG_FIRES_BEFORE_IT_COUNTS
    fire();
    triggers++;
#else
    triggers++;
    fire();
#endif
    d_step { publish() }
}

proctype producer() {
    byte number;

    do
    :: number < ARRIVALS ->
        number++;
        lock_attribute();
        d_step { level++; fresh[0] = true; fresh[1] = true };
#ifdef LATER
        attribute_locked = false;
#endif
        if
        :: cnt <= 1 -> trigger()
        :: else
        fi;
#ifndef LATER
        attribute_locked = false
#endif
    :: else -> break
    od
}

proctype reader() {
    byte number;

    do
    :: number < 2 ->
        number++;
        atomic { !attribute_locked -> level = 0 }
    :: break
    od
}

proctype client(byte self) {
    byte number;
    bool met;
    bool told;

    do
    :: number < ASKS ->
        number++;
        lock_attribute();
        met = level > 0;
        d_step {
            armed[self] = false;
#ifdef BUG_TRIGGERS_ARE_NOT_COUNTED
            told = met && !was_met[self];
#else
            told = met && (!was_met[self] || triggers_seen[self] != triggers);
#endif
            note_met(self, met);
            triggers_seen[self] = triggers;
            armed[self] = !told;
            fresh[self] = fresh[self] && !told;
#ifndef BUG_PUBLISHES_LATE
            publish()
#endif
        };
        attribute_locked = false;
#ifdef BUG_PUBLISHES_LATE
        d_step { publish() };
#endif
        if
        :: told
        :: else ->
            waits[self] = true;
end_asleep:
            atomic { delivered[self] -> delivered[self] = false; waits[self] = false }
        fi
    :: else -> break
    od;
    if
    :: self == 0 ->
        lock_attribute();
        d_step { armed[0] = false; note_met(0, false); publish() };
        attribute_locked = false
    :: else
    fi
}

// Whoever waits has been told of all that there is.
proctype quiescence() {
    timeout ->
    assert(!(waits[0] && fresh[0] && level > 0));
    assert(!(waits[1] && fresh[1] && level > 0));
    assert(!attribute_locked)
}

init {
    atomic {
        run producer();
        run producer();
        run reader();
        run client(0);
        run client(1);
        run quiescence()
    }
}
