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

/* glibc has these for programs that ask for them only. */
#ifndef __ino64_t_defined
typedef __ino64_t ino64_t;
#define __ino64_t_defined
#endif
#ifndef __off64_t_defined
typedef __off64_t off64_t;
#define __off64_t_defined
#endif

#endif
