/* Public. glibc's <stdio.h>; fopen() of a program for QNX looks below TOCSIN_ROOT first. */
#ifndef _TOCSIN_STDIO_H_INCLUDED
#define _TOCSIN_STDIO_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <bits/tocsin_plain_names_begin.h>

#include_next <stdio.h>

#include <bits/tocsin_plain_names_end.h>

#ifdef TOCSIN_BELOW_ROOT
__BEGIN_DECLS
extern FILE* __REDIRECT(fopen, (const char* __restrict path, const char* __restrict mode),
                        tocsin_fopen);
extern int __REDIRECT_NTH(remove, (const char* path), tocsin_remove);
extern int __REDIRECT_NTH(rename, (const char* path, const char* new_path), tocsin_rename);
#ifdef __USE_LARGEFILE64
extern FILE* __REDIRECT(fopen64, (const char* __restrict path, const char* __restrict mode),
                        tocsin_fopen);
#endif
__END_DECLS
#endif

#endif
