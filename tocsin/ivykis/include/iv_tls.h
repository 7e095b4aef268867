/* State of a module for each thread that has a loop. Public.
 *
 * For C and C++. Made with the loop and gone with it, with a call before and after. */
#ifndef TOCSIN_IVYKIS_IV_TLS_H
#define TOCSIN_IVYKIS_IV_TLS_H

#include <iv_list.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One per module. The first three members are set before it is registered; it has to stay as long
 * as the process. */
struct iv_tls_user {
    size_t sizeof_state;
    void (*init_thread)(void* state); /* by iv_init(), on zeroed state; NULL: not called */
    void (*deinit_thread)(
        void* state);         /* by iv_deinit() or at the thread's end; NULL: not called */
    struct iv_list_head list; /* the library's, as the next */
    int state_offset;
};

/* Gives each thread with a loop its own state of that size, aligned to 16 bytes. Any thread, also
 * before main() and after iv_init(): threads that have a loop by then get theirs, and the call of
 * init_thread with it, when they first ask for it. Users are called in order of registration. Ends
 * the process when there is no memory. Manual: iv_tls(3). */
void iv_tls_user_register(struct iv_tls_user* user);

/* The calling thread's state of `user`, which is the library's memory; NULL when the thread has no
 * loop. Any thread, also in a signal handler. Ends the process when `user` was not registered.
 * Manual: iv_tls(3). */
void* iv_tls_user_ptr(const struct iv_tls_user* user);

#ifdef __cplusplus
}
#endif

#endif
