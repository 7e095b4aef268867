/* Public. What a program asks of the manager of processes. (QNX: procmgr_daemon(), ...) */
#ifndef _SYS_PROCMGR_H_INCLUDED
#define _SYS_PROCMGR_H_INCLUDED

#include <sys/cdefs.h>
#include <sys/types.h>

#define PROCMGR_DAEMON_NOCHDIR 0x01
#define PROCMGR_DAEMON_NOCLOSE 0x02
#define PROCMGR_DAEMON_NODEVNULL 0x04
#define PROCMGR_DAEMON_KEEPUMASK 0x08

/* Abilities, and what is to be done with them; they mean nothing here. */
#define PROCMGR_AID_SPAWN_SETUID 1
#define PROCMGR_AID_SPAWN_SETGID 2
#define PROCMGR_AID_SETUID 3
#define PROCMGR_AID_SETGID 4
#define PROCMGR_AID_GETID 5
#define PROCMGR_AID_PATHSPACE 6
#define PROCMGR_AID_REBOOT 7
#define PROCMGR_AID_CPUMODE 8
#define PROCMGR_AID_RUNSTATE 9
#define PROCMGR_AID_CONFSET 10
#define PROCMGR_AID_RSRCDBMGR 11
#define PROCMGR_AID_SESSION 12
#define PROCMGR_AID_UMASK 13
#define PROCMGR_AID_EVENT 14
#define PROCMGR_AID_RLIMIT 15
#define PROCMGR_AID_MEM_ADD 16
#define PROCMGR_AID_MEM_PHYS 17
#define PROCMGR_AID_MEM_SPECIAL 18
#define PROCMGR_AID_MEM_GLOBAL 19
#define PROCMGR_AID_MEM_PEER 20
#define PROCMGR_AID_MEM_LOCK 21
#define PROCMGR_AID_PROT_EXEC 22
#define PROCMGR_AID_WAIT 23
#define PROCMGR_AID_CLOCKSET 24
#define PROCMGR_AID_CLOCKPERIOD 25
#define PROCMGR_AID_INTERRUPT 26
#define PROCMGR_AID_KEYDATA 27
#define PROCMGR_AID_IO 28
#define PROCMGR_AID_SIGNAL 29
#define PROCMGR_AID_PRIORITY 30
#define PROCMGR_AID_CONNECTION 31
#define PROCMGR_AID_SCHEDULE 32
#define PROCMGR_AID_TIMER 33
#define PROCMGR_AID_CHILD_NEWAPP 34
#define PROCMGR_AID_APS_ROOT 35
#define PROCMGR_AID_PUBLIC_CHANNEL 36
#define PROCMGR_AID_POWER 37
#define PROCMGR_AID_TRACE 38
#define PROCMGR_AID_VM_COUNT 39
#define PROCMGR_AID_PGRP 40
#define PROCMGR_AID_MAP_FIXED 41
#define PROCMGR_AID_EOL 0xffffU

#define PROCMGR_AOP_DENY 0x00010000U
#define PROCMGR_AOP_ALLOW 0x00020000U
#define PROCMGR_AOP_SUBRANGE 0x00040000U
#define PROCMGR_AOP_LOCK 0x00080000U
#define PROCMGR_AOP_ARGS 0x00100000U
#define PROCMGR_AOP_INHERIT_YES 0x00200000U
#define PROCMGR_AOP_INHERIT_NO 0x00400000U
#define PROCMGR_ADN_ROOT 0x01000000U
#define PROCMGR_ADN_NONROOT 0x02000000U

__BEGIN_DECLS

/* Goes on as a daemon: in a session of its own, where it may have one, in "/", with umask 0 and
   /dev/null at 0, 1 and 2. It stays the process that was started, with all that it serves, and its
   other descriptors, which may be the library's, stay open; whoever started it is told nothing, so
   `status` means nothing. 0, or -1 with errno. */
int procmgr_daemon(int status, unsigned flags);

/* As procmgr_daemon(), with nothing changed but the session. */
int procmgr_detach(int status);

/* EOK: Linux has no abilities that could be given up. */
int procmgr_ability(pid_t pid, unsigned ability, ...);

__END_DECLS

#endif
