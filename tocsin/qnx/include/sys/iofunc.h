/* Public. The POSIX layer of resource managers: attributes, open control blocks, default handlers,
   notification. (QNX: iofunc_func_init(), iofunc_notify(), ...) */
#ifndef _SYS_IOFUNC_H_INCLUDED
#define _SYS_IOFUNC_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

/* A program may define these to types of its own before it includes this header; the structure of
   this header is the first member of each. */
#ifndef IOFUNC_ATTR_T
#define IOFUNC_ATTR_T struct _iofunc_attr
#endif
#ifndef IOFUNC_OCB_T
#define IOFUNC_OCB_T struct _iofunc_ocb
#endif
#ifndef IOFUNC_MOUNT_T
#define IOFUNC_MOUNT_T struct _iofunc_mount
#endif

struct _iofunc_attr;
struct _iofunc_ocb;
struct _iofunc_mount;

#include <sys/resmgr.h>

/* Conditions, as indices of an array of iofunc_notify_t. */
#define IOFUNC_NOTIFY_INPUT 0
#define IOFUNC_NOTIFY_OUTPUT 1
#define IOFUNC_NOTIFY_OBAND 2
#define IOFUNC_NOTIFY_RDNORM 0
#define IOFUNC_NOTIFY_WRNORM 1
#define IOFUNC_NOTIFY_RDBAND 2
#define IOFUNC_NOTIFY_PRI 3
#define IOFUNC_NOTIFY_WRBAND 4
#define IOFUNC_NOTIFY_ERR 5
#define IOFUNC_NOTIFY_HUP 6
#define IOFUNC_NOTIFY_NVAL 12
#define IOFUNC_NOTIFY_UNMASKABLE (_NOTIFY_CONDE_ERR | _NOTIFY_CONDE_HUP | _NOTIFY_CONDE_NVAL)

/* One who waits; what is in it is the library's own. */
typedef struct _iofunc_notify_event iofunc_notify_event_t;

/* Who waits for one condition. `cnt` is the lowest amount that anybody waits for; the rest is the
   library's. */
typedef struct _iofunc_notify {
    int cnt;
    iofunc_notify_event_t* list;
} iofunc_notify_t;

/* Empties an array of three; a longer one is zeroed, with every `cnt` at INT_MAX. */
#define IOFUNC_NOTIFY_INIT(nop)                                                                    \
    ((nop)[0].cnt = (nop)[1].cnt = (nop)[2].cnt = INT_MAX,                                         \
     (nop)[0].list = (nop)[1].list = (nop)[2].list = 0)
#define IOFUNC_NOTIFY_DISARM(nop, index) tocsin_notify_disarm((nop), (index))

/* Whether a trigger with `count` would reach anybody; `tran` says that there was nothing before. */
#define TOCSIN_NOTIFY_CHECK(nop, index, count, tran)                                               \
    ((nop)[index].cnt <= (count) || ((tran) && (nop)[index].cnt != INT_MAX))
#define IOFUNC_NOTIFY_INPUT_CHECK(nop, count, tran)                                                \
    TOCSIN_NOTIFY_CHECK(nop, IOFUNC_NOTIFY_INPUT, count, tran)
#define IOFUNC_NOTIFY_OUTPUT_CHECK(nop, count)                                                     \
    TOCSIN_NOTIFY_CHECK(nop, IOFUNC_NOTIFY_OUTPUT, count, 0)
#define IOFUNC_NOTIFY_OBAND_CHECK(nop, count, tran)                                                \
    TOCSIN_NOTIFY_CHECK(nop, IOFUNC_NOTIFY_OBAND, count, tran)

#define IOFUNC_ATTR_MTIME 0x0001U
#define IOFUNC_ATTR_ATIME 0x0002U
#define IOFUNC_ATTR_CTIME 0x0004U
#define IOFUNC_ATTR_DIRTY_SIZE 0x0010U
#define IOFUNC_ATTR_DIRTY_OWNER 0x0020U
#define IOFUNC_ATTR_DIRTY_TIME 0x0040U
#define IOFUNC_ATTR_DIRTY_MODE 0x0080U
#define IOFUNC_ATTR_DIRTY_NLINK 0x0100U
#define IOFUNC_ATTR_DIRTY_RDEV 0x0200U
#define IOFUNC_ATTR_PRIVATE 0xffff0000U

#define IOFUNC_OCB_PRIVILEGED 0x0001U
#define IOFUNC_OCB_MMAP 0x0002U
#define IOFUNC_OCB_LAST_INUSE 0x0001
#define IOFUNC_OCB_LAST_READER 0x0002
#define IOFUNC_OCB_LAST_WRITER 0x0004
#define IOFUNC_OCB_LAST_RDLOCK 0x0008
#define IOFUNC_OCB_LAST_WRLOCK 0x0010

