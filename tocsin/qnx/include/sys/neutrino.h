/* Public. Channels, connections, messages and pulses, and time-outs. (QNX's kernel calls) */
#ifndef _SYS_NEUTRINO_H_INCLUDED
#define _SYS_NEUTRINO_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <bits/tocsin_clock_calls.h>
#include <bits/tocsin_thread_control.h>
#include <bits/types/siginfo_t.h>
#include <bits/types/sigset_t.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/siginfo.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef struct iovec iov_t;
typedef int rcvid_t;
#define __RCVID_T_SIZE 32

#define SETIOV(iov, addr, size) ((iov)->iov_base = (void*)(addr), (iov)->iov_len = (size))
#define GETIOVBASE(iov) ((iov)->iov_base)
#define GETIOVLEN(iov) ((iov)->iov_len)

#define ND_LOCAL_NODE 0

/* Connections are numbered from here on, whatever index is asked for: a lower number is a
   descriptor of the kernel's. */
#define _NTO_SIDE_CHANNEL 0x40000000

#define SYSMGR_PID 1
#define SYSMGR_CHID 1
#define SYSMGR_COID _NTO_SIDE_CHANNEL

/* Flags of ChannelCreate(). */
#define _NTO_CHF_FIXED_PRIORITY 0x0001
#define _NTO_CHF_UNBLOCK 0x0002
#define _NTO_CHF_THREAD_DEATH 0x0004
#define _NTO_CHF_DISCONNECT 0x0008
#define _NTO_CHF_NET_MSG 0x0010
#define _NTO_CHF_SENDER_LEN 0x0020
#define _NTO_CHF_COID_DISCONNECT 0x0040
#define _NTO_CHF_REPLY_LEN 0x0080
#define _NTO_CHF_PRIVATE 0x1000
#define _NTO_CHF_MSG_PAUSING 0x2000
#define _NTO_CHF_INHERIT_RUNMASK 0x4000
#define _NTO_CHF_UNBLOCK_TIMER 0x8000

/* Flags of ConnectAttach(). */
#define _NTO_COF_CLOEXEC 0x0001
#define _NTO_COF_NOINHERIT _NTO_COF_CLOEXEC
#define _NTO_COF_NOSHARE 0x0040
#define _NTO_COF_NOEVENT 0x0800
#define _NTO_COF_INSECURE 0x1000
#define _NTO_COF_REG_EVENTS 0x2000
#define _NTO_COF_UNREG_EVENTS 0x4000

/* Flags of struct _msg_info. */
#define _NTO_MI_UNBLOCK_REQ 0x0100

/* In the place of a connection: any server may deliver the event. */
#define _NTO_REGEVENT_ALLOW_ANY_SERVER (-1)

/* States in which TimerTimeout() limits the wait. */
#define STATE_SEND 4
#define STATE_RECEIVE 5
#define STATE_REPLY 6
#define _NTO_TIMEOUT_SEND (1 << STATE_SEND)
#define _NTO_TIMEOUT_RECEIVE (1 << STATE_RECEIVE)
#define _NTO_TIMEOUT_REPLY (1 << STATE_REPLY)

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

/* The server behind a connection. */
struct _server_info {
    uint32_t nd;
    pid_t pid;
    int32_t chid;
    int32_t scoid;
    int32_t coid;
    uint32_t flags;
};

/* Forms that end in _r leave errno alone: those that return 0 return an errno instead of -1, and
   those that return a number or a length return a negative errno. */

