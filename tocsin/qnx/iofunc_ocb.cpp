// Open control blocks: making, counting and letting go of them. Private to tocsin/qnx.
#include <sys/iofunc.h>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>

#include <tocsin/qnx/binding.h>
#include <tocsin/qnx/file_message.h>

namespace {

using tocsin::qnx::Binding;

bool reads(int flags) noexcept {
    return (flags & _IO_FLAG_RD) != 0;
}

bool writes(int flags) noexcept {
    return (flags & _IO_FLAG_WR) != 0;
}

void count(uint16_t& counter, bool counts, int by) noexcept {
    counter = static_cast<uint16_t>(counter + (counts ? by : 0));
}

// The tables of the mount, if it has any that can do `function`.
template <auto function>
auto function_of_mount(const iofunc_attr_t* attr) noexcept {
    const iofunc_mount_t* const mount = attr->mount;
    return mount == nullptr || mount->funcs == nullptr ? nullptr : mount->funcs->*function;
}

}  // namespace

iofunc_ocb_t* iofunc_ocb_calloc(resmgr_context_t* ctp, iofunc_attr_t* attr) {
    if (const auto make = function_of_mount<&iofunc_funcs_t::ocb_calloc>(attr)) {
        return make(ctp, attr);
    }
    auto* const ocb = static_cast<iofunc_ocb_t*>(std::calloc(1, sizeof(iofunc_ocb_t)));
    if (ocb == nullptr) {
        errno = ENOMEM;
    }
    return ocb;
}

void iofunc_ocb_free(iofunc_ocb_t* ocb) {
    if (const auto let_go = function_of_mount<&iofunc_funcs_t::ocb_free>(ocb->attr)) {
        let_go(ocb);
    } else {
        std::free(ocb);
    }
}

// With the directory that it is in, `attr` is that of a new file, which is to be made.
int iofunc_open(resmgr_context_t* ctp, io_open_t* msg, iofunc_attr_t* attr, iofunc_attr_t* dattr,
                struct _client_info* info) {
    const auto flags = static_cast<int>(msg->connect.ioflag);
    if (dattr != nullptr) {
        return (flags & O_CREAT) == 0 ? ENOENT : iofunc_mknod(ctp, msg, attr, dattr, info);
    }
    if ((flags & O_DIRECTORY) != 0 && !S_ISDIR(attr->mode)) {
        return ENOTDIR;
    }
    if ((flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) {
        return EEXIST;
    }
    const mode_t wanted = (reads(flags) ? S_IRUSR : 0U) | (writes(flags) ? S_IWUSR : 0U);
    if (const int error = wanted == 0 ? EOK : iofunc_check_access(ctp, attr, wanted, info)) {
        return error;
    }
    if ((flags & O_TRUNC) != 0 && writes(flags) && S_ISREG(attr->mode)) {
        attr->nbytes = 0;
        attr->flags |= IOFUNC_ATTR_MTIME | IOFUNC_ATTR_CTIME | IOFUNC_ATTR_DIRTY_SIZE;
    }
    return EOK;
}

// A file keeps the offsets that the kernel gives it, anything else is a stream.
int iofunc_ocb_attach(resmgr_context_t* ctp, io_open_t* msg, iofunc_ocb_t* ocb, iofunc_attr_t* attr,
                      const resmgr_io_funcs_t* io_funcs) {
    iofunc_ocb_t* const made = ocb == nullptr ? iofunc_ocb_calloc(ctp, attr) : ocb;
    if (made == nullptr) {
        return ENOMEM;
    }
    made->attr = attr;
    made->ioflag = static_cast<int32_t>(msg->connect.ioflag);
    made->sflag = msg->connect.sflag;
    if (resmgr_open_bind(ctp, made, io_funcs) != 0) {
        const int error = errno;
        if (ocb == nullptr) {
            iofunc_ocb_free(made);
        }
        return error;
    }
    if (S_ISREG(attr->mode) || S_ISDIR(attr->mode)) {
        tocsin::qnx::binding_for(*ctp)->set_kind(Binding::Kind::file);
    }
    count(attr->count, true, 1);
    count(attr->rcount, reads(made->ioflag), 1);
    count(attr->wcount, writes(made->ioflag), 1);
    return EOK;
}

int iofunc_ocb_detach(resmgr_context_t*, iofunc_ocb_t* ocb) {
    iofunc_attr_t& attr = *ocb->attr;
    count(attr.count, true, -1);
    count(attr.rcount, reads(ocb->ioflag), -1);
    count(attr.wcount, writes(ocb->ioflag), -1);
    return (attr.count == 0 ? IOFUNC_OCB_LAST_INUSE : 0) |
           (reads(ocb->ioflag) && attr.rcount == 0 ? IOFUNC_OCB_LAST_READER : 0) |
           (writes(ocb->ioflag) && attr.wcount == 0 ? IOFUNC_OCB_LAST_WRITER : 0);
}

int iofunc_close_ocb(resmgr_context_t* ctp, iofunc_ocb_t* ocb, iofunc_attr_t*) {
    iofunc_attr_t* const attribute = ocb->attr;
    iofunc_attr_lock(attribute);
    iofunc_ocb_detach(ctp, ocb);
    iofunc_attr_unlock(attribute);
    iofunc_ocb_free(ocb);
    return EOK;
}
