/* Public. glibc's strings, and the calls that QNX has beside them. */
#ifndef _TOCSIN_STRING_H_INCLUDED
#define _TOCSIN_STRING_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include_next <string.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

#if !__GLIBC_PREREQ(2, 38)
/* Copy or append as much as `room` holds, with a zero at the end; the length that was wanted. */
size_t strlcpy(char* __restrict to, const char* __restrict from, size_t room) __THROW;
size_t strlcat(char* __restrict to, const char* __restrict from, size_t room) __THROW;
#endif

/* Compare without regard to the case of letters. */
int stricmp(const char* left, const char* right) __THROW;
int strcmpi(const char* left, const char* right) __THROW;
int strnicmp(const char* left, const char* right, size_t length) __THROW;

/* Change a string where it is, and return it. */
char* strlwr(char* text) __THROW;
char* strupr(char* text) __THROW;
char* strrev(char* text) __THROW;

__END_DECLS

#endif
