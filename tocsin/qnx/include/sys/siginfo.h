/* Public. Events: their kinds, flags and initialisers. (QNX: sigevent) */
#ifndef _SYS_SIGINFO_H_INCLUDED
#define _SYS_SIGINFO_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <bits/types/clockid_t.h>
#include <bits/types/sigevent_t.h>
#include <bits/types/struct_itimerspec.h>
#include <bits/types/timer_t.h>
#include <sys/cdefs.h>

/* glibc's own would read the event by glibc's layout. These take all kinds but SIGEV_UNBLOCK and
   SIGEV_INTR, and fail with EINVAL for those. An event that is no signal is delivered by a thread
   of the library, which gets no signals; its clock is CLOCK_REALTIME, CLOCK_MONOTONIC or
   CLOCK_BOOTTIME. */
__BEGIN_DECLS
int tocsin_timer_create(clockid_t clock, struct sigevent* event, timer_t* timer) __THROW;
int tocsin_timer_delete(timer_t timer) __THROW;
int tocsin_timer_settime(timer_t timer, int flags, const struct itimerspec* __restrict value,
                         struct itimerspec* __restrict before) __THROW;
int tocsin_timer_gettime(timer_t timer, struct itimerspec* value) __THROW;
int tocsin_timer_getoverrun(timer_t timer) __THROW;
__END_DECLS
#define timer_create tocsin_timer_create
#define timer_delete tocsin_timer_delete
#define timer_settime tocsin_timer_settime
#define timer_gettime tocsin_timer_gettime
#define timer_getoverrun tocsin_timer_getoverrun

/* Kinds. Compare them by SIGEV_GET_TYPE(). */
#define SIGEV_64BIT 0x80
#define SIGEV_NONE 0
#define SIGEV_SIGNAL (1 | SIGEV_64BIT)
#define SIGEV_SIGNAL_CODE (2 | SIGEV_64BIT)
#define SIGEV_SIGNAL_THREAD (3 | SIGEV_64BIT)
#define SIGEV_PULSE (4 | SIGEV_64BIT)
#define SIGEV_UNBLOCK (5 | SIGEV_64BIT)
#define SIGEV_INTR (6 | SIGEV_64BIT)
#define SIGEV_THREAD (7 | SIGEV_64BIT)
#define SIGEV_MEMORY (8 | SIGEV_64BIT)
#define SIGEV_SEM (9 | SIGEV_64BIT)

/* glibc's own kind; here it has a number that is none of QNX's. */
#define SIGEV_THREAD_ID 0x7f

#define SIGEV_TYPE_MASK 0x000000ff
#define SIGEV_FLAG_OVERDRIVE 0x00000200
#define SIGEV_FLAG_UPDATEABLE 0x00000400
#define SIGEV_FLAG_SIVAL_INT 0x00000800
#define SIGEV_FLAG_NOQUEUE 0x00001000
#define SIGEV_FLAG_HANDLE 0x00002000
#define SIGEV_FLAG_CODE_UPDATEABLE 0x00004000
#define SIGEV_INVALID_HANDLE 0xffffffffU

#define SIGEV_GET_TYPE(e) ((e)->sigev_notify & SIGEV_TYPE_MASK)
#define SIGEV_SET_TYPE(e, t)                                                                       \
    ((e)->sigev_notify = ((e)->sigev_notify & ~SIGEV_TYPE_MASK) | ((t) & SIGEV_TYPE_MASK))
#define SIGEV_GET_SIZE(e)                                                                          \
    (((e)->sigev_notify & SIGEV_64BIT) ? sizeof(struct __sigevent64) : sizeof(struct __sigevent32))

#define SIGEV_PULSE_PRIO_INHERIT (-1)

#define SIGEV_MEM_ASSIGN 1
#define SIGEV_MEM_ADD 2
#define SIGEV_MEM_SUB 3
#define SIGEV_MEM_BITSET 4
#define SIGEV_MEM_BITCLR 5
#define SIGEV_MEM_BITTOGGLE 6

#define SIGEV_NONE_INIT(e) ((e)->sigev_notify = SIGEV_NONE)
#define SIGEV_UNBLOCK_INIT(e) ((e)->sigev_notify = SIGEV_UNBLOCK)
#define SIGEV_INTR_INIT(e) ((e)->sigev_notify = SIGEV_INTR)
#define SIGEV_SIGNAL_INIT(e, s)                                                                    \
    ((e)->sigev_notify = SIGEV_SIGNAL, (e)->sigev_signo = (s), (e)->sigev_value.sival_ptr = 0)
#define SIGEV_SIGNAL_VALUE_PTR_INIT(e, s, v)                                                       \
    ((e)->sigev_notify = SIGEV_SIGNAL, (e)->sigev_signo = (s),                                     \
     (e)->sigev_value.sival_ptr = (void*)(v))
#define SIGEV_SIGNAL_VALUE_INIT(e, s, v) SIGEV_SIGNAL_VALUE_PTR_INIT(e, s, v)
#define SIGEV_SIGNAL_VALUE_INT_INIT(e, s, v)                                                       \
    ((e)->sigev_notify = SIGEV_SIGNAL | SIGEV_FLAG_SIVAL_INT, (e)->sigev_signo = (s),              \
     (e)->sigev_value.sival_ptr = 0, (e)->sigev_value.sival_int = (v))
#define SIGEV_SIGNAL_CODE_PTR_INIT(e, s, v, c)                                                     \
    ((e)->sigev_notify = SIGEV_SIGNAL_CODE, (e)->sigev_signo = (s),                                \
     (e)->sigev_value.sival_ptr = (void*)(v), (e)->sigev_code = (short)(c))
