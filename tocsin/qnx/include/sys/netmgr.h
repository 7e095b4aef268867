/* Public. Nodes. (QNX: netmgr_ndtostr(); here there is the local one only.) */
#ifndef _SYS_NETMGR_H_INCLUDED
#define _SYS_NETMGR_H_INCLUDED

#include <sys/neutrino.h>

#endif
