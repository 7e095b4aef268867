// message_attach(), pulse_attach(), select_attach() and their kin. Private to tocsin/qnx.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <cerrno>
#include <memory>
#include <new>
#include <system_error>

#include <tocsin/qnx/dispatch.h>
#include <tocsin/qnx/face_result.h>

using tocsin::qnx::Channel;
using tocsin::qnx::Dispatch;
using tocsin::qnx::error_result;
using tocsin::qnx::fail_with;
using tocsin::qnx::Routes;
using tocsin::qnx::Selects;

namespace {

// 0, or why there is no channel.
int need_channel(dispatch_t* dpp) noexcept {
    try {
        static_cast<void>(Dispatch::of(dpp).channel());
        return 0;
    } catch (const std::system_error& error) {
        return error.code().value();
    }
}

// `call` with the set of descriptors; 0 or an errno.
template <typename Call>
int with_selects(dispatch_t* dpp, Call&& call) noexcept {
    try {
        return call(Dispatch::of(dpp).selects());
    } catch (const std::system_error& error) {
        return error.code().value();
    }
}

dispatch_t* of(select_context_t* ctp) noexcept {
    return static_cast<dispatch_t*>(ctp->dpp);
}

}  // namespace

dispatch_t* dispatch_create_channel(int chid, unsigned /*flags*/) {
    int error = ENOMEM;
    try {
        auto made = std::make_unique<Dispatch>();
        if (chid == -1) {
            static_cast<void>(made->channel());
            error = 0;
        } else {
            error = made->use_channel(chid);
        }
        if (error == 0) {
            return made.release()->face();
        }
    } catch (const std::system_error& failure) {
        error = failure.code().value();
    } catch (const std::bad_alloc&) {
        error = ENOMEM;
    }
    errno = error;
    return nullptr;
}

int message_attach(dispatch_t* dpp, message_attr_t* attr, int low, int high,
                   int (*function)(message_context_t*, int, unsigned, void*), void* handle) {
    if (const int error = need_channel(dpp); error != 0) {
        return fail_with(error);
    }
    Dispatch& dispatch = Dispatch::of(dpp);
    if (attr != nullptr) {
        dispatch.make_room(attr->nparts_max, attr->msg_max_size);
    }
    const Routes::Route route{.function = function, .handle = handle};
    if (attr != nullptr && (attr->flags & MSG_FLAG_DEFAULT_FUNC) != 0) {
        dispatch.routes().set_default(route);
        return 0;
    }
    return error_result(dispatch.routes().add_messages(low, high, route));
}

int message_detach(dispatch_t* dpp, int low, int high, int /*flags*/) {
    return error_result(Dispatch::of(dpp).routes().remove_messages(low, high));
}

int pulse_attach(dispatch_t* dpp, int flags, int code,
                 int (*function)(message_context_t*, int, unsigned, void*), void* handle) {
    if (const int error = need_channel(dpp); error != 0) {
        return fail_with(error);
    }
    Routes& routes = Dispatch::of(dpp).routes();
    const Routes::Route route{.function = function, .handle = handle};
    if ((flags & MSG_FLAG_ALLOC_PULSE) == 0) {
        const int error = routes.add_pulse(code, route);
        return error == 0 ? code : fail_with(error);
    }
    // Another thread may take the one that was free.
    for (;;) {
        const std::optional<int> chosen = routes.free_pulse();
        const int error = chosen ? routes.add_pulse(*chosen, route) : EAGAIN;
        if (error == 0) {
            return *chosen;
        }
        if (error != EINVAL || function == nullptr) {
            return fail_with(error);
        }
    }
}

int pulse_detach(dispatch_t* dpp, int code, int /*flags*/) {
    return error_result(Dispatch::of(dpp).routes().remove_pulse(code));
}

int message_connect(dispatch_t* dpp, int /*flags*/) {
    const std::shared_ptr<Channel> channel = Dispatch::of(dpp).channel_if_any();
    if (channel == nullptr) {
        return fail_with(EINVAL);
    }
    return ConnectAttach(ND_LOCAL_NODE, 0, channel->chid(), _NTO_SIDE_CHANNEL, 0);
}

int select_attach(dispatch_t* dpp, select_attr_t* /*attr*/, int fd, unsigned flags,
                  int (*function)(select_context_t*, int, unsigned, void*), void* handle) {
    if (function == nullptr) {
        return fail_with(EINVAL);
    }
    return error_result(with_selects(dpp, [&](Selects& selects) {
        return selects.attach(fd, {.flags = flags, .function = function, .handle = handle});
    }));
}

int select_detach(dispatch_t* dpp, int fd) {
    return error_result(with_selects(dpp, [&](Selects& selects) { return selects.detach(fd); }));
}

int select_rearm(select_context_t* ctp, int fd) {
    return error_result(with_selects(of(ctp), [&](Selects& selects) { return selects.rearm(fd); }));
}

int select_query(select_context_t* ctp, int* fd, unsigned* flags,
                 int (**function)(select_context_t*, int, unsigned, void*), void** handle) {
    return error_result(with_selects(of(ctp), [&](Selects& selects) {
        const std::optional<Selects::Select> found = selects.find(ctp->fd);
        if (!found) {
            return EINVAL;
        }
        *fd = ctp->fd;
        *flags = found->flags;
        *function = found->function;
        *handle = found->handle;
        return 0;
    }));
}
