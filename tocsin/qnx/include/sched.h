/* Public. glibc's scheduling, and QNX's calls for a process's priority. */
#ifndef _TOCSIN_SCHED_H_INCLUDED
#define _TOCSIN_SCHED_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include_next <sched.h>
#include <sys/cdefs.h>
#include <sys/types.h>

__BEGIN_DECLS

/* The priority of a process or thread, 0 being the caller: of the real-time kind what Linux says,
   of any other 10. -1 with ESRCH. */
int getprio(pid_t pid) __THROW;

/* Sets it, and returns what it was. Other priorities than 10 are of the real-time kind (SCHED_RR),
   which Linux grants to those with CAP_SYS_NICE. -1 with EPERM, EINVAL, ESRCH. */
int setprio(pid_t pid, int priority) __THROW;

__END_DECLS

#endif
