/* Public. The messages between clients and resource managers. (QNX: io_read, io_write, ...) */
#ifndef _SYS_IOMSG_H_INCLUDED
#define _SYS_IOMSG_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <bits/tocsin_notify_messages.h>
#include <stdint.h>
#include <sys/ioconnect.h>
#include <sys/iomgr.h>
#include <sys/neutrino.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <utime.h>

#define _IO_BASE 0x100
#define _IO_CONNECT 0x100
#define _IO_READ 0x101
#define _IO_WRITE 0x102
#define _IO_STAT 0x104
#define _IO_NOTIFY 0x105
#define _IO_DEVCTL 0x106
#define _IO_PATHCONF 0x108
#define _IO_LSEEK 0x109
#define _IO_CHMOD 0x10a
#define _IO_CHOWN 0x10b
#define _IO_UTIME 0x10c
#define _IO_OPENFD 0x10d
#define _IO_FDINFO 0x10e
#define _IO_LOCK 0x10f
#define _IO_SPACE 0x110
#define _IO_SHUTDOWN 0x111
#define _IO_MMAP 0x112
#define _IO_MSG 0x113
#define _IO_DUP 0x115
#define _IO_CLOSE 0x116
#define _IO_SYNC 0x119
#define _IO_POWER 0x11a
#define _IO_ACL 0x11b
#define _IO_READ64 0x11e
#define _IO_WRITE64 0x11f
#define _IO_NOTIFY64 0x120
#define _IO_UTIME64 0x121
#define _IO_MAX 0x1ff
#define _IO_COMBINE_FLAG 0x8000

#define _IO_FLAG_RD 1
#define _IO_FLAG_WR 2
#define _IO_FLAG_MASK 3

#define _IO_XTYPE_NONE 0
#define _IO_XTYPE_READCOND 1
#define _IO_XTYPE_MQUEUE 2
#define _IO_XTYPE_TCPIP 3
#define _IO_XTYPE_TCPIP_MSG 4
#define _IO_XTYPE_OFFSET 5
#define _IO_XTYPE_REGISTRY 6
#define _IO_XTYPE_TCPIP_MSG2 7
#define _IO_XTYPE_TCPIP_MMSG 8
#define _IO_XTYPE_READDIR 9
#define _IO_XTYPE_MASK 0xff
#define _IO_XFLAG_DIR_EXTRA_HINT 0x100
#define _IO_XFLAG_NONBLOCK 0x4000
#define _IO_XFLAG_BLOCK 0x8000

struct _io_read {
    uint16_t type;
    uint16_t combine_len;
    uint32_t nbytes;
    uint32_t xtype;
    uint32_t zero;
};
struct _io_read64 {
    uint16_t type;
    uint16_t combine_len;
    uint32_t nbytes;
    uint32_t xtype;
    uint32_t nbytes_hi;
};
typedef union {
    struct _io_read i;
    struct _io_read64 i64;
} io_read_t;
typedef union {
    struct _io_read i;
    struct _io_read64 i64;
} io_write_t;

/* Between the message and its data, where the xtype says so: where to read or write, or when a read
   has enough. */
struct _xtype_offset {
    off64_t offset;
};
struct _xtype_readcond {
    int32_t min;
    int32_t time;
    int32_t timeout;
};

struct _io_devctl {
    uint16_t type;
    uint16_t combine_len;
    int32_t dcmd;
    uint32_t nbytes;
    int32_t zero;
};
struct _io_devctl_reply {
    uint32_t zero;
    int32_t ret_val;
    uint32_t nbytes;
    int32_t zero2;
};
typedef union {
    struct _io_devctl i;
    struct _io_devctl_reply o;
} io_devctl_t;
#define _DEVCTL_DATA(part) ((void*)(sizeof(part) + (char*)(&(part))))

struct _io_lseek {
    uint16_t type;
    uint16_t combine_len;
    int16_t whence;
    uint16_t flags;
    uint64_t offset;
};
typedef union {
    struct _io_lseek i;
    uint64_t o;
} io_lseek_t;

