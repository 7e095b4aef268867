/* Threads that keep the loop of their creator running until they end. Public.
 *
 * For C and C++. */
#ifndef TOCSIN_IVYKIS_IV_THREAD_H
#define TOCSIN_IVYKIS_IV_THREAD_H

#ifdef __cplusplus
extern "C" {
#endif

/* Starts a thread that calls start(argument), which calls iv_init() where it wants a loop. On a
 * thread with a loop, which the new one keeps running until it has ended, by returning,
 * pthread_exit(3) or cancellation; it is joined there. The creator may end first. `name` is copied.
 * 0; or -1, and then there is no thread. Manual: iv_thread(3). */
int iv_thread_create(const char* name, void (*start)(void*), void* argument);

/* Has the start and end of each such thread written to standard error (1), or not (0, as at the
 * beginning). Any thread; for the whole process; never fails. Manual: iv_thread(3). */
void iv_thread_set_debug_state(int state);

/* The number of the calling thread, as gettid(2) gives it; the older name of iv_get_thread_id().
 * Any thread; never fails. Manual: iv_thread(3). */
unsigned long iv_thread_get_id(void);

/* Writes the number and name of the calling thread, and of those it created and that have not been
 * joined, to standard error, one a line. On a thread with a loop. Manual: iv_thread(3). */
void iv_thread_list_children(void);

#ifdef __cplusplus
}
#endif

#endif