/* The type of a device without a kind of its own; stat(2) on Linux says a regular file. */
#ifndef S_IFNAM
#define S_IFNAM 0x5000
#endif

typedef struct _iofunc_attr {
    IOFUNC_MOUNT_T* mount;
    void* mmap_list;
    void* lock_list;
    void* acl;
    union {
        void* lockobj;
        pthread_mutex_t lock; /* recursive; made by iofunc_attr_init() */
    };
    uint32_t flags;
    uint16_t count;
    uint16_t rcount;
    uint16_t wcount;
    uint16_t rlocks;
    uint16_t wlocks;
    uint16_t reserved;
    off_t nbytes;
    ino_t inode;
    uid_t uid;
    gid_t gid;
    time_t mtime;
    time_t atime;
    time_t ctime;
    mode_t mode;
    nlink_t nlink;
    dev_t rdev;
    unsigned mtime_ns;
    unsigned atime_ns;
    unsigned ctime_ns;
} iofunc_attr_t;

typedef struct _iofunc_ocb {
    IOFUNC_ATTR_T* attr;
    int32_t ioflag; /* flags of open(2), with _IO_FLAG_RD and _IO_FLAG_WR for the access */
    uint16_t sflag;
    uint16_t flags;
    off_t offset;
    void* reserved;
} iofunc_ocb_t;

typedef struct _iofunc_funcs {
    unsigned nfuncs;
    IOFUNC_OCB_T* (*ocb_calloc)(resmgr_context_t* ctp, IOFUNC_ATTR_T* attr);
    void (*ocb_free)(IOFUNC_OCB_T* ocb);
    int (*attr_lock)(IOFUNC_ATTR_T* attr);
    int (*attr_unlock)(IOFUNC_ATTR_T* attr);
    int (*attr_trylock)(IOFUNC_ATTR_T* attr);
} iofunc_funcs_t;

typedef struct _iofunc_mount {
    uint32_t flags;
    uint32_t conf;
    dev_t dev;
    int32_t blocksize;
    iofunc_funcs_t* funcs;
    void* power;
    size_t size;
    uint32_t ext_flags;
    uint32_t timeres;
    uint64_t reserved[4];
} iofunc_mount_t;

#define IOFUNC_PC_CHOWN_RESTRICTED 0x0001U
#define IOFUNC_PC_NO_TRUNC 0x0002U
#define IOFUNC_PC_SYNC_IO 0x0004U
#define IOFUNC_PC_LINK_DIR 0x0008U
#define IOFUNC_PC_ACL 0x0010U
#define IOFUNC_PC_EXT 0x0020U
#define IOFUNC_PC_SYMLINK 0x0040U