struct _io_stat {
    uint16_t type;
    uint16_t combine_len;
    union {
        uint32_t zero;
        uint32_t format; /* 0: that of <sys/stat.h> */
    };
};
typedef union {
    struct _io_stat i;
    struct stat o;
} io_stat_t;

struct _io_chmod {
    uint16_t type;
    uint16_t combine_len;
    mode_t mode;
};
typedef union {
    struct _io_chmod i;
} io_chmod_t;

struct _io_chown {
    uint16_t type;
    uint16_t combine_len;
    uid_t uid;
    gid_t gid;
};
typedef union {
    struct _io_chown i;
} io_chown_t;

struct _io_utime {
    uint16_t type;
    uint16_t combine_len;
    int32_t cur_flag; /* not 0: both times are now */
    struct utimbuf times;
};
typedef union {
    struct _io_utime i;
} io_utime_t;

/* ftruncate(): F_FREESP from `start` to the end, which `len` 0 means. */
struct _io_space {
    uint16_t type;
    uint16_t combine_len;
    uint16_t subtype;
    int16_t whence;
    uint64_t start;
    uint64_t len;
};
typedef union {
    struct _io_space i;
    uint64_t o;
} io_space_t;
#ifndef F_FREESP
#define F_FREESP 11
#define F_ALLOCSP 10
#endif

struct _io_pathconf {
    uint16_t type;
    uint16_t combine_len;
    int16_t name;
    uint16_t zero;
};
typedef union {
    struct _io_pathconf i;
} io_pathconf_t;

struct _io_openfd {
    uint16_t type;
    uint16_t combine_len;
    uint32_t ioflag;
    uint16_t sflag;
    uint16_t xtype;
    struct _msg_info info;
    uint32_t reserved2;
    uint32_t key;
};
typedef union {
    struct _io_openfd i;
} io_openfd_t;

struct _fdinfo {
    uint32_t nd;
    uint32_t ioflag;
    uint32_t mode;
    uint32_t sflag;
    off_t offset;
    off_t size;
    dev_t rdev;
    uint32_t flags;
    uint16_t ocb_count;
    uint16_t sflag2;
};
struct _io_fdinfo {
    uint16_t type;
    uint16_t combine_len;
    uint32_t flags;
    int32_t path_len;
    uint32_t reserved;
};
struct _io_fdinfo_reply {
    uint32_t zero[2];
    struct _fdinfo info;
    /* char path[path_len]; */
};
typedef union {
    struct _io_fdinfo i;
    struct _io_fdinfo_reply o;
} io_fdinfo_t;

struct _io_lock {
    uint16_t type;
    uint16_t combine_len;
    uint32_t subtype;
    int32_t nbytes;
};
typedef union {
    struct _io_lock i;
} io_lock_t;

struct _io_mmap {
    uint16_t type;
    uint16_t combine_len;
    uint32_t prot;
    uint64_t offset;
    struct _msg_info info;
    uint32_t required_prot;
    uint32_t zero;
};
typedef union {
    struct _io_mmap i;
} io_mmap_t;

struct _io_shutdown {
    uint16_t type;
    uint16_t combine_len;
    int32_t how;
};
typedef union {
    struct _io_shutdown i;
} io_shutdown_t;

struct _io_power {
    uint16_t type;
    uint16_t combine_len;
    uint32_t subtype;
};
typedef union {
    struct _io_power i;
} io_power_t;

struct _io_acl {
    uint16_t type;
    uint16_t combine_len;
    uint32_t subtype;
};
typedef union {
    struct _io_acl i;
} io_acl_t;

struct _io_close {
    uint16_t type;
    uint16_t combine_len;
};
typedef union {
    struct _io_close i;
} io_close_t;
typedef union {
    struct _io_close i;
} io_dup_t;

struct _io_sync {
    uint16_t type;
    uint16_t combine_len;
    uint32_t flag;
};
typedef union {
    struct _io_sync i;
} io_sync_t;

struct _io_msg {
    uint16_t type;
    uint16_t combine_len;
    uint16_t mgrid;
    uint16_t subtype;
};
typedef union {
    struct _io_msg i;
} io_msg_t;

typedef struct _pulse io_pulse_t;

#endif
