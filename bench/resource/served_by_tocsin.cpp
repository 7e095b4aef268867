// The device as a QNX resource manager. Private to bench/resource.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <devctl.h>
#include <sys/neutrino.h>

#include <cstring>
#include <thread>

#include <bench/resource/served.h>
#include <bench/resource/triggering.h>

namespace bench {
namespace {

constexpr int count_command = __DIOF(ioctl_type, 1, int);
constexpr int echo_command = __DIOTF(ioctl_type, 2, Question);

// There is one device in a server's process, and one thread that serves it.
const Order* order = nullptr;
Triggering* triggering = nullptr;
::iofunc_notify_t waiting[3];
int ioctls = 0;
char content[read_size_max];

int open_device(resmgr_context_t* context, io_open_t* message, ::iofunc_attr_t* attr, void* extra) {
    order->shared.opened.fetch_add(1, std::memory_order_relaxed);
    return iofunc_open_default(context, message, attr, extra);
}

int read_device(resmgr_context_t* context, io_read_t* message, ::iofunc_ocb_t* ocb) {
    const int status = iofunc_read_verify(context, message, ocb, nullptr);
    if (status != EOK) {
        return status;
    }
    if ((message->i.xtype & _IO_XTYPE_MASK) != _IO_XTYPE_NONE) {
        return ENOSYS;
    }
    const std::size_t size = std::min<std::size_t>(message->i.nbytes, sizeof content);
    _IO_SET_READ_NBYTES(context, static_cast<long>(size));
    SETIOV(context->iov, content, size);
    return _RESMGR_NPARTS(1);
}

int command_device(resmgr_context_t* context, io_devctl_t* message, ::iofunc_ocb_t* ocb) {
    const int status = iofunc_devctl_default(context, message, ocb);
    if (status != _RESMGR_DEFAULT) {
        return status;
    }
    std::size_t size = 0;
    ++ioctls;
    switch (message->i.dcmd) {
    case count_command:
        size = sizeof ioctls;
        std::memcpy(_DEVCTL_DATA(message->i), &ioctls, size);
        break;
    case echo_command:
        size = sizeof(Question);
        break;
    default:
        return ENOSYS;
    }
    std::memset(&message->o, 0, sizeof message->o);
    message->o.nbytes = static_cast<std::uint32_t>(size);
    return _RESMGR_PTR(context, &message->o, sizeof message->o + size);
}

void trigger() {
    iofunc_notify_trigger(waiting, 1, IOFUNC_NOTIFY_INPUT);
}

int notify_device(resmgr_context_t* context, io_notify_t* message, ::iofunc_ocb_t*) {
    const unsigned met = order->shared.ready.exchange(false) ? _NOTIFY_COND_INPUT : 0;
    int armed = 0;
    const int result =
        iofunc_notify(context, message, waiting, static_cast<int>(met), nullptr, &armed);
    if (armed == 0 || met != 0) {
        return result;
    }
    if (order->triggers == Triggers::with_the_answer) {
        MsgReplyv(context->rcvid, context->status, context->iov, 1);
        trigger();
        return _RESMGR_NOREPLY;
    }
    triggering->armed();
    return result;
}

int close_device(resmgr_context_t* context, io_close_t* message, ::iofunc_ocb_t* ocb) {
    iofunc_notify_remove(context, waiting);
    return iofunc_close_dup_default(context, message, ocb);
}

}  // namespace

void serve_by_tocsin(const std::string& path, const Order& given) {
    static resmgr_connect_funcs_t connect_functions;
    static resmgr_io_funcs_t io_functions;
    static ::iofunc_attr_t attr;
    order = &given;
    Triggering started{given, trigger};
    triggering = &started;
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_functions, _RESMGR_IO_NFUNCS, &io_functions);
    connect_functions.open = open_device;
    io_functions.read = read_device;
    io_functions.devctl = command_device;
    io_functions.notify = notify_device;
    io_functions.close_dup = close_device;
    iofunc_attr_init(&attr, S_IFCHR | 0666, nullptr, nullptr);
    IOFUNC_NOTIFY_INIT(waiting);
    dispatch_t* const dispatch = dispatch_create();
    require(resmgr_attach(dispatch, nullptr, path.c_str(), _FTYPE_ANY, 0, &connect_functions,
                          &io_functions, &attr) != -1,
            "resmgr_attach");
    say(given.socket, 'r');
    dispatch_context_t* const context = dispatch_context_alloc(dispatch);
    while (dispatch_block(context) != nullptr) {
        dispatch_handler(context);
    }
}

}  // namespace bench
