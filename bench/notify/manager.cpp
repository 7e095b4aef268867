// The manager for which the clients wait. Private to bench/notify.
#include <sys/iofunc.h>

#include <sys/dispatch.h>
#include <sys/neutrino.h>

#include <thread>

#include <bench/notify/by_tocsin.h>

namespace bench {
namespace {

// There is one device in a server's process.
Course* course = nullptr;
::iofunc_notify_t waiting[3];
int armed_clients = 0;

void tell() {
    course->note_begin();
    iofunc_notify_trigger(waiting, 1, IOFUNC_NOTIFY_INPUT);
}

// What the clients wait for is never there: it comes by triggers only.
int notify_device(resmgr_context_t* context, io_notify_t* message, ::iofunc_ocb_t*) {
    int armed = 0;
    const int result = iofunc_notify(context, message, waiting, 0, nullptr, &armed);
    if (armed == 0 || course->plan().mode != Mode::cycle ||
        ++armed_clients < course->plan().clients) {
        return result;
    }
    armed_clients = 0;
    MsgReplyv(context->rcvid, context->status, context->iov, 1);
    tell();
    return _RESMGR_NOREPLY;
}

int close_device(resmgr_context_t* context, io_close_t* message, ::iofunc_ocb_t* ocb) {
    iofunc_notify_remove(context, waiting);
    return iofunc_close_dup_default(context, message, ocb);
}

void tell_when_told(int socket) {
    char order = 0;
    while (hear(socket, order)) {
        tell();
    }
    ::_exit(0);
}

}  // namespace

void manage(const std::string& path, Course& given, int socket) {
    static resmgr_connect_funcs_t connect_functions;
    static resmgr_io_funcs_t io_functions;
    static ::iofunc_attr_t attr;
    course = &given;
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_functions, _RESMGR_IO_NFUNCS, &io_functions);
    io_functions.notify = notify_device;
    io_functions.close_dup = close_device;
    iofunc_attr_init(&attr, S_IFCHR | 0666, nullptr, nullptr);
    IOFUNC_NOTIFY_INIT(waiting);
    dispatch_t* const dispatch = dispatch_create();
    require(resmgr_attach(dispatch, nullptr, path.c_str(), _FTYPE_ANY, 0, &connect_functions,
                          &io_functions, &attr) != -1,
            "resmgr_attach");
    std::thread{tell_when_told, socket}.detach();
    say(socket, 'r');
    say(socket, 'a');
    dispatch_context_t* const context = dispatch_context_alloc(dispatch);
    while (dispatch_block(context) != nullptr) {
        dispatch_handler(context);
    }
}

}  // namespace bench
