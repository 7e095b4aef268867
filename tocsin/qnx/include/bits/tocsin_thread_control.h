/* Public. Commands for threads; included by <sys/neutrino.h>. (QNX: ThreadCtl()) */
#ifndef _BITS_TOCSIN_THREAD_CONTROL_H
#define _BITS_TOCSIN_THREAD_CONTROL_H

#include <sys/cdefs.h>

#define _NTO_TCTL_IO 1
#define _NTO_TCTL_THREADS_HOLD 2
#define _NTO_TCTL_THREADS_CONT 3
#define _NTO_TCTL_RUNMASK 4
#define _NTO_TCTL_ALIGN_FAULT 5
#define _NTO_TCTL_RUNMASK_GET_AND_SET 6
#define _NTO_TCTL_PERFCOUNT 7
#define _NTO_TCTL_ONE_THREAD_HOLD 8
#define _NTO_TCTL_ONE_THREAD_CONT 9
#define _NTO_TCTL_RUNMASK_GET_AND_SET_INHERIT 10
#define _NTO_TCTL_NAME 11
#define _NTO_TCTL_RCM_GET_AND_SET 12
#define _NTO_TCTL_SHR_MUTEX 13
#define _NTO_TCTL_IO_PRIV 14
#define _NTO_TCTL_IO_LEVEL _NTO_TCTL_IO_PRIV

#define _NTO_THREAD_NAME_MAX 100

/* Of _NTO_TCTL_NAME. A new name of length -1: none; of length 0: no name. */
struct _thread_name {
    int new_name_len;
    int name_buf_len; /* of the room for the name as it was; 0: not wanted */
    char name_buf[1];
};

__BEGIN_DECLS

/* For the calling thread; -1 with errno. _NTO_TCTL_IO and _NTO_TCTL_IO_PRIV: 0, though there are no
   ports to be had. _NTO_TCTL_NAME: names it, by 15 bytes. _NTO_TCTL_RUNMASK: on which processors it
   may run, as bits in the place of the pointer; _GET_AND_SET: in the unsigned that it points to,
   which gets what was. _NTO_TCTL_ALIGN_FAULT: 0. Any other: EINVAL. */
int ThreadCtl(int command, void* data) __THROW;

/* As that, but returns the errno. */
int ThreadCtl_r(int command, void* data) __THROW;

__END_DECLS

#endif
