/* Public. Before and after a header of glibc's: where offsets have 64 bits anyway,
   _FILE_OFFSET_BITS is not to give its calls other names in the object file, which would be there
   to stay. */
#ifndef _BITS_TOCSIN_PLAIN_NAMES_H
#define _BITS_TOCSIN_PLAIN_NAMES_H
#include <bits/tocsin_root.h>
#include <bits/wordsize.h>
#endif

#if defined TOCSIN_BELOW_ROOT && __WORDSIZE == 64
#ifdef TOCSIN_OFFSETS_ARE_LARGE
#undef TOCSIN_OFFSETS_ARE_LARGE
#define __USE_FILE_OFFSET64 1
#elif defined __USE_FILE_OFFSET64
#undef __USE_FILE_OFFSET64
#define TOCSIN_OFFSETS_ARE_LARGE 1
#endif
#endif
