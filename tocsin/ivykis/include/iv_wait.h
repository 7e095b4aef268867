/* The end of child processes, and their stops, as events of a loop. Public.
 *
 * For C and C++. Only children with an interest are waited for: others are left to the program. */
#ifndef TOCSIN_IVYKIS_IV_WAIT_H
#define TOCSIN_IVYKIS_IV_WAIT_H

#include <iv_avl.h>
#include <iv_event.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The first three members are set before it is registered; `pid` is set by
 * iv_wait_interest_register_spawn(). */
struct iv_wait_interest {
    pid_t pid;
    void* cookie; /* handed to the handler */
    /* With what wait4(2) gives; the usage is valid during the call only. */
    void (*handler)(void* cookie, int status, const struct rusage* usage);
    struct iv_avl_node avl_node; /* the library's, as all that follows */
    struct iv_event ev;
    struct iv_list_head events_pending;
    void* dummy;
    unsigned int flags;
};

/* Prepares `interest` to be filled in and registered. Changes nothing, never fails; any thread.
 * Manual: iv_wait(3). */
static __inline__ void IV_WAIT_INTEREST_INIT(struct iv_wait_interest* interest) {
    (void)interest;
}

/* Has the handler called by the loop of the calling thread for each stop, continuation and the end
 * of the child `pid`, in their order, also when it has ended before this call. The child is reaped
 * with that; nobody else may wait for it. Keeps the loop running until it is unregistered. One
 * interest per child. Never fails for want of descriptors. Manual: iv_wait(3). */
void iv_wait_interest_register(struct iv_wait_interest* interest);

/* Forks a child that calls function(argument) and then exits with status 1, sets `pid` to it, and
 * registers the interest, so that nothing of the child is missed. 0; or a negative number with
 * errno of fork(2), the interest then being unregistered. On a thread with a loop.
 * Manual: iv_wait(3). */
int iv_wait_interest_register_spawn(struct iv_wait_interest* interest,
                                    void (*function)(void* argument), void* argument);

/* Ends the interest: the handler is not called any more, also not for what is known already. On the
 * thread that registered it, also in a handler; the memory may be freed then. To be called after
 * the child's end, too. A child that still lives is left to the program. Never fails.
 * Manual: iv_wait(3). */
void iv_wait_interest_unregister(struct iv_wait_interest* interest);

/* Sends the child a signal, and never another process that got its number: 0; -1 with errno of
 * kill(2); -ESRCH when the child has ended. On the thread that registered the interest.
 * Manual: iv_wait(3). */
int iv_wait_interest_kill(const struct iv_wait_interest* interest, int signum);

#ifdef __cplusplus
}
#endif

#endif
