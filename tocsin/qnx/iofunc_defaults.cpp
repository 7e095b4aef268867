// The default handlers, and what they do. Private to tocsin/qnx.
#include <sys/iofunc.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/dcmd_all.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

// What a call must not wait for: the descriptor's flag, unless the message overrides it.
bool is_nonblocking(const iofunc_ocb_t& ocb, unsigned xtype) noexcept {
    if ((xtype & _IO_XFLAG_BLOCK) != 0) {
        return false;
    }
    return (ocb.ioflag & O_NONBLOCK) != 0 || (xtype & _IO_XFLAG_NONBLOCK) != 0;
}

int verify(const iofunc_ocb_t& ocb, int access, unsigned xtype, int* nonblock) noexcept {
    if ((ocb.ioflag & access) == 0) {
        return EBADF;
    }
    if (nonblock != nullptr) {
        *nonblock = is_nonblocking(ocb, xtype) ? 1 : 0;
    }
    return EOK;
}

// Replies to a devctl with one int, where the request lay.
int reply_int(resmgr_context_t& context, io_devctl_t& message, int value) noexcept {
    std::memcpy(_DEVCTL_DATA(message.i), &value, sizeof value);
    message.o = {};
    message.o.nbytes = sizeof value;
    return _RESMGR_PTR(&context, &message.o, sizeof message.o + sizeof value);
}

}  // namespace

int iofunc_read_verify(resmgr_context_t*, io_read_t* msg, iofunc_ocb_t* ocb, int* nonblock) {
    const bool lists = (msg->i.xtype & _IO_XTYPE_MASK) == _IO_XTYPE_READDIR;
    if (ocb->attr != nullptr && S_ISDIR(ocb->attr->mode) != lists) {
        return lists ? ENOTDIR : EISDIR;
    }
    return verify(*ocb, _IO_FLAG_RD, msg->i.xtype, nonblock);
}

int iofunc_write_verify(resmgr_context_t*, io_write_t* msg, iofunc_ocb_t* ocb, int* nonblock) {
    return verify(*ocb, _IO_FLAG_WR, msg->i.xtype, nonblock);
}

int iofunc_lseek(resmgr_context_t*, io_lseek_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr) {
    off_t base = 0;
    switch (msg->i.whence) {
    case SEEK_SET:
        break;
    case SEEK_CUR:
        base = ocb->offset;
        break;
    case SEEK_END:
        base = attr->nbytes;
        break;
    default:
        return EINVAL;
    }
    off_t offset = 0;
    if (__builtin_add_overflow(base, static_cast<off_t>(msg->i.offset), &offset)) {
        return EOVERFLOW;
    }
    if (offset < 0) {
        return EINVAL;
    }
    ocb->offset = offset;
    msg->o = static_cast<uint64_t>(offset);
    return EOK;
}

int iofunc_devctl(resmgr_context_t* ctp, io_devctl_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr) {
    constexpr int changeable = O_NONBLOCK | O_APPEND;
    int value = 0;
    switch (msg->i.dcmd) {
    case DCMD_ALL_GETFLAGS:
        // As open(2) has them: without the one that is added to the access.
        return reply_int(*ctp, *msg, ocb->ioflag - 1);
    case DCMD_ALL_SETFLAGS:
        if (ctp->size < sizeof msg->i + sizeof value) {
            return EBADMSG;
        }
        std::memcpy(&value, _DEVCTL_DATA(msg->i), sizeof value);
        ocb->ioflag = (ocb->ioflag & ~changeable) | (value & changeable);
        return EOK;
    case DCMD_ALL_GETMOUNTFLAGS:
        return reply_int(*ctp, *msg,
                         attr->mount == nullptr ? 0 : static_cast<int>(attr->mount->flags));
    case DCMD_ALL_GETOWN:
        return reply_int(*ctp, *msg, 0);  // nobody: fcntl(2) keeps that to itself
    default:
        return _RESMGR_DEFAULT;
    }
}

int iofunc_close_dup(resmgr_context_t*, io_close_t*, iofunc_ocb_t*, iofunc_attr_t* attr) {
    return iofunc_time_update(attr);
}

int iofunc_unblock(resmgr_context_t*, io_pulse_t*, iofunc_ocb_t*, iofunc_attr_t*) {
    return _RESMGR_DEFAULT;
}

int iofunc_open_default(resmgr_context_t* ctp, io_open_t* msg, iofunc_attr_t* attr, void*) {
    iofunc_attr_lock(attr);
    int error = iofunc_open(ctp, msg, attr, nullptr, nullptr);
    if (error == EOK) {
        error = iofunc_ocb_attach(ctp, msg, nullptr, attr, nullptr);
    }
    iofunc_attr_unlock(attr);
    return error;
}

int iofunc_read_default(resmgr_context_t* ctp, io_read_t* msg, iofunc_ocb_t* ocb) {
    if (const int error = iofunc_read_verify(ctp, msg, ocb, nullptr)) {
        return error;
    }
    _IO_SET_READ_NBYTES(ctp, 0);
    return _RESMGR_NPARTS(0);
}

