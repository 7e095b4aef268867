/* Public. Messages: who sent one, and how it is answered. (QNX: MsgReply(), MsgRead(), ...) */
#ifndef _SYS_NEUTRINO_H_INCLUDED
#define _SYS_NEUTRINO_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <stddef.h>
#include <stdint.h>
#include <sys/siginfo.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef struct iovec iov_t;
typedef int rcvid_t;

#define SETIOV(iov, addr, size) ((iov)->iov_base = (void*)(addr), (iov)->iov_len = (size))
#define GETIOVBASE(iov) ((iov)->iov_base)
#define GETIOVLEN(iov) ((iov)->iov_len)

#define ND_LOCAL_NODE 0
#define _NTO_SIDE_CHANNEL 0x40000000

/* Flags of struct _msg_info. */
#define _NTO_MI_UNBLOCK_REQ 0x0100

/* The sender of a message, as far as the kernel vouches for it. */
struct _msg_info {
    uint32_t nd;
    uint32_t srcnd;
    pid_t pid;
    int32_t tid;
    int32_t chid;
    int32_t scoid;
    int32_t coid; /* the client's descriptor; 0 where the kernel does not tell */
    int16_t priority;
    int16_t flags;
    size_t msglen;
    size_t srcmsglen;
    size_t dstmsglen;
    uint32_t type_id;
    uint32_t reserved;
};

#define NGROUPS_SHOWN 32
struct _cred_info {
    uid_t ruid;
    uid_t euid;
    uid_t suid;
    gid_t rgid;
    gid_t egid;
    gid_t sgid;
    uint32_t ngroups;
    gid_t grouplist[NGROUPS_SHOWN];
};
struct _client_info {
    uint32_t nd;
    pid_t pid;
    pid_t sid;
    uint32_t flags;
    struct _cred_info cred;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Unblocks the client of `rcvid`: its call returns `status`, or fails with `error`, and it gets at
   most as much of the reply as it has room for. Any thread; once. -1 with ESRCH when it has been
   answered, or the client is gone. */
int MsgReply(int rcvid, long status, const void* bytes, size_t size);
int MsgReplyv(int rcvid, long status, const iov_t* parts, size_t count);
int MsgError(int rcvid, int error);

/* Copies from what the client of `rcvid` sent, or into its room for the reply, at `offset`. The
   bytes copied, or -1 with ESRCH. */
ssize_t MsgRead(int rcvid, void* bytes, size_t size, size_t offset);
ssize_t MsgReadv(int rcvid, const iov_t* parts, size_t count, size_t offset);
ssize_t MsgWrite(int rcvid, const void* bytes, size_t size, size_t offset);
ssize_t MsgWritev(int rcvid, const iov_t* parts, size_t count, size_t offset);

/* What is known of the sender now; -1 with ESRCH. */
int MsgInfo(int rcvid, struct _msg_info* info);

/* Delivers `event` to the client of `rcvid`, also after the answer; never blocks. -1 with EBADF
   when the client is gone, EINVAL when the event is none that can be delivered to it. */
int MsgDeliverEvent(int rcvid, const struct sigevent* event);

/* Who is behind a connection: the process that opened it. -1 with EINVAL. */
int ConnectClientInfo(int scoid, struct _client_info* info, int ngroups);

#ifdef __cplusplus
}
#endif

#endif
