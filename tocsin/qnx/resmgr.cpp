// resmgr_attach() and its kin. Private to tocsin/qnx.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <sys/sysmacros.h>
#include <system_error>
#include <unistd.h>

#include <tocsin/qnx/attached_paths.h>
#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/context.h>
#include <tocsin/qnx/dispatch.h>
#include <tocsin/qnx/file_message.h>
#include <tocsin/qnx/root.h>

namespace {

using tocsin::qnx::AttachedPaths;
using tocsin::qnx::Binding;
using tocsin::qnx::binding_for;
using tocsin::qnx::Context;
using tocsin::qnx::Dispatch;

int fail_with(int error) noexcept {
    errno = error;
    return -1;
}

// The errno that a failure to serve a path is for a QNX program.
int errno_of(const std::error_code& error) noexcept {
    using tocsin::resource::Error;
    if (error.category() == std::generic_category() || error.category() == std::system_category()) {
        return error.value();
    }
    if (error == Error::no_fuse) {
        return ENODEV;
    }
    if (error == Error::already_mounted) {
        return EBUSY;
    }
    if (error == Error::wrong_kind) {
        return EINVAL;
    }
    return error == Error::mount_refused ? EPERM : EACCES;
}

// A program for QNX says that it could not attach, and knows nothing of what helps. Said once,
// whatever else fails.
void tell_remedy(int number, const char* path, const char* what) noexcept {
    static std::atomic<bool> told{false};
    const bool is_for_lack_of_rights = number == EACCES || number == EPERM || number == EROFS;
    if (is_for_lack_of_rights && *path == '/' && !tocsin::qnx::root_is_set() &&
        !told.exchange(true)) {
        ::dprintf(STDERR_FILENO,
                  "tocsin: %s; or set TOCSIN_ROOT=DIR: it is served as DIR%s then, where programs "
                  "compiled as for QNX find it\n",
                  what, path);
    }
}

}  // namespace

int resmgr_attach(dispatch_t* dpp, resmgr_attr_t* attr, const char* path, enum _file_type,
                  unsigned flags, const resmgr_connect_funcs_t* connect_funcs,
                  const resmgr_io_funcs_t* io_funcs, RESMGR_HANDLE_T* handle) {
    if (connect_funcs == nullptr || io_funcs == nullptr) {
        return fail_with(EINVAL);
    }
    const bool is_local = attr != nullptr && (attr->flags & RESMGR_FLAG_ATTACH_LOCAL) != 0;
    const bool has_place = path != nullptr && !is_local;
    try {
        return Dispatch::of(dpp).attach(has_place ? tocsin::qnx::place_to_serve(path) : "",
                                        attr == nullptr ? 1 : attr->nparts_max,
                                        attr == nullptr ? 0 : attr->msg_max_size,
                                        {.connect = connect_funcs,
                                         .io = io_funcs,
                                         .handle = handle,
                                         .channel = nullptr,
                                         .directory = (flags & _RESMGR_FLAG_DIR) != 0,
                                         .name = path == nullptr ? "" : path});
    } catch (const std::system_error& error) {
        const int number = errno_of(error.code());
        tell_remedy(number, path, error.what());
        return fail_with(number);
    } catch (const std::bad_alloc&) {
        return fail_with(ENOMEM);
    }
}

int resmgr_detach(dispatch_t* dpp, int id, unsigned) {
    try {
        const int error = Dispatch::of(dpp).detach(id);
        return error == 0 ? 0 : fail_with(error);
    } catch (const std::bad_alloc&) {
        return fail_with(ENOMEM);
    }
}

int resmgr_pathname(int id, unsigned, char* path, int size) {
    try {
        const std::optional<std::string> name = AttachedPaths::path_of(id);
        if (!name) {
            return fail_with(EINVAL);
        }
        const int length = static_cast<int>(name->size()) + 1;
        if (path == nullptr || size < length) {
            return fail_with(path == nullptr ? EINVAL : ERANGE);
        }
        std::memcpy(path, name->c_str(), static_cast<std::size_t>(length));
        return length;
    } catch (const std::bad_alloc&) {
        return fail_with(ENOMEM);
    }
}