#define SIGEV_SIGNAL_CODE_INIT(e, s, v, c) SIGEV_SIGNAL_CODE_PTR_INIT(e, s, v, c)
#define SIGEV_SIGNAL_CODE_INT_INIT(e, s, v, c)                                                     \
    ((e)->sigev_notify = SIGEV_SIGNAL_CODE | SIGEV_FLAG_SIVAL_INT, (e)->sigev_signo = (s),         \
     (e)->sigev_value.sival_ptr = 0, (e)->sigev_value.sival_int = (v),                             \
     (e)->sigev_code = (short)(c))
#define SIGEV_SIGNAL_THREAD_INIT(e, s, v, c)                                                       \
    ((e)->sigev_notify = SIGEV_SIGNAL_THREAD, (e)->sigev_signo = (s),                              \
     (e)->sigev_value.sival_ptr = (void*)(v), (e)->sigev_code = (short)(c))
#define SIGEV_PULSE_PTR_INIT(e, o, p, c, v)                                                        \
    ((e)->sigev_notify = SIGEV_PULSE, (e)->sigev_coid = (o), (e)->sigev_priority = (short)(p),     \
     (e)->sigev_code = (short)(c), (e)->sigev_value.sival_ptr = (void*)(v))
#define SIGEV_PULSE_INIT(e, o, p, c, v) SIGEV_PULSE_PTR_INIT(e, o, p, c, v)
#define SIGEV_PULSE_INT_INIT(e, o, p, c, v)                                                        \
    ((e)->sigev_notify = SIGEV_PULSE | SIGEV_FLAG_SIVAL_INT, (e)->sigev_coid = (o),                \
     (e)->sigev_priority = (short)(p), (e)->sigev_code = (short)(c),                               \
     (e)->sigev_value.sival_ptr = 0, (e)->sigev_value.sival_int = (v))
#define SIGEV_THREAD_INIT(e, f, v, a)                                                              \
    ((e)->sigev_notify = SIGEV_THREAD, (e)->sigev_notify_function = (f),                           \
     (e)->sigev_value.sival_ptr = (void*)(v), (e)->sigev_notify_attributes = (a))
#define SIGEV_MEMORY_INIT(e, a, v, o)                                                              \
    ((e)->sigev_notify = SIGEV_MEMORY | SIGEV_FLAG_SIVAL_INT, (e)->sigev_addr = (a),               \
     (e)->sigev_value.sival_ptr = 0, (e)->sigev_value.sival_int = (int)(v),                        \
     (e)->sigev_memop = (o))
/* The semaphore's address lies in the value. */
#define SIGEV_SEM_INIT(e, s)                                                                       \
    ((e)->sigev_notify = SIGEV_SEM, (e)->sigev_value.sival_ptr = (void*)(s))

#define SIGEV_MAKE_UPDATEABLE(e) ((e)->sigev_notify |= SIGEV_FLAG_UPDATEABLE)
#define SIGEV_CLEAR_UPDATEABLE(e) ((e)->sigev_notify &= ~SIGEV_FLAG_UPDATEABLE)
#define SIGEV_MAKE_OVERDRIVE(e) ((e)->sigev_notify |= SIGEV_FLAG_OVERDRIVE)
#define SIGEV_CLEAR_OVERDRIVE(e) ((e)->sigev_notify &= ~SIGEV_FLAG_OVERDRIVE)
#define SIGEV_MAKE_NOQUEUE(e) ((e)->sigev_notify |= SIGEV_FLAG_NOQUEUE)
#define SIGEV_CLEAR_NOQUEUE(e) ((e)->sigev_notify &= ~SIGEV_FLAG_NOQUEUE)

/* QNX 6 lets the thread that gets the event run beyond its share of the processor. Linux has no
   such shares of time, and the event stays as it is. */
#define SIGEV_MAKE_CRITICAL(e) ((void)(e)->sigev_notify)

/* Codes of events. Those that Linux has, too (SI_USER, SI_QUEUE, SI_TIMER, ...), keep the numbers
   that its signals carry. */
#define SI_NOTIFY (-6)
#define SI_IRQ (-7)
#define SI_MINAVAIL (-128)
#define SI_MAXAVAIL (-64)

/* An event as messages carry it, by the sender's size of a word. */
struct __sigevent32 {
    int sigev_notify32;
    int sigev_id32;
    int sigev_value32;
    short sigev_code32;
    short sigev_priority32;
};
struct __sigevent64 {
    int sigev_notify64;
    int sigev_pad64;
    unsigned long long sigev_id64;
    unsigned long long sigev_value64;
    unsigned long long sigev_code64;
};

/* A message without a body, which nobody waits for. */
struct _pulse {
    unsigned short type;
    unsigned short subtype;
    signed char code;
    unsigned char zero[3];
    union sigval value;
    int scoid;
};

#define _PULSE_TYPE 0
#define _PULSE_SUBTYPE 0
#define _PULSE_CODE_MINAVAIL 0
#define _PULSE_CODE_MAXAVAIL 127
#define _PULSE_CODE_UNBLOCK (-32)
#define _PULSE_CODE_DISCONNECT (-33)
#define _PULSE_CODE_THREADDEATH (-34)
#define _PULSE_CODE_COIDDEATH (-35)
#define _PULSE_CODE_NET_ACK (-36)
#define _PULSE_CODE_NET_UNBLOCK (-37)
#define _PULSE_CODE_NET_DETACH (-38)
#define _PULSE_CODE_RESTART (-39)
#define _PULSE_CODE_NORESTART (-40)
#define _PULSE_CODE_UNBLOCK_RESTART (-41)
#define _PULSE_CODE_UNBLOCK_TIMER (-42)

#endif
