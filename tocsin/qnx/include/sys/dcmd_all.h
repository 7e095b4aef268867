/* Public. Commands that every device knows. (QNX: iofunc_devctl_default()) */
#ifndef _SYS_DCMD_ALL_H_INCLUDED
#define _SYS_DCMD_ALL_H_INCLUDED

#include <devctl.h>
#include <sys/types.h>

#define DCMD_ALL_GETFLAGS __DIOF(_DCMD_ALL, 1, int)
#define DCMD_ALL_SETFLAGS __DIOT(_DCMD_ALL, 1, int)
#define DCMD_ALL_GETMOUNTFLAGS __DIOF(_DCMD_ALL, 2, int)
#define DCMD_ALL_GETOWN __DIOF(_DCMD_ALL, 3, pid_t)
#define DCMD_ALL_SETOWN __DIOT(_DCMD_ALL, 3, pid_t)

#endif
