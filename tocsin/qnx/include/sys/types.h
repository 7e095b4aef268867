/* Public. glibc's types, and those that QNX has beside them. */
#ifndef _TOCSIN_SYS_TYPES_H_INCLUDED
#define _TOCSIN_SYS_TYPES_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <sys/platform.h>
#include_next <sys/types.h>

/* Addresses of memory as the machine has it. */
typedef uint32_t paddr32_t;
typedef uint64_t paddr64_t;
typedef uintptr_t paddr_t;

#endif
