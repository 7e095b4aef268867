/* A program started with a pipe to or from it, and ended in the background. Public.
 *
 * For C and C++. */
#ifndef TOCSIN_IVYKIS_IV_POPEN_H
#define TOCSIN_IVYKIS_IV_POPEN_H

#ifdef __cplusplus
extern "C" {
#endif

/* The first three members are set before it is submitted. */
struct iv_popen_request {
    char* file;  /* the program, found as by execvp(3) */
    char** argv; /* its arguments, the last is NULL */
    char* type;  /* "r": read what it prints; "w": write what it reads */
    void* child; /* the library's */
};

/* Prepares `request` to be filled in. Changes nothing, never fails; any thread.
 * Manual: iv_popen(3). */
static __inline__ void IV_POPEN_REQUEST_INIT(struct iv_popen_request* request) {
    (void)request;
}

/* Starts the program and gives a descriptor of this end of the pipe, which blocks, is the caller's
 * to close, and is closed on exec, so that no other child keeps the pipe open. -1, with a message
 * on standard error, when there is no child or pipe to be had, or `type` is neither; then nothing
 * is left to close. The child keeps the loop of the calling thread running until it has ended. That
 * the program cannot be executed shows as its end only. Manual: iv_popen(3). */
int iv_popen_request_submit(struct iv_popen_request* request);

/* Gives the program up, and returns at once: while it lives it is sent SIGTERM, now and every 5 s,
 * then SIGKILL, by the loop, which it keeps running until it has ended. On the thread that
 * submitted it, once, also when it has ended already; the memory may be freed then. Does not close
 * the descriptor. Never fails. Manual: iv_popen(3). */
void iv_popen_request_close(struct iv_popen_request* request);

#ifdef __cplusplus
}
#endif

#endif
