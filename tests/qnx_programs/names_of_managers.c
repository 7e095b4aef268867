// Every name that resource managers use, in C and in C++: the functions are linked, the numbers are
// taken, and the members of the structures are there. Fails where one is missing.
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/iofunc.h>

#include <devctl.h>
#include <sys/dcmd_all.h>
#include <sys/dispatch.h>
#include <sys/ftype.h>
#include <sys/iomgr.h>
#include <sys/iomsg.h>
#include <sys/netmgr.h>
#include <sys/neutrino.h>
#include <sys/procmgr.h>
#include <sys/resmgr.h>
#include <sys/siginfo.h>
#include <unistd.h>

typedef void (*Function)(void);
#define OF(name) ((Function)(name))
#define WITH_R(name) OF(name), OF(name##_r)

static const Function of_dispatch[] = {
    OF(dispatch_create),
    OF(dispatch_create_channel),
    OF(dispatch_context_alloc),
    OF(dispatch_context_free),
    OF(dispatch_block),
    OF(dispatch_handler),
    OF(dispatch_unblock),
    OF(dispatch_timeout),
    OF(dispatch_destroy),
    OF(message_attach),
    OF(message_detach),
    OF(message_connect),
    OF(pulse_attach),
    OF(pulse_detach),
    OF(select_attach),
    OF(select_detach),
    OF(select_query),
    OF(select_rearm),
    OF(thread_pool_create),
    OF(thread_pool_start),
    OF(thread_pool_destroy),
    OF(thread_pool_control),
    OF(thread_pool_limits),
    OF(name_attach),
    OF(name_detach),
    OF(name_open),
    OF(name_close),
};

static const Function of_resmgr[] = {
    OF(resmgr_attach),      OF(resmgr_detach),       OF(resmgr_open_bind),
    OF(resmgr_ocb),         OF(resmgr_iofuncs),      OF(resmgr_unbind),
    OF(resmgr_msgread),     OF(resmgr_msgreadv),     OF(resmgr_msgget),
    OF(resmgr_msggetv),     OF(resmgr_msgwrite),     OF(resmgr_msgwritev),
    OF(resmgr_msgreply),    OF(resmgr_msgreplyv),    OF(resmgr_msg_again),
    OF(resmgr_devino),      OF(resmgr_pathname),     OF(resmgr_handle_grow),
    OF(resmgr_handle_tune), OF(resmgr_context_free), OF(resmgr_context_alloc),
    OF(resmgr_block),       OF(resmgr_handler),      OF(resmgr_unblock),
};

static const Function of_iofunc[] = {
    OF(iofunc_func_init),
    OF(iofunc_attr_init),
    OF(iofunc_mount_init),
    OF(iofunc_mount_fini),
    OF(iofunc_open),
    OF(iofunc_ocb_attach),
    OF(iofunc_ocb_detach),
    OF(iofunc_ocb_calloc),
    OF(iofunc_ocb_free),
    OF(iofunc_attr_lock),
    OF(iofunc_attr_trylock),
    OF(iofunc_attr_unlock),
    OF(iofunc_client_info),
    OF(iofunc_client_info_ext),
    OF(iofunc_client_info_ext_free),
    OF(iofunc_check_access),
    OF(iofunc_read_verify),
    OF(iofunc_write_verify),
    OF(iofunc_sync_verify),
    OF(iofunc_space_verify),
    OF(iofunc_time_update),
    OF(iofunc_stat),
    OF(iofunc_lseek),
    OF(iofunc_chmod),
    OF(iofunc_chown),
    OF(iofunc_utime),
    OF(iofunc_sync),
    OF(iofunc_lock),
    OF(iofunc_close_dup),
    OF(iofunc_close_ocb),
    OF(iofunc_devctl),
    OF(iofunc_openfd),
    OF(iofunc_fdinfo),
    OF(iofunc_pathconf),
    OF(iofunc_mmap),
    OF(iofunc_mknod),
    OF(iofunc_unlink),
    OF(iofunc_rename),
    OF(iofunc_readlink),
    OF(iofunc_link),
    OF(iofunc_unblock),
    OF(iofunc_notify),
    OF(iofunc_notify_trigger),
    OF(iofunc_notify_trigger_strict),
    OF(iofunc_notify_remove),
    OF(iofunc_notify_remove_strict),
};