#ifdef __cplusplus
extern "C" {
#endif

/* A place to receive at; the number is its chid, from 1 on. Destroying it fails all who wait for it
   or in it, with ESRCH. */
int ChannelCreate(unsigned flags);
int ChannelCreate_r(unsigned flags);
int ChannelDestroy(int chid);
int ChannelDestroy_r(int chid);

/* Connects to a channel; pid 0 is the own process. ESRCH: there is no such process, or it has no
   channels; EPERM: the channel is another user's, who gave no token; ETIMEDOUT: the process did not
   answer for two seconds, as it is stopped; EAGAIN: too many wait for it to answer. ConnectDetach()
   also takes a scoid of which the DISCONNECT pulse has come, and gives that number back. */
int ConnectAttach(uint32_t nd, pid_t pid, int chid, unsigned index, int flags);
int ConnectAttach_r(uint32_t nd, pid_t pid, int chid, unsigned index, int flags);
int ConnectDetach(int coid);
int ConnectDetach_r(int coid);

/* Sets those bits of `mask` to `bits`; the flags as they were, or -1. Own connections only. */
int ConnectFlags(pid_t pid, int coid, unsigned mask, unsigned bits);
int ConnectFlags_r(pid_t pid, int coid, unsigned mask, unsigned bits);

/* Of the connection `coid`, or of the next one above; its number, or -1 with EINVAL. */
int ConnectServerInfo(pid_t pid, int coid, struct _server_info* info);
int ConnectServerInfo_r(pid_t pid, int coid, struct _server_info* info);

/* Sends and waits for the answer: the server's status, or -1 with the error that it answered.
   EINTR: a signal handler ran; ETIMEDOUT: see TimerTimeout(); ESRCH: the channel or its process is
   gone; EBADF: there is no such connection; EAGAIN: the process has too many messages under way to
   that other one; EMSGSIZE: more than 64 MiB to another process, message and room together. Those
   with nc are no cancellation points. s and v say which side is one piece and which is a list. */
long MsgSend(int coid, const void* message, size_t size, void* reply, size_t room);
long MsgSend_r(int coid, const void* message, size_t size, void* reply, size_t room);
long MsgSendnc(int coid, const void* message, size_t size, void* reply, size_t room);
long MsgSendnc_r(int coid, const void* message, size_t size, void* reply, size_t room);
long MsgSendv(int coid, const iov_t* message, size_t count, const iov_t* reply, size_t room_count);
long MsgSendv_r(int coid, const iov_t* message, size_t count, const iov_t* reply,
                size_t room_count);
long MsgSendvnc(int coid, const iov_t* message, size_t count, const iov_t* reply,
                size_t room_count);
long MsgSendvnc_r(int coid, const iov_t* message, size_t count, const iov_t* reply,
                  size_t room_count);
long MsgSendsv(int coid, const void* message, size_t size, const iov_t* reply, size_t room_count);
long MsgSendsv_r(int coid, const void* message, size_t size, const iov_t* reply, size_t room_count);
long MsgSendsvnc(int coid, const void* message, size_t size, const iov_t* reply, size_t room_count);
long MsgSendsvnc_r(int coid, const void* message, size_t size, const iov_t* reply,
                   size_t room_count);
long MsgSendvs(int coid, const iov_t* message, size_t count, void* reply, size_t room);
long MsgSendvs_r(int coid, const iov_t* message, size_t count, void* reply, size_t room);
long MsgSendvsnc(int coid, const iov_t* message, size_t count, void* reply, size_t room);
long MsgSendvsnc_r(int coid, const iov_t* message, size_t count, void* reply, size_t room);

/* Waits for a message, whose rcvid is returned, or a pulse, which returns 0 and is in `message`, as
   much of it as there is room for; the highest priority first, and of one priority what came first.
   `info` may be NULL, and is not written for pulses. The forms with Pulse leave messages alone. */
int MsgReceive(int chid, void* message, size_t room, struct _msg_info* info);
int MsgReceive_r(int chid, void* message, size_t room, struct _msg_info* info);
int MsgReceivev(int chid, const iov_t* parts, size_t count, struct _msg_info* info);
int MsgReceivev_r(int chid, const iov_t* parts, size_t count, struct _msg_info* info);
int MsgReceivePulse(int chid, void* pulse, size_t room, struct _msg_info* info);
int MsgReceivePulse_r(int chid, void* pulse, size_t room, struct _msg_info* info);
int MsgReceivePulsev(int chid, const iov_t* parts, size_t count, struct _msg_info* info);
int MsgReceivePulsev_r(int chid, const iov_t* parts, size_t count, struct _msg_info* info);

/* Sends a pulse and does not wait. A priority of -1 is the caller's own. EAGAIN: too many have not
   been received, or there is no memory for one more. EPERM: a negative code, to a process of
   another user. Also from a signal handler, to a connection: one that has interrupted its thread
   within these functions has it sent, and 0, as soon as the thread leaves them, and does not learn
   when there is no room for it then; EAGAIN: more than eight wait for that. */
int MsgSendPulse(int coid, int priority, int code, int value);
int MsgSendPulse_r(int coid, int priority, int code, int value);
int MsgSendPulsePtr(int coid, int priority, int code, void* value);
int MsgSendPulsePtr_r(int coid, int priority, int code, void* value);

/* Limits the next call of this thread that blocks, in those states: it fails with ETIMEDOUT, or
   `event` is delivered when that is none of SIGEV_UNBLOCK. Without `ntime`, or at 0 nanoseconds,
   that call does not wait. */
int TimerTimeout(clockid_t clock, int flags, const struct sigevent* event, const uint64_t* ntime,
                 uint64_t* otime);
int TimerTimeout_r(clockid_t clock, int flags, const struct sigevent* event, const uint64_t* ntime,
                   uint64_t* otime);

/* Unblocks the client of `rcvid`: its call returns `status`, or fails with `error`, and it gets at
   most as much of the reply as it has room for. Any thread; once. -1 with ESRCH when it has been
   answered, or the client is gone. */
int MsgReply(int rcvid, long status, const void* bytes, size_t size);
int MsgReplyv(int rcvid, long status, const iov_t* parts, size_t count);
int MsgError(int rcvid, int error);
int MsgReply_r(int rcvid, long status, const void* bytes, size_t size);
int MsgReplyv_r(int rcvid, long status, const iov_t* parts, size_t count);
int MsgError_r(int rcvid, int error);

/* Copies from what the client of `rcvid` sent, or into its room for the reply, at `offset`. The
   bytes copied, or -1 with ESRCH. */
ssize_t MsgRead(int rcvid, void* bytes, size_t size, size_t offset);
ssize_t MsgReadv(int rcvid, const iov_t* parts, size_t count, size_t offset);
ssize_t MsgWrite(int rcvid, const void* bytes, size_t size, size_t offset);
ssize_t MsgWritev(int rcvid, const iov_t* parts, size_t count, size_t offset);
ssize_t MsgRead_r(int rcvid, void* bytes, size_t size, size_t offset);
ssize_t MsgReadv_r(int rcvid, const iov_t* parts, size_t count, size_t offset);
ssize_t MsgWrite_r(int rcvid, const void* bytes, size_t size, size_t offset);
ssize_t MsgWritev_r(int rcvid, const iov_t* parts, size_t count, size_t offset);

/* What is known of the sender now; -1 with ESRCH. */
int MsgInfo(int rcvid, struct _msg_info* info);
int MsgInfo_r(int rcvid, struct _msg_info* info);

/* Threads do not inherit priorities here: 0 when `rcvid` is unanswered, or -1 with ESRCH. */
int MsgCurrent(int rcvid);
int MsgCurrent_r(int rcvid);

/* Delivers `event` to the client of `rcvid`, also after the answer; never blocks. rcvid 0 is the
   calling thread. -1 with EBADF when the client is gone, EACCES when it did not allow that, EINVAL
   when the event is none that can be delivered to it. */
int MsgDeliverEvent(int rcvid, const struct sigevent* event);
int MsgDeliverEvent_r(int rcvid, const struct sigevent* event);

/* Keeps the event and makes of `event` a handle of it that cannot be guessed; the server of the
   connection `coid` may deliver it, or any. What it says of value and code reaches the client only
   where the event is updateable. */
int MsgRegisterEvent(struct sigevent* event, int coid);
int MsgRegisterEvent_r(struct sigevent* event, int coid);
int MsgUnregisterEvent(const struct sigevent* event);
int MsgUnregisterEvent_r(const struct sigevent* event);

/* Whether `event` could be delivered to the client of `rcvid`: 0, or -1. */
int MsgVerifyEvent(int rcvid, const struct sigevent* event);
int MsgVerifyEvent_r(int rcvid, const struct sigevent* event);

/* Waits for a signal of `signals`, which the thread blocks: its number, or -1 with EINTR. `info`
   may be NULL. */
int SignalWaitinfo(const sigset_t* signals, siginfo_t* info);
int SignalWaitinfo_r(const sigset_t* signals, siginfo_t* info);

/* Who is behind a connection: the process that opened it. -1 with EINVAL. */
int ConnectClientInfo(int scoid, struct _client_info* info, int ngroups);
int ConnectClientInfo_r(int scoid, struct _client_info* info, int ngroups);

#ifdef __cplusplus
}
#endif

#endif
