/* Public. The layer of resource managers: contexts, tables of functions, paths.
   (QNX: resmgr_attach(), ...) */
#ifndef _SYS_RESMGR_H_INCLUDED
#define _SYS_RESMGR_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <sys/ftype.h>
#include <sys/iomsg.h>
#include <sys/neutrino.h>
#include <sys/types.h>

/* What a program may make its own; <sys/iofunc.h> comes first where it does. */
#ifndef RESMGR_HANDLE_T
#ifdef IOFUNC_ATTR_T
#define RESMGR_HANDLE_T IOFUNC_ATTR_T
#else
#define RESMGR_HANDLE_T void
#endif
#endif
#ifndef RESMGR_OCB_T
#ifdef IOFUNC_OCB_T
#define RESMGR_OCB_T IOFUNC_OCB_T
#else
#define RESMGR_OCB_T void
#endif
#endif

/* Results of handlers. */
#ifndef EOK
#define EOK 0
#endif
#define _RESMGR_NOREPLY ((int)0x80000000)
#define _RESMGR_DEFAULT ((int)0x80000001)
#define _RESMGR_DELAY_CLOSE ((int)0x80000002)
#define _RESMGR_NPARTS(n) (-(n))
#define _RESMGR_ERRNO(e) (e)
#define _RESMGR_PTR(ctp, addr, size) (SETIOV((ctp)->iov + 0, (addr), (size)), _RESMGR_NPARTS(1))
#define _RESMGR_STATUS(ctp, s) ((ctp)->status = (long)(s))
#define _IO_SET_READ_NBYTES(ctp, n) _RESMGR_STATUS(ctp, n)
#define _IO_SET_WRITE_NBYTES(ctp, n) _RESMGR_STATUS(ctp, n)
#define _IO_SET_PATHCONF_VALUE(ctp, n) _RESMGR_STATUS(ctp, n)
#define _IO_SET_FDINFO_LEN(ctp, n) _RESMGR_STATUS(ctp, n)
#define _IO_SET_CONNECT_RET(ctp, s) _RESMGR_STATUS(ctp, (s) | _IO_CONNECT_RET_FLAG)

#define _RESMGR_FLAG_BEFORE 0x00000001U
#define _RESMGR_FLAG_AFTER 0x00000002U
#define _RESMGR_FLAG_OPAQUE 0x00000004U
#define _RESMGR_FLAG_FTYPEONLY 0x00000008U
#define _RESMGR_FLAG_FTYPEALL 0x00000010U
#define _RESMGR_FLAG_DIR 0x00000100U
#define _RESMGR_FLAG_SELF 0x00000200U
#define _RESMGR_FLAG_DETACH_CTP 0x80000000U

#define _RESMGR_DETACH_ALL 0x0000U
#define _RESMGR_DETACH_PATHNAME 0x0001U
#define _RESMGR_DETACH_CLOSE 0x8000U

#define RESMGR_FLAG_NO_DEFAULT_FUNC 0x01U
#define RESMGR_FLAG_ATTACH_LOCAL 0x02U
#define RESMGR_FLAG_ATTACH_OTHERFUNC 0x04U
#define RESMGR_FLAG_CROSS_ENDIAN 0x08U
#define RESMGR_FLAG_RCM 0x10U

typedef struct _dispatch dispatch_t;
struct _extended_context;

/* Any message, by its type. */
typedef union _resmgr_iomsgs {
    uint16_t type;
    struct _pulse pulse;
    io_open_t open;
    io_read_t read;
    io_write_t write;
    io_devctl_t devctl;
    io_notify_t notify;
    io_lseek_t lseek;
    io_stat_t stat;
    io_chmod_t chmod;
    io_chown_t chown;
    io_close_t close;
    io_dup_t dup;
    io_sync_t sync;
    io_msg_t io_msg;
    io_unlink_t unlink;
    io_rename_t rename;
    io_mknod_t mknod;
    io_readlink_t readlink;
    io_link_t link;
    io_mount_t mount;
    io_utime_t utime;
    io_space_t space;
    io_pathconf_t pathconf;
    io_openfd_t openfd;
    io_fdinfo_t fdinfo;
    io_lock_t lock;
    io_mmap_t mmap;
    io_shutdown_t shutdown;
    io_power_t power;
    io_acl_t acl;
} resmgr_iomsgs_t;

/* The message that is being handled, and where its reply is built. */
typedef struct _resmgr_context {
    int rcvid;
    struct _msg_info info;
    resmgr_iomsgs_t* msg;
    dispatch_t* dpp;
    int id;
    struct _extended_context* extra;
    size_t msg_max_size;
    long status;
    size_t offset;
    size_t size;
    iov_t iov[1]; /* as many as nparts_max, one at least */
} resmgr_context_t;
typedef resmgr_context_t message_context_t;