#ifdef __cplusplus
extern "C" {
#endif

/* Fills the tables with the default handlers, as many entries as are asked for. */
void iofunc_func_init(unsigned nconnect, resmgr_connect_funcs_t* connect, unsigned nio,
                      resmgr_io_funcs_t* io);

/* Zeroes `attr` and sets mode, times (now) and owner: of `info`, else of `dattr`, else ours. */
void iofunc_attr_init(iofunc_attr_t* attr, mode_t mode, iofunc_attr_t* dattr,
                      struct _client_info* info);

/* Makes a mount whose functions are the defaults. `size` is that of the program's structure: where
   it has the members behind `power`, `conf` says so; what the program has behind this structure
   stays as it is. EOK, or EINVAL when not even `power` fits. There is nothing to free at the end.
 */
int iofunc_mount_init(iofunc_mount_t* mount, size_t size);
int iofunc_mount_fini(iofunc_mount_t* mount);

/* The lock of an attribute: recursive, held around each handler by the default lock_ocb. */
int iofunc_attr_lock(iofunc_attr_t* attr);
int iofunc_attr_trylock(iofunc_attr_t* attr);
int iofunc_attr_unlock(iofunc_attr_t* attr);

/* The work behind the defaults; EOK or an errno, if nothing else is said. */
int iofunc_client_info(resmgr_context_t* ctp, int ioflag, struct _client_info* info);

/* As iofunc_client_info(), with all of the client's groups, however many, in memory that
   iofunc_client_info_ext_free() frees; that sets `*info` to NULL. */
int iofunc_client_info_ext(resmgr_context_t* ctp, int ioflag, struct _client_info** info);
int iofunc_client_info_ext_free(struct _client_info** info);

int iofunc_check_access(resmgr_context_t* ctp, const iofunc_attr_t* attr, mode_t mode,
                        const struct _client_info* info);
int iofunc_open(resmgr_context_t* ctp, io_open_t* msg, iofunc_attr_t* attr, iofunc_attr_t* dattr,
                struct _client_info* info);
int iofunc_ocb_attach(resmgr_context_t* ctp, io_open_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr,
                      const resmgr_io_funcs_t* io_funcs);
int iofunc_ocb_detach(resmgr_context_t* ctp, iofunc_ocb_t* ocb);
iofunc_ocb_t* iofunc_ocb_calloc(resmgr_context_t* ctp, iofunc_attr_t* attr);
void iofunc_ocb_free(iofunc_ocb_t* ocb);
int iofunc_read_verify(resmgr_context_t* ctp, io_read_t* msg, iofunc_ocb_t* ocb, int* nonblock);
int iofunc_write_verify(resmgr_context_t* ctp, io_write_t* msg, iofunc_ocb_t* ocb, int* nonblock);
int iofunc_space_verify(resmgr_context_t* ctp, io_space_t* msg, iofunc_ocb_t* ocb, int* nonblock);
int iofunc_sync_verify(resmgr_context_t* ctp, io_sync_t* msg, iofunc_ocb_t* ocb);
int iofunc_time_update(iofunc_attr_t* attr);
int iofunc_stat(resmgr_context_t* ctp, iofunc_attr_t* attr, struct stat* status);
int iofunc_lseek(resmgr_context_t* ctp, io_lseek_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr);
int iofunc_chmod(resmgr_context_t* ctp, io_chmod_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr);
int iofunc_chown(resmgr_context_t* ctp, io_chown_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr);
int iofunc_utime(resmgr_context_t* ctp, io_utime_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr);
int iofunc_sync(resmgr_context_t* ctp, io_sync_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr);
int iofunc_pathconf(resmgr_context_t* ctp, io_pathconf_t* msg, iofunc_ocb_t* ocb,
                    iofunc_attr_t* attr);
int iofunc_openfd(resmgr_context_t* ctp, io_openfd_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr);
int iofunc_fdinfo(resmgr_context_t* ctp, iofunc_ocb_t* ocb, iofunc_attr_t* attr,
                  struct _fdinfo* info);
int iofunc_devctl(resmgr_context_t* ctp, io_devctl_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr);
int iofunc_close_dup(resmgr_context_t* ctp, io_close_t* msg, iofunc_ocb_t* ocb,
                     iofunc_attr_t* attr);
int iofunc_close_ocb(resmgr_context_t* ctp, iofunc_ocb_t* ocb, iofunc_attr_t* attr);
int iofunc_unblock(resmgr_context_t* ctp, io_pulse_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr);
int iofunc_lock(resmgr_context_t* ctp, io_lock_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr);
int iofunc_mmap(resmgr_context_t* ctp, io_mmap_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr);

/* Whether a client may change a name in the directory `dattr`, for the connect functions of a
   manager that serves one; what is said of `attr` then is brought up to date (times, links). `info`
   may be NULL. EACCES, EPERM (sticky, or a directory), EISDIR, ENOTDIR, ENOTEMPTY, EMLINK, EINVAL.
   iofunc_open() and iofunc_mknod() make `attr` a new one, with the mode of the message. */
int iofunc_unlink(resmgr_context_t* ctp, io_unlink_t* msg, iofunc_attr_t* attr,
                  iofunc_attr_t* dattr, struct _client_info* info);
int iofunc_mknod(resmgr_context_t* ctp, io_mknod_t* msg, iofunc_attr_t* attr, iofunc_attr_t* dattr,
                 struct _client_info* info);
int iofunc_rename(resmgr_context_t* ctp, io_rename_t* msg, iofunc_attr_t* oldattr,
                  iofunc_attr_t* olddattr, iofunc_attr_t* newattr, iofunc_attr_t* newdattr,
                  struct _client_info* info);
int iofunc_link(resmgr_context_t* ctp, io_link_t* msg, iofunc_attr_t* attr, iofunc_attr_t* dattr,
                struct _client_info* info);
int iofunc_readlink(resmgr_context_t* ctp, io_readlink_t* msg, iofunc_attr_t* attr,
                    struct _client_info* info);

/* Default handlers. Record locks and mappings are the kernel's own on Linux: who asks for those,
   for power or access lists by a message, gets ENOSYS, from iofunc_lock() and iofunc_mmap(), too.
 */
int iofunc_open_default(resmgr_context_t* ctp, io_open_t* msg, iofunc_attr_t* attr, void* extra);
int iofunc_read_default(resmgr_context_t* ctp, io_read_t* msg, iofunc_ocb_t* ocb);
int iofunc_write_default(resmgr_context_t* ctp, io_write_t* msg, iofunc_ocb_t* ocb);
int iofunc_close_ocb_default(resmgr_context_t* ctp, void* reserved, iofunc_ocb_t* ocb);
int iofunc_close_dup_default(resmgr_context_t* ctp, io_close_t* msg, iofunc_ocb_t* ocb);
int iofunc_stat_default(resmgr_context_t* ctp, io_stat_t* msg, iofunc_ocb_t* ocb);
int iofunc_devctl_default(resmgr_context_t* ctp, io_devctl_t* msg, iofunc_ocb_t* ocb);
int iofunc_unblock_default(resmgr_context_t* ctp, io_pulse_t* msg, iofunc_ocb_t* ocb);
int iofunc_lseek_default(resmgr_context_t* ctp, io_lseek_t* msg, iofunc_ocb_t* ocb);
int iofunc_chmod_default(resmgr_context_t* ctp, io_chmod_t* msg, iofunc_ocb_t* ocb);
int iofunc_chown_default(resmgr_context_t* ctp, io_chown_t* msg, iofunc_ocb_t* ocb);
int iofunc_sync_default(resmgr_context_t* ctp, io_sync_t* msg, iofunc_ocb_t* ocb);
int iofunc_utime_default(resmgr_context_t* ctp, io_utime_t* msg, iofunc_ocb_t* ocb);
int iofunc_pathconf_default(resmgr_context_t* ctp, io_pathconf_t* msg, iofunc_ocb_t* ocb);
int iofunc_openfd_default(resmgr_context_t* ctp, io_openfd_t* msg, iofunc_ocb_t* ocb);
int iofunc_fdinfo_default(resmgr_context_t* ctp, io_fdinfo_t* msg, iofunc_ocb_t* ocb);
int iofunc_lock_default(resmgr_context_t* ctp, io_lock_t* msg, iofunc_ocb_t* ocb);
int iofunc_mmap_default(resmgr_context_t* ctp, io_mmap_t* msg, iofunc_ocb_t* ocb);
int iofunc_power_default(resmgr_context_t* ctp, io_power_t* msg, iofunc_ocb_t* ocb);
int iofunc_acl_default(resmgr_context_t* ctp, io_acl_t* msg, iofunc_ocb_t* ocb);
int iofunc_lock_ocb_default(resmgr_context_t* ctp, void* reserved, iofunc_ocb_t* ocb);
int iofunc_unlock_ocb_default(resmgr_context_t* ctp, void* reserved, iofunc_ocb_t* ocb);

/* Answers an io_notify message: tells what is met of what it asks, `trig` being what is met now,
   and arms what the action says. `notifycounts` are the amounts from which each condition counts,
   NULL for 1. When `trig` has _NOTIFY_COND_EXTEN and `armed` is given, `*armed` holds the number of
   members of `nop` on entry (3 otherwise); on return, whether anything was armed. Returns what the
   handler returns: -1 (one part), or EBUSY, EAGAIN, EINVAL, EBADMSG, ENOMEM, with nothing changed.
   Called with the attribute locked. (QNX: iofunc_notify()) */
int iofunc_notify(resmgr_context_t* ctp, io_notify_t* msg, iofunc_notify_t* nop, int trig,
                  const int* notifycounts, int* armed);

/* Delivers to whoever waits at `index` for at most `count`, oldest first, each once, before it
   returns. Any thread, with the attribute locked or not; not from a signal handler. The strict form
   delivers to what the client of `ctp` has armed through its descriptor only. */
void iofunc_notify_trigger(iofunc_notify_t* nop, int count, int index);
void iofunc_notify_trigger_strict(resmgr_context_t* ctp, iofunc_notify_t* nop, int count,
                                  int index);

/* Removes what the client of `ctp` has armed through its descriptor, or, when it is NULL,
   everybody's; of the first three conditions, or the first `lim`. Delivers nothing. */
void iofunc_notify_remove(resmgr_context_t* ctp, iofunc_notify_t* nop);
void iofunc_notify_remove_strict(resmgr_context_t* ctp, iofunc_notify_t* nop, int lim);

/* Behind IOFUNC_NOTIFY_DISARM(): nobody waits at `index` any more. */
void tocsin_notify_disarm(iofunc_notify_t* nop, int index);

#ifdef __cplusplus
}
#endif

#endif
