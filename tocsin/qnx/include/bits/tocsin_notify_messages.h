/* Public. The message that asks what a file is ready for, and the call that sends it; included by
   <sys/iomsg.h>. (QNX: io_notify, ionotify()) */
#ifndef _BITS_TOCSIN_NOTIFY_MESSAGES_H
#define _BITS_TOCSIN_NOTIFY_MESSAGES_H

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <stdint.h>
#include <sys/iomgr.h>
#include <sys/siginfo.h>

struct _io_notify {
    uint16_t type;
    uint16_t combine_len;
    int32_t action;
    int32_t flags;
    struct __sigevent32 event;
    int32_t mgr[2];
    int32_t flags_extra_mask;
    int32_t flags_exten;
    int32_t nfds;
    int32_t fd_first;
    int32_t nfds_ready;
    int64_t timo;
};
struct _io_notify64 {
    uint16_t type;
    uint16_t combine_len;
    int32_t action;
    int32_t flags;
    struct __sigevent32 old_event;
    int32_t mgr[2];
    int32_t flags_extra_mask;
    int32_t flags_exten;
    int32_t nfds;
    int32_t fd_first;
    int32_t nfds_ready;
    int64_t timo;
    union {
        struct __sigevent32 event32;
        struct __sigevent64 event64;
    };
};
struct _io_notify_reply {
    uint32_t zero;
    uint32_t flags;
    uint32_t flags2;
    struct __sigevent32 event;
    int32_t mgr[2];
    int32_t flags_extra_mask;
    int32_t flags_exten;
    int32_t nfds;
    int32_t fd_first;
    int32_t nfds_ready;
    int64_t timo;
};
struct _io_notify_reply64 {
    uint32_t zero;
    uint32_t flags;
    uint32_t flags2;
    struct __sigevent32 old_event;
    int32_t mgr[2];
    int32_t flags_extra_mask;
    int32_t flags_exten;
    int32_t nfds;
    int32_t fd_first;
    int32_t nfds_ready;
    int64_t timo;
    union {
        struct __sigevent32 event32;
        struct __sigevent64 event64;
    };
};
typedef union {
    struct _io_notify i;
    struct _io_notify64 i64;
    struct _io_notify_reply o;
    struct _io_notify_reply64 o64;
} io_notify_t;

#ifdef __cplusplus
extern "C" {
#endif

/* Asks the manager behind `fd` to deliver `event` once, when one of the conditions of `flags` comes
   true; NULL disarms. Returns those that are true now, of the actions that report, else 0; -1 with
   EBADF, EBUSY (somebody else waits for a transition), EAGAIN (CONDARM has armed), ENOSYS (nobody
   who could serves the file), ENOMEM. The event is delivered by a thread of the library's, in this
   process; what was armed goes with the descriptor, when it is closed by a program that was
   compiled with these headers, else with its last duplicate. Any thread. (QNX: ionotify()) */
int ionotify(int fd, int action, int flags, const struct sigevent* event);

#ifdef __cplusplus
}
#endif

#endif
