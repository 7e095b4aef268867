// name_attach() and its kin. Private to tocsin/qnx.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <cerrno>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <unistd.h>

#include <tocsin/qnx/dispatch.h>
#include <tocsin/qnx/face_result.h>
#include <tocsin/qnx/link/remote_connection.h>
#include <tocsin/qnx/local_connection.h>
#include <tocsin/qnx/names.h>

using tocsin::qnx::Channel;
using tocsin::qnx::Dispatch;
using tocsin::qnx::fail_with;
using tocsin::qnx::Names;

namespace {

// What the program sees, and what belongs to it.
struct Attached {
    name_attach_t shown = {};
    std::unique_ptr<Dispatch> made;  // when the program had none
    std::unique_ptr<Names::Owned> name;
};

Attached& of(name_attach_t* attach) noexcept {
    return *reinterpret_cast<Attached*>(attach);
}

// Throws std::system_error, std::bad_alloc.
std::unique_ptr<Attached> make(dispatch_t* dpp, const char* path) {
    auto attached = std::make_unique<Attached>();
    if (dpp == nullptr) {
        attached->made = std::make_unique<Dispatch>();
        dpp = attached->made->face();
    }
    const std::shared_ptr<Channel> channel = Dispatch::of(dpp).channel();
    attached->shown.dpp = dpp;
    attached->shown.chid = channel->chid();
    attached->name = Names::add(
        path, {.process = ::getpid(), .chid = channel->chid(), .token = channel->token()});
    return attached;
}

int connect_to(const Names::Place& place) noexcept {
    constexpr unsigned flags = 0;
    return place.process == ::getpid() ? tocsin::qnx::LocalConnection::attach(place.chid, flags)
                                       : tocsin::qnx::RemoteConnection::attach(
                                             place.process, place.chid, place.token, flags);
}

}  // namespace

name_attach_t* name_attach(dispatch_t* dpp, const char* path, unsigned /*flags*/) {
    try {
        return &make(dpp, path).release()->shown;
    } catch (const std::system_error& error) {
        errno = error.code().value();
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
    }
    return nullptr;
}

int name_detach(name_attach_t* attach, unsigned flags) {
    const std::unique_ptr<Attached> attached{&of(attach)};
    if ((flags & NAME_FLAG_DETACH_SAVEDPP) != 0) {
        static_cast<void>(attached->made.release());
    } else if (attached->made == nullptr) {
        return dispatch_destroy(attached->shown.dpp);
    }
    return 0;
}

int name_open(const char* path, int /*flags*/) {
    int coid = 0;
    try {
        coid = connect_to(Names::find(path));
    } catch (const std::system_error& error) {
        return fail_with(error.code().value());
    } catch (const std::bad_alloc&) {
        return fail_with(ENOMEM);
    }
    if (coid < 0) {
        return fail_with(-coid);
    }
    // A server that does not know this message is one all the same.
    struct _io_connect message = {};
    message.type = _IO_CONNECT;
    message.subtype = _IO_CONNECT_OPEN;
    message.path_len = 1;
    const long error = -MsgSend_r(coid, &message, sizeof message, nullptr, 0);
    if (error > 0 && error != ENOSYS) {
        static_cast<void>(ConnectDetach_r(coid));
        return fail_with(static_cast<int>(error));
    }
    return coid;
}

int name_close(int coid) {
    return ConnectDetach(coid);
}
