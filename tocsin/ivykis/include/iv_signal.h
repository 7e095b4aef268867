/* Signals, handled as events of a loop. Public.
 *
 * For C and C++. Any number of interests per signal, in any number of threads. */
#ifndef TOCSIN_IVYKIS_IV_SIGNAL_H
#define TOCSIN_IVYKIS_IV_SIGNAL_H

#include <iv.h>
#include <iv_avl.h>
#include <iv_event_raw.h>
#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Only one of the exclusive interests in a signal is called, and no other interest in it. */
#define IV_SIGNAL_FLAG_EXCLUSIVE 1

/* Only for signals that were sent to the thread that registered; others are not called then. */
#define IV_SIGNAL_FLAG_THIS_THREAD 2

/* The first four members are set before it is registered. */
struct iv_signal {
    int signum;
    unsigned int flags; /* 0 or IV_SIGNAL_FLAG_... */
    void* cookie;       /* handed to the handler */
    void (*handler)(void*);
    struct iv_avl_node an; /* the library's, as all that follows */
    uint8_t active;
    struct iv_event_raw ev;
};

/* Prepares `interest` to be filled in and registered. Changes nothing, never fails; any thread.
 * Manual: iv_signal(3). */
static __inline__ void IV_SIGNAL_INIT(struct iv_signal* interest) {
    (void)interest;
}

/* Catches the signal for the process, and has the handler called by the loop of the calling thread
 * after each arrival, merged with those that came before the call; not inside the signal handler,
 * so it may do anything. Keeps the loop running. 0; or -1 with errno EINVAL when `signum` is no
 * signal. Ends the process when it is one that cannot be caught. It opens no descriptor. A forked
 * child has the signal as it was before, until it registers an interest of its own.
 * Manual: iv_signal(3). */
int iv_signal_register(struct iv_signal* interest);

/* Ends the interest: the handler is not called any more, also not for what has arrived. With the
 * last one in a signal, what was done about it before the first is done again. An exclusive
 * interest that was due hands its call on to the next one. On the thread that registered it, also
 * in a handler; the memory may be freed then. Manual: iv_signal(3). */
void iv_signal_unregister(struct iv_signal* interest);

#ifdef __cplusplus
}
#endif

#endif
