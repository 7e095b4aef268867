/* Public. What names are for: the messages that carry a path, and what is answered to some of them.
   Included by <sys/iomsg.h>. (QNX: io_open, io_unlink, io_rename, ...) */
#ifndef _SYS_IOCONNECT_H_INCLUDED
#define _SYS_IOCONNECT_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <stdint.h>
#include <sys/neutrino.h>

#define _IO_CONNECT_COMBINE 0
#define _IO_CONNECT_COMBINE_CLOSE 1
#define _IO_CONNECT_OPEN 2
#define _IO_CONNECT_UNLINK 3
#define _IO_CONNECT_RENAME 4
#define _IO_CONNECT_MKNOD 5
#define _IO_CONNECT_READLINK 6
#define _IO_CONNECT_LINK 7
#define _IO_CONNECT_MOUNT 9

/* What stands behind the path. */
#define _IO_CONNECT_EXTRA_NONE 0
#define _IO_CONNECT_EXTRA_LINK 1
#define _IO_CONNECT_EXTRA_SYMLINK 2
#define _IO_CONNECT_EXTRA_RENAME 3

#define _IO_CONNECT_EFLAG_DIR 0x01
#define _IO_CONNECT_EFLAG_DOT 0x02
#define _IO_CONNECT_EFLAG_DOTDOT 0x04

/* Statuses by which an open says that the path is not its own: a symbolic link, whose target is
   asked for by _IO_CONNECT_READLINK then. */
#define _IO_CONNECT_RET_FLAG 0x80000000U
#define _IO_CONNECT_RET_LINK (_IO_CONNECT_RET_FLAG | 1U)
#define _IO_CONNECT_RET_TYPE_MASK 0xffffU

struct _io_connect {
    uint16_t type;
    uint16_t subtype;
    uint32_t file_type;
    uint16_t reply_max;
    uint16_t entry_max;
    uint32_t key;
    uint32_t handle;
    uint32_t ioflag; /* flags of open(2), with _IO_FLAG_RD and _IO_FLAG_WR for the access */
    uint32_t mode;   /* kind and permissions of what is made; S_IFDIR: rmdir(), not unlink();
                        S_IFLNK: a symbolic link is meant itself, as by lstat() */
    uint16_t sflag;
    uint16_t access;
    uint16_t dirfd;
    uint16_t path_len; /* with the zero at the end */
    uint8_t eflag;
    uint8_t extra_type;
    uint16_t extra_len;
    char path[1]; /* relative to what is attached, without a slash before or behind it */
};

/* Before the target of a symbolic link, `path_len` bytes with its zero. */
struct _io_connect_link_reply {
    uint32_t reserved1;
    uint32_t file_type;
    uint8_t eflag;
    uint8_t reserved2;
    uint16_t chroot_len;
    uint32_t umask;
    uint16_t nentries;
    uint16_t path_len;
};

typedef union {
    struct _io_connect connect;
    struct _io_connect_link_reply link_reply;
} io_open_t;
typedef io_open_t io_unlink_t; /* unlink() and rmdir() */
typedef io_open_t io_rename_t; /* the path is the new name */
typedef io_open_t io_mknod_t;  /* mkdir(), mkfifo(), mknod() */
typedef io_open_t io_readlink_t;
typedef io_open_t io_link_t; /* link() and symlink(): the path is the new name */
typedef io_open_t io_mount_t;

/* The old name, relative to what is attached. */
typedef union {
    char path[1];
} io_rename_extra_t;

/* The OCB of what gets a further name (_IO_CONNECT_EXTRA_LINK), or what the symbolic link says
   (_IO_CONNECT_EXTRA_SYMLINK). */
typedef union {
    struct _msg_info info;
    void* ocb;
    char path[1];
} io_link_extra_t;

typedef union {
    struct _msg_info info;
    void* ocb;
    char path[1];
} io_mount_extra_t;

#endif
