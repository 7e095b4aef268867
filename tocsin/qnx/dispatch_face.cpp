// dispatch_create() and its kin, and their older names. Private to tocsin/qnx.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <cerrno>
#include <new>
#include <system_error>

#include <tocsin/qnx/dispatch.h>

using tocsin::qnx::Context;
using tocsin::qnx::Dispatch;

namespace {

// A context of the older functions is the first member of the one that it lies in.
dispatch_context_t* whole(resmgr_context_t* ctp) noexcept {
    return reinterpret_cast<dispatch_context_t*>(ctp);
}

resmgr_context_t* part(dispatch_context_t* ctp) noexcept {
    return ctp == nullptr ? nullptr : &ctp->resmgr_context;
}

}  // namespace

dispatch_t* dispatch_create(void) {
    try {
        return (new Dispatch)->face();
    } catch (const std::system_error& error) {
        errno = error.code().value();
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
    }
    return nullptr;
}

int dispatch_destroy(dispatch_t* dpp) {
    delete &Dispatch::of(dpp);
    return 0;
}

dispatch_context_t* dispatch_context_alloc(dispatch_t* dpp) {
    try {
        return Dispatch::of(dpp).make_context().release()->face();
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return nullptr;
    }
}

void dispatch_context_free(dispatch_context_t* ctp) {
    delete &Context::of(ctp);
}

dispatch_context_t* dispatch_block(dispatch_context_t* ctp) {
    Context& context = Context::of(ctp);
    int error = ENOMEM;
    try {
        error = context.dispatch.block(context);
    } catch (const std::bad_alloc&) {
        // The message stays where it is.
    }
    if (error == 0) {
        return ctp;
    }
    errno = error;
    return nullptr;
}

int dispatch_handler(dispatch_context_t* ctp) {
    Context& context = Context::of(ctp);
    return context.dispatch.handle(context);
}

void dispatch_unblock(dispatch_context_t* ctp) {
    Context::of(ctp).dispatch.unblock();
}

int dispatch_timeout(dispatch_t* dpp, struct timespec* timeout) {
    using std::chrono::nanoseconds;
    using std::chrono::seconds;
    if (timeout == nullptr) {
        Dispatch::of(dpp).set_timeout({});
    } else {
        Dispatch::of(dpp).set_timeout(seconds{timeout->tv_sec} + nanoseconds{timeout->tv_nsec});
    }
    return 0;
}

resmgr_context_t* resmgr_context_alloc(dispatch_t* dpp) {
    return part(dispatch_context_alloc(dpp));
}

void resmgr_context_free(resmgr_context_t* ctp) {
    dispatch_context_free(whole(ctp));
}

resmgr_context_t* resmgr_block(resmgr_context_t* ctp) {
    return part(dispatch_block(whole(ctp)));
}

int resmgr_handler(resmgr_context_t* ctp) {
    return dispatch_handler(whole(ctp));
}

void resmgr_unblock(resmgr_context_t* ctp) {
    dispatch_unblock(whole(ctp));
}
