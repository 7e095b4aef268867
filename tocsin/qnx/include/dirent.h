/* Public. glibc's <dirent.h>; opendir() of a program for QNX looks below TOCSIN_ROOT first. */
#ifndef _TOCSIN_DIRENT_H_INCLUDED
#define _TOCSIN_DIRENT_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <bits/tocsin_root.h>
#include_next <dirent.h>

#ifdef TOCSIN_BELOW_ROOT
__BEGIN_DECLS
extern DIR* __REDIRECT(opendir, (const char* path), tocsin_opendir);
__END_DECLS
#endif

#endif