typedef struct _resmgr_attr {
    unsigned flags;
    unsigned nparts_max;
    size_t msg_max_size;
    int (*other_func)(resmgr_context_t* ctp, void* msg);
    unsigned reserved[4];
} resmgr_attr_t;

typedef struct _resmgr_connect_funcs {
    unsigned nfuncs;
    int (*open)(resmgr_context_t*, io_open_t*, RESMGR_HANDLE_T*, void*);
    int (*unlink)(resmgr_context_t*, io_unlink_t*, RESMGR_HANDLE_T*, void*);
    int (*rename)(resmgr_context_t*, io_rename_t*, RESMGR_HANDLE_T*, io_rename_extra_t*);
    int (*mknod)(resmgr_context_t*, io_mknod_t*, RESMGR_HANDLE_T*, void*);
    int (*readlink)(resmgr_context_t*, io_readlink_t*, RESMGR_HANDLE_T*, void*);
    int (*link)(resmgr_context_t*, io_link_t*, RESMGR_HANDLE_T*, io_link_extra_t*);
    int (*unblock)(resmgr_context_t*, io_pulse_t*, RESMGR_HANDLE_T*, void*);
    int (*mount)(resmgr_context_t*, io_mount_t*, RESMGR_HANDLE_T*, io_mount_extra_t*);
} resmgr_connect_funcs_t;

typedef struct _resmgr_io_funcs {
    unsigned nfuncs;
    int (*read)(resmgr_context_t*, io_read_t*, RESMGR_OCB_T*);
    int (*write)(resmgr_context_t*, io_write_t*, RESMGR_OCB_T*);
    int (*close_ocb)(resmgr_context_t*, void*, RESMGR_OCB_T*);
    int (*stat)(resmgr_context_t*, io_stat_t*, RESMGR_OCB_T*);
    int (*notify)(resmgr_context_t*, io_notify_t*, RESMGR_OCB_T*);
    int (*devctl)(resmgr_context_t*, io_devctl_t*, RESMGR_OCB_T*);
    int (*unblock)(resmgr_context_t*, io_pulse_t*, RESMGR_OCB_T*);
    int (*pathconf)(resmgr_context_t*, io_pathconf_t*, RESMGR_OCB_T*);
    int (*lseek)(resmgr_context_t*, io_lseek_t*, RESMGR_OCB_T*);
    int (*chmod)(resmgr_context_t*, io_chmod_t*, RESMGR_OCB_T*);
    int (*chown)(resmgr_context_t*, io_chown_t*, RESMGR_OCB_T*);
    int (*utime)(resmgr_context_t*, io_utime_t*, RESMGR_OCB_T*);
    int (*openfd)(resmgr_context_t*, io_openfd_t*, RESMGR_OCB_T*);
    int (*fdinfo)(resmgr_context_t*, io_fdinfo_t*, RESMGR_OCB_T*);
    int (*lock)(resmgr_context_t*, io_lock_t*, RESMGR_OCB_T*);
    int (*space)(resmgr_context_t*, io_space_t*, RESMGR_OCB_T*);
    int (*shutdown)(resmgr_context_t*, io_shutdown_t*, RESMGR_OCB_T*);
    int (*mmap)(resmgr_context_t*, io_mmap_t*, RESMGR_OCB_T*);
    int (*msg)(resmgr_context_t*, io_msg_t*, RESMGR_OCB_T*);
    int (*reserved)(resmgr_context_t*, void*, RESMGR_OCB_T*);
    int (*dup)(resmgr_context_t*, io_dup_t*, RESMGR_OCB_T*);
    int (*close_dup)(resmgr_context_t*, io_close_t*, RESMGR_OCB_T*);
    int (*lock_ocb)(resmgr_context_t*, void*, RESMGR_OCB_T*);
    int (*unlock_ocb)(resmgr_context_t*, void*, RESMGR_OCB_T*);
    int (*sync)(resmgr_context_t*, io_sync_t*, RESMGR_OCB_T*);
    int (*power)(resmgr_context_t*, io_power_t*, RESMGR_OCB_T*);
    int (*acl)(resmgr_context_t*, io_acl_t*, RESMGR_OCB_T*);
    int (*pause)(resmgr_context_t*, void*, RESMGR_OCB_T*);
    int (*unpause)(resmgr_context_t*, void*, RESMGR_OCB_T*);
    int (*read64)(resmgr_context_t*, io_read_t*, RESMGR_OCB_T*);
    int (*write64)(resmgr_context_t*, io_write_t*, RESMGR_OCB_T*);
    int (*notify64)(resmgr_context_t*, io_notify_t*, RESMGR_OCB_T*);
    int (*utime64)(resmgr_context_t*, void*, RESMGR_OCB_T*);
} resmgr_io_funcs_t;