static const Function defaults[] = {
    OF(iofunc_open_default),       OF(iofunc_read_default),      OF(iofunc_write_default),
    OF(iofunc_stat_default),       OF(iofunc_close_ocb_default), OF(iofunc_close_dup_default),
    OF(iofunc_devctl_default),     OF(iofunc_unblock_default),   OF(iofunc_lseek_default),
    OF(iofunc_pathconf_default),   OF(iofunc_chmod_default),     OF(iofunc_chown_default),
    OF(iofunc_utime_default),      OF(iofunc_openfd_default),    OF(iofunc_fdinfo_default),
    OF(iofunc_lock_default),       OF(iofunc_mmap_default),      OF(iofunc_sync_default),
    OF(iofunc_acl_default),        OF(iofunc_power_default),     OF(iofunc_lock_ocb_default),
    OF(iofunc_unlock_ocb_default),
};

static const Function of_kernel[] = {
    WITH_R(ChannelCreate),
    WITH_R(ChannelDestroy),
    WITH_R(ConnectAttach),
    WITH_R(ConnectDetach),
    WITH_R(ConnectServerInfo),
    WITH_R(ConnectClientInfo),
    WITH_R(ConnectFlags),
    WITH_R(MsgSend),
    WITH_R(MsgSendv),
    WITH_R(MsgSendsv),
    WITH_R(MsgSendvs),
    WITH_R(MsgSendnc),
    WITH_R(MsgSendvnc),
    WITH_R(MsgSendsvnc),
    WITH_R(MsgSendvsnc),
    WITH_R(MsgReceive),
    WITH_R(MsgReceivev),
    WITH_R(MsgReceivePulse),
    WITH_R(MsgReceivePulsev),
    WITH_R(MsgReply),
    WITH_R(MsgReplyv),
    WITH_R(MsgError),
    WITH_R(MsgRead),
    WITH_R(MsgReadv),
    WITH_R(MsgWrite),
    WITH_R(MsgWritev),
    WITH_R(MsgInfo),
    WITH_R(MsgSendPulse),
    WITH_R(MsgSendPulsePtr),
    WITH_R(MsgDeliverEvent),
    WITH_R(MsgRegisterEvent),
    WITH_R(MsgUnregisterEvent),
    WITH_R(MsgVerifyEvent),
    WITH_R(MsgCurrent),
    WITH_R(TimerTimeout),
    WITH_R(SignalWaitinfo),
    OF(ionotify),
    OF(devctl),
    OF(devctlv),
    OF(posix_devctl),
    OF(timer_create),
};

// Numbers, each of which is none of the others of its line.
static const unsigned of_attach[] = {
    _RESMGR_FLAG_BEFORE,   _RESMGR_FLAG_AFTER, _RESMGR_FLAG_OPAQUE, _RESMGR_FLAG_FTYPEONLY,
    _RESMGR_FLAG_FTYPEALL, _RESMGR_FLAG_DIR,   _RESMGR_FLAG_SELF,   _RESMGR_FLAG_DETACH_CTP,
};
static const unsigned of_detach[] = {_RESMGR_DETACH_ALL, _RESMGR_DETACH_PATHNAME,
                                     _RESMGR_DETACH_CLOSE};
static const unsigned of_results[] = {(unsigned)_RESMGR_NOREPLY, (unsigned)_RESMGR_DEFAULT,
                                      (unsigned)_RESMGR_DELAY_CLOSE};
