/* Public. glibc's <dirent.h> with QNX's struct dirent; opendir() of a program for QNX looks below
   TOCSIN_ROOT first.

   The structure is laid out as glibc's, and names its members as QNX does: a manager fills such
   entries in, and a client gets them from readdir(). Where glibc has the kind of an entry, which
   QNX's has not, it has the length of the name; so what reads directories is told the latter. */
#ifndef _TOCSIN_DIRENT_H_INCLUDED
#define _TOCSIN_DIRENT_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <bits/tocsin_root.h>
#include <sys/types.h>

#ifdef TOCSIN_BELOW_ROOT

#define dirent _tocsin_glibc_dirent
#define readdir _tocsin_glibc_readdir
#define readdir_r _tocsin_glibc_readdir_r
#define scandir _tocsin_glibc_scandir
#define alphasort _tocsin_glibc_alphasort

#include_next <dirent.h>

#undef dirent
#undef readdir
#undef readdir_r
#undef scandir
#undef alphasort
#undef _DIRENT_HAVE_D_TYPE
#undef d_fileno

struct dirent {
    ino_t d_ino;
    off_t d_offset;
    unsigned short d_reclen; /* of the whole entry, up to the next one */
    unsigned char d_namelen; /* without the zero at the end */
    char d_name[1];          /* and as much as it takes behind it */
};

__BEGIN_DECLS
extern DIR* __REDIRECT(opendir, (const char* path), tocsin_opendir);
extern struct dirent* __REDIRECT(readdir, (DIR * directory), tocsin_readdir);
extern int __REDIRECT(readdir_r,
                      (DIR* __restrict directory, struct dirent* __restrict entry,
                       struct dirent** __restrict result),
                      tocsin_readdir_r);
extern int __REDIRECT(scandir,
                      (const char* __restrict path, struct dirent*** __restrict entries,
                       int (*wanted)(const struct dirent*),
                       int (*compare)(const struct dirent**, const struct dirent**)),
                      tocsin_scandir);
extern int alphasort(const struct dirent** one, const struct dirent** other);
__END_DECLS

#else

#include_next <dirent.h>

#endif

#endif