// No file system of Linux's has such numbers: their major is that of devices without a driver.
int resmgr_devino(int id, dev_t* device, ino64_t* inode) {
    try {
        if (!AttachedPaths::path_of(id)) {
            return fail_with(EINVAL);
        }
    } catch (const std::bad_alloc&) {
        return fail_with(ENOMEM);
    }
    *device = makedev(0, static_cast<unsigned>(id) + 1);
    *inode = static_cast<ino64_t>(id) + 1;
    return 0;
}

int resmgr_msg_again(resmgr_context_t* ctp, int rcvid) {
    const auto message =
        std::dynamic_pointer_cast<tocsin::qnx::FileMessage>(tocsin::qnx::Calls::find(rcvid));
    if (message == nullptr) {
        return fail_with(ESRCH);
    }
    if (!message->ask_again()) {
        return 0;  // its handler has not returned yet; who runs it calls it again then
    }
    try {
        Context& context = Context::of(reinterpret_cast<dispatch_context_t*>(ctp));
        return context.dispatch.handle_again(context, message) ? 0 : fail_with(ESRCH);
    } catch (const std::bad_alloc&) {
        return fail_with(ENOMEM);
    }
}

int resmgr_open_bind(resmgr_context_t* ctp, void* ocb, const resmgr_io_funcs_t* io_funcs) {
    const std::shared_ptr<Binding> binding = binding_for(*ctp);
    if (binding == nullptr || binding->bound()) {
        return fail_with(EINVAL);
    }
    binding->bind(ocb, io_funcs == nullptr ? binding->path().attachment().io : io_funcs);
    return 0;
}

void* resmgr_ocb(resmgr_context_t* ctp) {
    const std::shared_ptr<Binding> binding = binding_for(*ctp);
    return binding == nullptr ? nullptr : binding->ocb();
}

int resmgr_unbind(resmgr_context_t* ctp) {
    const std::shared_ptr<Binding> binding = binding_for(*ctp);
    if (binding == nullptr || !binding->bound()) {
        return fail_with(EINVAL);
    }
    binding->bind(nullptr, nullptr);
    return 0;
}

// What is asked may be of a message that another handler answers: its context says all there is.
const resmgr_io_funcs_t* resmgr_iofuncs(resmgr_context_t* ctp, void*) {
    const std::shared_ptr<Binding> binding = binding_for(*ctp);
    return binding == nullptr || !binding->bound() ? nullptr : &binding->functions();
}

int resmgr_handle_grow(unsigned) {
    return 0;
}

int resmgr_handle_tune(int, ...) {
    return 0;
}

ssize_t resmgr_msgreadv(resmgr_context_t* ctp, const iov_t* parts, int count, size_t offset) {
    return MsgReadv(ctp->rcvid, parts, static_cast<size_t>(count), ctp->offset + offset);
}

ssize_t resmgr_msgread(resmgr_context_t* ctp, void* bytes, size_t size, size_t offset) {
    return MsgRead(ctp->rcvid, bytes, size, ctp->offset + offset);
}

ssize_t resmgr_msggetv(resmgr_context_t* ctp, const iov_t* parts, int count, size_t offset) {
    return resmgr_msgreadv(ctp, parts, count, offset);
}

ssize_t resmgr_msgget(resmgr_context_t* ctp, void* bytes, size_t size, size_t offset) {
    return resmgr_msgread(ctp, bytes, size, offset);
}

ssize_t resmgr_msgwritev(resmgr_context_t* ctp, const iov_t* parts, int count, size_t offset) {
    return MsgWritev(ctp->rcvid, parts, static_cast<size_t>(count), ctp->offset + offset);
}

ssize_t resmgr_msgwrite(resmgr_context_t* ctp, const void* bytes, size_t size, size_t offset) {
    return MsgWrite(ctp->rcvid, bytes, size, ctp->offset + offset);
}

int resmgr_msgreplyv(resmgr_context_t* ctp, const iov_t* parts, int count) {
    return MsgReplyv(ctp->rcvid, ctp->status, parts, static_cast<size_t>(count));
}

int resmgr_msgreply(resmgr_context_t* ctp, const void* bytes, size_t size) {
    return MsgReply(ctp->rcvid, ctp->status, bytes, size);
}