static const unsigned of_mounts[] = {
    IOFUNC_PC_CHOWN_RESTRICTED, IOFUNC_PC_NO_TRUNC, IOFUNC_PC_SYNC_IO,
    IOFUNC_PC_LINK_DIR,         IOFUNC_PC_ACL,      IOFUNC_PC_EXT,
    IOFUNC_PC_SYMLINK,
};
static const unsigned of_xtypes[] = {
    _IO_XTYPE_NONE,       _IO_XTYPE_READCOND,       _IO_XTYPE_MQUEUE,   _IO_XTYPE_TCPIP,
    _IO_XTYPE_TCPIP_MSG,  _IO_XTYPE_OFFSET,         _IO_XTYPE_REGISTRY, _IO_XTYPE_TCPIP_MSG2,
    _IO_XTYPE_TCPIP_MMSG, _IO_XTYPE_READDIR,        _IO_XTYPE_MASK,     _IO_XFLAG_BLOCK,
    _IO_XFLAG_NONBLOCK,   _IO_XFLAG_DIR_EXTRA_HINT,
};
static const unsigned of_actions[] = {
    _NOTIFY_ACTION_TRANARM, _NOTIFY_ACTION_CONDARM, _NOTIFY_ACTION_POLL,
    _NOTIFY_ACTION_POLLARM, _NOTIFY_ACTION_EDGEARM, _NOTIFY_ACTION_MASK,
};

static int failures;

static void check(int holds, const char* what) {
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", what);
        ++failures;
    }
}
#define CHECK(what) check((what), #what)
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static int all_there(const Function* list, size_t count) {
    while (count > 0 && list[count - 1] != NULL) {
        --count;
    }
    return count == 0;
}

static int all_different(const unsigned* list, size_t count) {
    for (size_t first = 0; first < count; ++first) {
        for (size_t second = 0; second < first; ++second) {
            if (list[first] == list[second]) {
                return 0;
            }
        }
    }
    return 1;
}

// What the messages have by more than one spelling.
static void look_into_messages(void) {
    io_read_t read_message;
    io_write_t write_message;
    io_notify_t notify_message;
    io_stat_t stat_message;
    struct _xtype_offset place;
    struct _xtype_readcond enough;
    memset(&read_message, 0, sizeof(read_message));
    memset(&write_message, 0, sizeof(write_message));
    memset(&notify_message, 0, sizeof(notify_message));
    memset(&stat_message, 0, sizeof(stat_message));
    read_message.i.zero = 1;
    write_message.i.zero = 2;
    CHECK(read_message.i64.nbytes_hi == 1 && write_message.i64.nbytes_hi == 2);
    notify_message.o64.flags = 3;
    notify_message.o64.event32.sigev_notify32 = 4;
    CHECK(notify_message.o.flags == 3 && notify_message.i64.event32.sigev_notify32 == 4);
    stat_message.i.format = 5;
    CHECK(stat_message.i.zero == 5);
    place.offset = (off64_t)1 << 40;
    enough.min = enough.time = enough.timeout = 1;
    CHECK(place.offset > enough.min && enough.time == enough.timeout);
}

// An event stays one, and a list of those who wait is of a type that has a name.
static void make_critical(void) {
    struct sigevent event;
    iofunc_notify_t notify[3];
    iofunc_notify_event_t* first;
    SIGEV_PULSE_INT_INIT(&event, 1, 10, 5, 7);
    SIGEV_MAKE_CRITICAL(&event);
    CHECK(SIGEV_GET_TYPE(&event) == SIGEV_PULSE && event.sigev_code == 5);
    IOFUNC_NOTIFY_INIT(notify);
    first = notify[0].list;
    CHECK(first == NULL);
}

int main(void) {
    CHECK(all_there(of_dispatch, COUNT(of_dispatch)));
    CHECK(all_there(of_resmgr, COUNT(of_resmgr)));
    CHECK(all_there(of_iofunc, COUNT(of_iofunc)));
    CHECK(all_there(defaults, COUNT(defaults)));
    CHECK(all_there(of_kernel, COUNT(of_kernel)));
    CHECK(all_different(of_attach, COUNT(of_attach)));
    CHECK(all_different(of_detach, COUNT(of_detach)));
    CHECK(all_different(of_results, COUNT(of_results)));
    CHECK(all_different(of_mounts, COUNT(of_mounts)));
    CHECK(all_different(of_xtypes, COUNT(of_xtypes)));
    CHECK(all_different(of_actions, COUNT(of_actions)));
    look_into_messages();
    make_critical();
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
