/* Public. What the system page says of the machine, as far as there is the like here. */
#ifndef _SYS_SYSPAGE_H_INCLUDED
#define _SYS_SYSPAGE_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <stdint.h>
#include <sys/cdefs.h>

struct qtime_entry {
    uint64_t cycles_per_sec; /* of ClockCycles() */
    uint64_t boot_time;      /* in seconds since 1970 */
    uint64_t nsec_inc;       /* between ticks, as far as there are any */
};

struct syspage_entry {
    uint16_t num_cpu;
    struct qtime_entry qtime;
};

__BEGIN_DECLS

const struct syspage_entry* tocsin_syspage(void) __THROW;

__END_DECLS

#define _syspage_ptr tocsin_syspage()
#define SYSPAGE_ENTRY(entry) (&tocsin_syspage()->entry)

#endif
