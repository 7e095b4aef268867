// The device of examples/qnx in C++, as it is written for QNX. Started as `sample_device_cxx PATH`.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "items.h"

struct Device;
#define IOFUNC_ATTR_T Device
#include <sys/iofunc.h>

#define THREAD_POOL_PARAM_T dispatch_context_t
#include <sys/dispatch.h>
#include <sys/slog2.h>

struct Device {
    iofunc_attr_t attr;
    iofunc_notify_t notify[3];
    Items* items;
};

namespace {

Device device;

int io_read(resmgr_context_t* ctp, io_read_t* msg, iofunc_ocb_t* ocb) {
    const int status = iofunc_read_verify(ctp, msg, ocb, 0);
    if (status != EOK) {
        return status;
    }
    const std::string item = ocb->attr->items->take();
    const size_t size = item.size() < msg->i.nbytes ? item.size() : msg->i.nbytes;
    MsgReply(ctp->rcvid, static_cast<long>(size), item.data(), size);
    return _RESMGR_NOREPLY;
}

int io_write(resmgr_context_t* ctp, io_write_t* msg, iofunc_ocb_t* ocb) {
    const int status = iofunc_write_verify(ctp, msg, ocb, 0);
    Device& sample = *ocb->attr;
    if (status != EOK || sample.items->full()) {
        return status != EOK ? status : ENOSPC;
    }
    std::vector<char> bytes(msg->i.nbytes);
    if (resmgr_msgread(ctp, bytes.data(), bytes.size(), sizeof msg->i) == -1) {
        return errno;
    }
    sample.items->add(std::string(bytes.begin(), bytes.end()));
    if (IOFUNC_NOTIFY_INPUT_CHECK(sample.notify, sample.items->count(), 1)) {
        iofunc_notify_trigger(sample.notify, sample.items->count(), IOFUNC_NOTIFY_INPUT);
    }
    _IO_SET_WRITE_NBYTES(ctp, msg->i.nbytes);
    return EOK;
}

int io_notify(resmgr_context_t* ctp, io_notify_t* msg, iofunc_ocb_t* ocb) {
    unsigned met = _NOTIFY_COND_OUTPUT;
    if (ocb->attr->items->count() > 0) {
        met |= _NOTIFY_COND_INPUT;
    }
    return iofunc_notify(ctp, msg, ocb->attr->notify, static_cast<int>(met), 0, 0);
}

}  // namespace

int main(int argc, char** argv) {
    dispatch_t* const dpp = dispatch_create();
    if (argc != 2 || dpp == 0) {
        slog2c(0, 0, SLOG2_ERROR, "usage: sample_device_cxx PATH");
        return EXIT_FAILURE;
    }
    static resmgr_connect_funcs_t connect_funcs;
    static resmgr_io_funcs_t io_funcs;
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_funcs, _RESMGR_IO_NFUNCS, &io_funcs);
    io_funcs.read = io_read;
    io_funcs.write = io_write;
    io_funcs.notify = io_notify;
    iofunc_attr_init(&device.attr, S_IFNAM | 0666, 0, 0);
    IOFUNC_NOTIFY_INIT(device.notify);
    device.items = new Items;
    if (resmgr_attach(dpp, 0, argv[1], _FTYPE_ANY, 0, &connect_funcs, &io_funcs, &device) == -1) {
        std::perror(argv[1]);
        return EXIT_FAILURE;
    }
    std::puts("attached");
    std::fflush(stdout);
    dispatch_context_t* ctp = dispatch_context_alloc(dpp);
    for (;;) {
        if ((ctp = dispatch_block(ctp)) == 0) {
            return EXIT_FAILURE;
        }
        dispatch_handler(ctp);
    }
}
