/* Public. glibc's <stdlib.h>, and QNX's calls that write a number as text. */
#ifndef _TOCSIN_STDLIB_H_INCLUDED
#define _TOCSIN_STDLIB_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include_next <stdlib.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/* Write `value` in digits of the base 2 to 36 and a zero; `text` has room for all. Negative numbers
   have a sign in base 10, and are taken as unsigned in any other. */
char* itoa(int value, char* text, int base) __THROW;
char* ltoa(long value, char* text, int base) __THROW;
char* utoa(unsigned value, char* text, int base) __THROW;
char* ultoa(unsigned long value, char* text, int base) __THROW;

__END_DECLS

#endif
