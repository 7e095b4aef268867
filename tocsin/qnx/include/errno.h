/* Public. glibc's numbers of errors, and the names that QNX has beside them. */
#ifndef _TOCSIN_ERRNO_H_INCLUDED
#define _TOCSIN_ERRNO_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include_next <errno.h>

#ifndef EOK
#define EOK 0
#endif

/* Names that Linux has not. Their numbers are none of Linux's, and small enough that the kernel
   hands them from a manager to its client: it refuses those from 512 on. */
#define EBADFSYS 201
#define EBADRPC 202
#define ECTRLTERM 203
#define EDSTFAULT 204
#define EENDIAN 205
#define EFPOS 206
#define EMORE 207
#define ENOLIC 208
#define ENONDP 209
#define ENOREMOTE 210
#define ESRVRFAULT 211
#define EPROCUNAVAIL 212
#define EPROGMISMATCH 213
#define EPROGUNAVAIL 214
#define ERPCMISMATCH 215
#define EFTYPE 216
#define EAUTH 217
#define ENEEDAUTH 218

#endif
