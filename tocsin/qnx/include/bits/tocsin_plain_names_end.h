/* Public. Ends what <bits/tocsin_plain_names_begin.h> has begun. */
#ifdef TOCSIN_OFFSETS_ARE_LARGE
#undef TOCSIN_OFFSETS_ARE_LARGE
#ifndef __USE_FILE_OFFSET64
#define __USE_FILE_OFFSET64 1
#endif
#endif
