/* Public. The kernel's clocks; included by <sys/neutrino.h>. (QNX: ClockTime(), ...) */
#ifndef _BITS_TOCSIN_CLOCK_CALLS_H
#define _BITS_TOCSIN_CLOCK_CALLS_H

#include <bits/types/clockid_t.h>
#include <stdint.h>
#include <sys/cdefs.h>
#include <time.h>

/* Of the ticks of a clock. */
struct _clockperiod {
    uint32_t nsec;
    int32_t fract; /* of a nanosecond, in femtoseconds */
};

__BEGIN_DECLS

/* A counter that only grows; SYSPAGE_ENTRY(qtime)->cycles_per_sec says how fast. */
uint64_t ClockCycles(void) __THROW;

/* A clock in nanoseconds: what it says into `before`, then what it is to say from `value`; either
   may be NULL. 0, or -1 with EINVAL, EPERM. */
int ClockTime(clockid_t clock, const uint64_t* value, uint64_t* before) __THROW;
int ClockTime_r(clockid_t clock, const uint64_t* value, uint64_t* before) __THROW;

/* How fine a clock is, into `before`; to ask for a period is allowed and changes nothing, as timers
   here do not wait for ticks. */
int ClockPeriod(clockid_t clock, const struct _clockperiod* period, struct _clockperiod* before,
                int reserved) __THROW;
int ClockPeriod_r(clockid_t clock, const struct _clockperiod* period, struct _clockperiod* before,
                  int reserved) __THROW;

__END_DECLS

#endif
