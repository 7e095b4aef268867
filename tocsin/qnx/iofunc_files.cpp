// What is asked of an open file beside its data. Private to tocsin/qnx.
#include <sys/iofunc.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <sys/netmgr.h>
#include <unistd.h>

namespace {

bool has(const iofunc_attr_t& attribute, unsigned capability) noexcept {
    return attribute.mount != nullptr && (attribute.mount->conf & capability) != 0;
}

struct Limit {
    int name;
    long value;
};
constexpr std::array limits = {
    Limit{_PC_LINK_MAX, SHRT_MAX},
    Limit{_PC_MAX_CANON, _POSIX_MAX_INPUT},
    Limit{_PC_MAX_INPUT, _POSIX_MAX_INPUT},
    Limit{_PC_NAME_MAX, NAME_MAX},
    Limit{_PC_PATH_MAX, PATH_MAX},
    Limit{_PC_PIPE_BUF, PIPE_BUF},
    Limit{_PC_VDISABLE, 0},
};

// What the mount says of itself.
struct Ability {
    int name;
    unsigned bit;
};
constexpr std::array abilities = {
    Ability{_PC_CHOWN_RESTRICTED, IOFUNC_PC_CHOWN_RESTRICTED},
    Ability{_PC_NO_TRUNC, IOFUNC_PC_NO_TRUNC},
    Ability{_PC_SYNC_IO, IOFUNC_PC_SYNC_IO},
};

}  // namespace

int iofunc_space_verify(resmgr_context_t*, io_space_t* msg, iofunc_ocb_t* ocb, int* nonblock) {
    if ((ocb->ioflag & _IO_FLAG_WR) == 0) {
        return EBADF;
    }
    if (msg->i.subtype != F_FREESP && msg->i.subtype != F_ALLOCSP) {
        return EINVAL;
    }
    if (nonblock != nullptr) {
        *nonblock = (ocb->ioflag & O_NONBLOCK) != 0 ? 1 : 0;
    }
    return EOK;
}

int iofunc_sync_verify(resmgr_context_t*, io_sync_t*, iofunc_ocb_t*) {
    return EOK;
}

int iofunc_sync(resmgr_context_t* ctp, io_sync_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr) {
    const int error = iofunc_sync_verify(ctp, msg, ocb);
    return error == EOK ? iofunc_time_update(attr) : error;
}

int iofunc_pathconf(resmgr_context_t* ctp, io_pathconf_t* msg, iofunc_ocb_t*, iofunc_attr_t* attr) {
    const auto* const limit = std::ranges::find(limits, msg->i.name, &Limit::name);
    const auto* const ability = std::ranges::find(abilities, msg->i.name, &Ability::name);
    if (limit == limits.end() && ability == abilities.end()) {
        return EINVAL;
    }
    const long value = limit != limits.end() ? limit->value : has(*attr, ability->bit) ? 1 : 0;
    _IO_SET_PATHCONF_VALUE(ctp, value);
    return EOK;
}

// Another way to open what is open: for no more than that.
int iofunc_openfd(resmgr_context_t*, io_openfd_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t*) {
    const auto wanted = static_cast<int>(msg->i.ioflag & _IO_FLAG_MASK);
    return (wanted & ~ocb->ioflag) == 0 ? EOK : EACCES;
}

int iofunc_fdinfo(resmgr_context_t*, iofunc_ocb_t* ocb, iofunc_attr_t* attr, struct _fdinfo* info) {
    *info = {};
    info->nd = ND_LOCAL_NODE;
    info->ioflag = static_cast<uint32_t>(ocb->ioflag);
    info->mode = attr->mode;
    info->sflag = ocb->sflag;
    info->offset = ocb->offset;
    info->size = attr->nbytes;
    info->rdev = attr->rdev;
    info->ocb_count = attr->count;
    return EOK;
}

int iofunc_pathconf_default(resmgr_context_t* ctp, io_pathconf_t* msg, iofunc_ocb_t* ocb) {
    return iofunc_pathconf(ctp, msg, ocb, ocb->attr);
}

int iofunc_openfd_default(resmgr_context_t* ctp, io_openfd_t* msg, iofunc_ocb_t* ocb) {
    return iofunc_openfd(ctp, msg, ocb, ocb->attr);
}

// With the name of the path behind it; the status is its length, with the zero at its end.
int iofunc_fdinfo_default(resmgr_context_t* ctp, io_fdinfo_t* msg, iofunc_ocb_t* ocb) {
    struct _io_fdinfo_reply reply = {};
    iofunc_fdinfo(ctp, ocb, ocb->attr, &reply.info);
    char* const name = reinterpret_cast<char*>(&msg->o) + sizeof msg->o;
    const size_t room = ctp->msg_max_size > sizeof reply ? ctp->msg_max_size - sizeof reply : 0;
    const int length = resmgr_pathname(ctp->id, 0, name, static_cast<int>(room));
    msg->o = reply;
    if (length < 0) {
        return errno;
    }
    _IO_SET_FDINFO_LEN(ctp, length);
    return _RESMGR_PTR(ctp, &msg->o, sizeof msg->o + static_cast<size_t>(length));
}

int iofunc_lock(resmgr_context_t*, io_lock_t*, iofunc_ocb_t*, iofunc_attr_t*) {
    return ENOSYS;
}

int iofunc_mmap(resmgr_context_t*, io_mmap_t*, iofunc_ocb_t*, iofunc_attr_t*) {
    return ENOSYS;
}

int iofunc_lock_default(resmgr_context_t* ctp, io_lock_t* msg, iofunc_ocb_t* ocb) {
    return iofunc_lock(ctp, msg, ocb, ocb->attr);
}

int iofunc_mmap_default(resmgr_context_t* ctp, io_mmap_t* msg, iofunc_ocb_t* ocb) {
    return iofunc_mmap(ctp, msg, ocb, ocb->attr);
}

int iofunc_power_default(resmgr_context_t*, io_power_t*, iofunc_ocb_t*) {
    return ENOSYS;
}

int iofunc_acl_default(resmgr_context_t*, io_acl_t*, iofunc_ocb_t*) {
    return ENOSYS;
}