#define _RESMGR_CONNECT_NFUNCS 8
#define _RESMGR_IO_NFUNCS 33
#define _IOFUNC_NFUNCS 5

#ifdef __cplusplus
extern "C" {
#endif

/* Serves `path` (NULL, or RESMGR_FLAG_ATTACH_LOCAL: nothing that a client could open): the kernel's
   calls on it become messages that dispatch_block() gets and dispatch_handler() hands to the
   tables' functions, with `handle`. Tables and handle are kept by pointer and outlive the
   attachment. A path that is missing is made, and removed at the end. With _RESMGR_FLAG_DIR it is a
   directory, and the connect functions get every path below it. Returns the link's id (ctp->id), or
   -1 with errno: EINVAL (bad argument), EPERM, EACCES, ENOENT (no way to the path, or may not be
   served), ENODEV (no FUSE here), EMFILE, ENOMEM. */
int resmgr_attach(dispatch_t* dpp, resmgr_attr_t* attr, const char* path, enum _file_type file_type,
                  unsigned flags, const resmgr_connect_funcs_t* connect_funcs,
                  const resmgr_io_funcs_t* io_funcs, RESMGR_HANDLE_T* handle);

/* Takes the path away; what is open on it is closed, its clients' calls fail. Waits for handlers of
   the link that run in other threads. -1 with EINVAL when there is no such link, EDEADLK in a
   handler of it. */
int resmgr_detach(dispatch_t* dpp, int id, unsigned flags);

/* What the link is called: as it was attached, with a slash behind a directory's, and numbers that
   no other link has. resmgr_pathname() returns the length with its zero. -1 with EINVAL (no such
   link), ERANGE. */
int resmgr_pathname(int id, unsigned flags, char* path, int size);
int resmgr_devino(int id, dev_t* device, ino64_t* inode);

/* Calls the handler of a message that has no answer yet once more, in the context of another; when
   the handler has not returned yet, its own thread does that then. -1 with ESRCH: it has been
   answered, or its link is not of that dispatch. */
int resmgr_msg_again(resmgr_context_t* ctp, int rcvid);

/* Waiting and handling in the spelling of QNX 6, on contexts of this layer: each does what the
   function of <sys/dispatch.h> does that is called dispatch_ instead of resmgr_. They fit the
   members of a thread_pool_attr_t as it is without a THREAD_POOL_PARAM_T of the program's own. */
resmgr_context_t* resmgr_context_alloc(dispatch_t* dpp);
void resmgr_context_free(resmgr_context_t* ctp);
resmgr_context_t* resmgr_block(resmgr_context_t* ctp);
int resmgr_handler(resmgr_context_t* ctp);
void resmgr_unblock(resmgr_context_t* ctp);

/* How much room the table of open files has from the start, and how it grows. 0: any number of
   files finds room here, so that there is nothing to tune, whatever the numbers are. */
int resmgr_handle_grow(unsigned count);
int resmgr_handle_tune(int number, ...);

/* In an open handler: binds an OCB to what the client opens; `io_funcs` NULL: the link's. */
int resmgr_open_bind(resmgr_context_t* ctp, void* ocb, const resmgr_io_funcs_t* io_funcs);
void* resmgr_ocb(resmgr_context_t* ctp);
int resmgr_unbind(resmgr_context_t* ctp);

/* The functions that are called for messages on the open file that the message of `ctp` is about;
   NULL where nothing is bound to it, as before an open handler has bound its OCB. */
const resmgr_io_funcs_t* resmgr_iofuncs(resmgr_context_t* ctp, void* msg);

/* As MsgRead() and MsgWrite() for the message of `ctp`, from its part on. */
ssize_t resmgr_msgread(resmgr_context_t* ctp, void* bytes, size_t size, size_t offset);
ssize_t resmgr_msgreadv(resmgr_context_t* ctp, const iov_t* parts, int count, size_t offset);
ssize_t resmgr_msgget(resmgr_context_t* ctp, void* bytes, size_t size, size_t offset);
ssize_t resmgr_msggetv(resmgr_context_t* ctp, const iov_t* parts, int count, size_t offset);
ssize_t resmgr_msgwrite(resmgr_context_t* ctp, const void* bytes, size_t size, size_t offset);
ssize_t resmgr_msgwritev(resmgr_context_t* ctp, const iov_t* parts, int count, size_t offset);

/* As MsgReply() with ctp->status; the handler returns _RESMGR_NOREPLY then. */
int resmgr_msgreply(resmgr_context_t* ctp, const void* bytes, size_t size);
int resmgr_msgreplyv(resmgr_context_t* ctp, const iov_t* parts, int count);

#ifdef __cplusplus
}
#endif

#endif
