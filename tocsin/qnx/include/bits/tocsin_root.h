/* Public. Whether a program's calls by path are to look below TOCSIN_ROOT first: where it is
   compiled as for QNX. They then go to functions of the library, by the names of these in the
   object file; so members and macros of the program may be called the same. */
#ifndef _BITS_TOCSIN_ROOT_H
#define _BITS_TOCSIN_ROOT_H

#include <features.h>

#if defined __QNXNTO__ && defined __REDIRECT
#define TOCSIN_BELOW_ROOT 1
#endif

#endif
