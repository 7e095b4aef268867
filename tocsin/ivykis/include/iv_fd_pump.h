/* Pumps: bytes of one descriptor moved to another, as far as neither blocks. Public.
 *
 * For C and C++. The pump watches nothing itself: it says what to wait for by `set_bands`, and the
 * program calls iv_fd_pump_pump() when that is so. */
#ifndef TOCSIN_IVYKIS_IV_FD_PUMP_H
#define TOCSIN_IVYKIS_IV_FD_PUMP_H

#ifdef __cplusplus
extern "C" {
#endif

/* Once the source has ended and its last byte was written, shut the target down for writing. */
#define IV_FD_PUMP_FLAG_RELAY_EOF 1

/* The first five members are set before iv_fd_pump_init() and left alone then. */
struct iv_fd_pump {
    int from_fd;  /* the caller's, as the next; both have to be non-blocking */
    int to_fd;    /* may be the same descriptor */
    void* cookie; /* handed to set_bands */
    /* Told what to wait for from now on: that from_fd can be read, that to_fd can be written. */
    void (*set_bands)(void* cookie, int pollin, int pollout);
    unsigned int flags; /* 0 or IV_FD_PUMP_FLAG_RELAY_EOF */
    void* buf;          /* the library's, as all that follows */
    int bytes;
    int full;
    int saw_fin;
};

/* Prepares `pump` to be filled in. Changes nothing, never fails; any thread.
 * Manual: iv_fd_pump(3). */
static __inline__ void IV_FD_PUMP_INIT(struct iv_fd_pump* pump) {
    (void)pump;
}

/* Starts the pump: calls set_bands(cookie, 1, 0) before it returns. On a thread with a loop, to
 * which it belongs from now on; it does not keep that loop running. Manual: iv_fd_pump(3). */
void iv_fd_pump_init(struct iv_fd_pump* pump);

/* Ends the pump and drops what it has read and not written; unless it is done, calls
 * set_bands(cookie, 0, 0). The descriptors stay open. On the pump's thread; the memory may be freed
 * then. Never fails. Manual: iv_fd_pump(3). */
void iv_fd_pump_destroy(struct iv_fd_pump* pump);

/* Moves what can be moved now and calls set_bands for what to wait for next: 1 while there is more
 * to come, 0 when all is done, after the end of the source. -1 with errno when a descriptor
 * failed; set_bands is not called then, and the pump is to be destroyed. On the pump's thread.
 * Manual: iv_fd_pump(3). */
int iv_fd_pump_pump(struct iv_fd_pump* pump);

/* Whether all is done: 1 or 0. On the pump's thread; never fails. Manual: iv_fd_pump(3). */
int iv_fd_pump_is_done(const struct iv_fd_pump* pump);

#ifdef __cplusplus
}
#endif

#endif
