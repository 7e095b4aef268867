/* Public. How files are shared between those who open them. (QNX: sopen()) */
#ifndef _SHARE_H_INCLUDED
#define _SHARE_H_INCLUDED

#define SH_MASK 0x70
#define SH_COMPAT 0x00
#define SH_DENYRW 0x10
#define SH_DENYWR 0x20
#define SH_DENYRD 0x30
#define SH_DENYNO 0x40

#endif
