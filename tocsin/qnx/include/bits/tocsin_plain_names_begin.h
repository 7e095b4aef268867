/* Public. From here to <bits/tocsin_plain_names_end.h>, a header of glibc's gives its calls no
   other names in the object file for _FILE_OFFSET_BITS=64, as those would be there to stay. Offsets
   have 64 bits anyway. */
#ifndef _BITS_TOCSIN_PLAIN_NAMES_BEGIN_H
#define _BITS_TOCSIN_PLAIN_NAMES_BEGIN_H
#include <bits/tocsin_root.h>
#include <bits/wordsize.h>
#endif

#if defined TOCSIN_BELOW_ROOT && defined __USE_FILE_OFFSET64 && __WORDSIZE == 64
#undef __USE_FILE_OFFSET64
#define TOCSIN_OFFSETS_ARE_LARGE 1
#endif