int iofunc_write_default(resmgr_context_t* ctp, io_write_t* msg, iofunc_ocb_t* ocb) {
    if (const int error = iofunc_write_verify(ctp, msg, ocb, nullptr)) {
        return error;
    }
    _IO_SET_WRITE_NBYTES(ctp, msg->i.nbytes);
    return _RESMGR_NPARTS(0);
}

int iofunc_close_ocb_default(resmgr_context_t* ctp, void*, iofunc_ocb_t* ocb) {
    return iofunc_close_ocb(ctp, ocb, ocb->attr);
}

int iofunc_close_dup_default(resmgr_context_t* ctp, io_close_t* msg, iofunc_ocb_t* ocb) {
    return iofunc_close_dup(ctp, msg, ocb, ocb->attr);
}

int iofunc_stat_default(resmgr_context_t* ctp, io_stat_t* msg, iofunc_ocb_t* ocb) {
    const int error = iofunc_stat(ctp, ocb->attr, &msg->o);
    return error == EOK ? _RESMGR_PTR(ctp, &msg->o, sizeof msg->o) : error;
}

int iofunc_devctl_default(resmgr_context_t* ctp, io_devctl_t* msg, iofunc_ocb_t* ocb) {
    return iofunc_devctl(ctp, msg, ocb, ocb->attr);
}

int iofunc_unblock_default(resmgr_context_t* ctp, io_pulse_t* msg, iofunc_ocb_t* ocb) {
    return iofunc_unblock(ctp, msg, ocb, ocb->attr);
}

int iofunc_lseek_default(resmgr_context_t* ctp, io_lseek_t* msg, iofunc_ocb_t* ocb) {
    const int error = iofunc_lseek(ctp, msg, ocb, ocb->attr);
    return error == EOK ? _RESMGR_PTR(ctp, &msg->o, sizeof msg->o) : error;
}

int iofunc_chmod_default(resmgr_context_t* ctp, io_chmod_t* msg, iofunc_ocb_t* ocb) {
    return iofunc_chmod(ctp, msg, ocb, ocb->attr);
}

int iofunc_chown_default(resmgr_context_t* ctp, io_chown_t* msg, iofunc_ocb_t* ocb) {
    return iofunc_chown(ctp, msg, ocb, ocb->attr);
}

int iofunc_sync_default(resmgr_context_t* ctp, io_sync_t* msg, iofunc_ocb_t* ocb) {
    return iofunc_sync(ctp, msg, ocb, ocb->attr);
}

int iofunc_utime_default(resmgr_context_t* ctp, io_utime_t* msg, iofunc_ocb_t* ocb) {
    return iofunc_utime(ctp, msg, ocb, ocb->attr);
}

int iofunc_lock_ocb_default(resmgr_context_t*, void*, iofunc_ocb_t* ocb) {
    return iofunc_attr_lock(ocb->attr);
}

int iofunc_unlock_ocb_default(resmgr_context_t*, void*, iofunc_ocb_t* ocb) {
    return iofunc_attr_unlock(ocb->attr);
}

void iofunc_func_init(unsigned nconnect, resmgr_connect_funcs_t* connect, unsigned nio,
                      resmgr_io_funcs_t* io) {
    resmgr_connect_funcs_t connect_defaults = {};
    connect_defaults.nfuncs = nconnect;
    connect_defaults.open = &iofunc_open_default;
    resmgr_io_funcs_t io_defaults = {};
    io_defaults.nfuncs = nio;
    io_defaults.read = &iofunc_read_default;
    io_defaults.write = &iofunc_write_default;
    io_defaults.close_ocb = &iofunc_close_ocb_default;
    io_defaults.stat = &iofunc_stat_default;
    io_defaults.devctl = &iofunc_devctl_default;
    io_defaults.unblock = &iofunc_unblock_default;
    io_defaults.lseek = &iofunc_lseek_default;
    io_defaults.chmod = &iofunc_chmod_default;
    io_defaults.chown = &iofunc_chown_default;
    io_defaults.utime = &iofunc_utime_default;
    io_defaults.pathconf = &iofunc_pathconf_default;
    io_defaults.openfd = &iofunc_openfd_default;
    io_defaults.fdinfo = &iofunc_fdinfo_default;
    io_defaults.lock = &iofunc_lock_default;
    io_defaults.mmap = &iofunc_mmap_default;
    io_defaults.power = &iofunc_power_default;
    io_defaults.acl = &iofunc_acl_default;
    io_defaults.close_dup = &iofunc_close_dup_default;
    io_defaults.lock_ocb = &iofunc_lock_ocb_default;
    io_defaults.unlock_ocb = &iofunc_unlock_ocb_default;
    io_defaults.sync = &iofunc_sync_default;
    // A function and what comes before it: the number of functions stands first.
    const auto size_of = [](unsigned count, std::size_t whole) {
        return std::min(offsetof(resmgr_io_funcs_t, read) + count * sizeof(void*), whole);
    };
    if (connect != nullptr && nconnect > 0) {
        std::memcpy(connect, &connect_defaults, size_of(nconnect, sizeof *connect));
    }
    if (io != nullptr && nio > 0) {
        std::memcpy(io, &io_defaults, size_of(nio, sizeof *io));
    }
}
