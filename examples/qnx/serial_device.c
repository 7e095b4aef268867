// A QNX resource manager like a serial line that ends where it began: what is written can be read,
// in bytes. Reads and writes wait, or do not with O_NONBLOCK; device commands set from how many
// bytes on there is input, send a byte out of band, and hang up. Started as `serial_device PATH`.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct serial_attr;
#define IOFUNC_ATTR_T struct serial_attr
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include "serial_device.h"

#define WAITING_MAX 64
#define CONDITIONS 7

// Who waits to read or to write; `size` is how much.
struct Waiting {
    int rcvid[WAITING_MAX];
    size_t size[WAITING_MAX];
    int count;
};

struct serial_attr {
    iofunc_attr_t attr;
    iofunc_notify_t notify[CONDITIONS];  // more than the three of the classic kind
    char bytes[SERIAL_ROOM];
    size_t first;
    size_t queued;
    uint32_t threshold;
    int urgent;  // or -1
    int hung_up;
    struct Waiting readers;
    struct Waiting writers;
};

static struct serial_attr serial;

static void remove_waiting(struct Waiting* waiting, int at) {
    int behind = waiting->count - at - 1;
    memmove(waiting->rcvid + at, waiting->rcvid + at + 1, sizeof(int) * (size_t)behind);
    memmove(waiting->size + at, waiting->size + at + 1, sizeof(size_t) * (size_t)behind);
    waiting->count--;
}

static int wait_in(struct Waiting* waiting, resmgr_context_t* ctp, size_t size, int nonblock) {
    if (nonblock || waiting->count == WAITING_MAX) {
        return EAGAIN;
    }
    waiting->rcvid[waiting->count] = ctp->rcvid;
    waiting->size[waiting->count++] = size;
    return _RESMGR_NOREPLY;
}

// Answers a reader with what there is, in the two pieces that the ring may have.
static void answer_read(int rcvid, size_t size) {
    size_t taken = size < serial.queued ? size : serial.queued;
    size_t to_end = SERIAL_ROOM - serial.first;
    iov_t parts[2];
    SETIOV(parts + 0, serial.bytes + serial.first, taken < to_end ? taken : to_end);
    SETIOV(parts + 1, serial.bytes, taken < to_end ? 0 : taken - to_end);
    serial.first = (serial.first + taken) % SERIAL_ROOM;
    serial.queued -= taken;
    MsgReplyv(rcvid, (long)taken, parts, 2);
}

// Takes what there is room for out of a writer's message.
static size_t take_write(int rcvid, size_t size) {
    size_t room = SERIAL_ROOM - serial.queued;
    size_t taken = size < room ? size : room;
    size_t end = (serial.first + serial.queued) % SERIAL_ROOM;
    size_t to_end = SERIAL_ROOM - end;
    iov_t parts[2];
    SETIOV(parts + 0, serial.bytes + end, taken < to_end ? taken : to_end);
    SETIOV(parts + 1, serial.bytes, taken < to_end ? 0 : taken - to_end);
    MsgReadv(rcvid, parts, 2, sizeof(io_write_t));
    serial.queued += taken;
    return taken;
}

// Whoever waits goes on as far as there are bytes and room, and then those are told who asked for
// it.
static void go_on(void) {
    int changed = 1;
    while (changed) {
        changed = 0;
        if (serial.readers.count > 0 && (serial.queued > 0 || serial.hung_up)) {
            answer_read(serial.readers.rcvid[0], serial.readers.size[0]);
            remove_waiting(&serial.readers, 0);
            changed = 1;
        }
        if (serial.writers.count > 0 && (serial.queued < SERIAL_ROOM || serial.hung_up)) {
            int rcvid = serial.writers.rcvid[0];
            size_t size = serial.writers.size[0];
            remove_waiting(&serial.writers, 0);
            if (serial.hung_up) {
                MsgError(rcvid, EIO);
            } else {
                MsgReply(rcvid, (long)take_write(rcvid, size), NULL, 0);
            }
            changed = 1;
        }
    }
    iofunc_notify_trigger(serial.notify, (int)serial.queued, IOFUNC_NOTIFY_INPUT);
    iofunc_notify_trigger(serial.notify, (int)(SERIAL_ROOM - serial.queued), IOFUNC_NOTIFY_OUTPUT);
}

static int io_read(resmgr_context_t* ctp, io_read_t* msg, iofunc_ocb_t* ocb) {
    int nonblock = 0;
    int status = iofunc_read_verify(ctp, msg, ocb, &nonblock);
    if (status != EOK) {
        return status;
    }
    if ((msg->i.xtype & _IO_XTYPE_MASK) != _IO_XTYPE_NONE) {
        return ENOSYS;
    }
    if (serial.queued == 0 && !serial.hung_up) {
        return wait_in(&serial.readers, ctp, msg->i.nbytes, nonblock);
    }
    answer_read(ctp->rcvid, msg->i.nbytes);
    serial.attr.flags |= IOFUNC_ATTR_ATIME;
    go_on();
    return _RESMGR_NOREPLY;
}

static int io_write(resmgr_context_t* ctp, io_write_t* msg, iofunc_ocb_t* ocb) {
    int nonblock = 0;
    int status = iofunc_write_verify(ctp, msg, ocb, &nonblock);
    if (status != EOK) {
        return status;
    }
    if ((msg->i.xtype & _IO_XTYPE_MASK) != _IO_XTYPE_NONE) {
        return ENOSYS;
    }
    if (serial.hung_up) {
        return EIO;
    }
    if (serial.queued == SERIAL_ROOM) {
        return wait_in(&serial.writers, ctp, msg->i.nbytes, nonblock);
    }
    MsgReply(ctp->rcvid, (long)take_write(ctp->rcvid, msg->i.nbytes), NULL, 0);
    serial.attr.flags |= IOFUNC_ATTR_MTIME | IOFUNC_ATTR_CTIME;
    go_on();
    return _RESMGR_NOREPLY;
}

static int io_unblock(resmgr_context_t* ctp, io_pulse_t* msg, iofunc_ocb_t* ocb) {
    struct Waiting* const both[] = {&serial.readers, &serial.writers};
    for (int which = 0; which < 2; which++) {
        for (int at = 0; at < both[which]->count; at++) {
            if (both[which]->rcvid[at] == ctp->rcvid) {
                remove_waiting(both[which], at);
                return EINTR;
            }
        }
    }
    return iofunc_unblock_default(ctp, msg, ocb);
}

static int io_notify(resmgr_context_t* ctp, io_notify_t* msg, iofunc_ocb_t* ocb) {
    (void)ocb;
    unsigned met = _NOTIFY_COND_EXTEN;
    met |= serial.queued >= serial.threshold || serial.hung_up ? _NOTIFY_CONDE_RDNORM : 0;
    met |= serial.queued < SERIAL_ROOM ? _NOTIFY_CONDE_WRNORM : 0;
    met |= serial.urgent >= 0 ? _NOTIFY_CONDE_RDBAND | _NOTIFY_CONDE_PRI : 0;
    met |= serial.hung_up ? _NOTIFY_CONDE_HUP : 0;
    const int counts[CONDITIONS] = {(int)serial.threshold, 1, 1, 1, 1, 1, 1};
    int armed = CONDITIONS;
    return iofunc_notify(ctp, msg, serial.notify, (int)met, counts, &armed);
}

static int hang_up(void) {
    serial.hung_up = 1;
    go_on();
    iofunc_notify_trigger(serial.notify, SERIAL_ROOM, IOFUNC_NOTIFY_RDNORM);
    iofunc_notify_trigger(serial.notify, 1, IOFUNC_NOTIFY_HUP);
    return EOK;
}

static int send_urgent(const void* data) {
    serial.urgent = *(const uint8_t*)data;
    iofunc_notify_trigger(serial.notify, 1, IOFUNC_NOTIFY_RDBAND);
    iofunc_notify_trigger(serial.notify, 1, IOFUNC_NOTIFY_PRI);
    return EOK;
}

static int set_threshold(const void* data) {
    uint32_t threshold;
    memcpy(&threshold, data, sizeof threshold);
    if (threshold == 0 || threshold > SERIAL_ROOM) {
        return EINVAL;
    }
    serial.threshold = threshold;
    return EOK;
}

static int io_devctl(resmgr_context_t* ctp, io_devctl_t* msg, iofunc_ocb_t* ocb) {
    int status = iofunc_devctl_default(ctp, msg, ocb);
    if (status != _RESMGR_DEFAULT) {
        return status;
    }
    void* data = _DEVCTL_DATA(msg->i);
    struct serial_state state;
    size_t size = 0;
    switch (msg->i.dcmd) {
    case DCMD_SERIAL_THRESHOLD:
        return set_threshold(data);
    case DCMD_SERIAL_SEND_URGENT:
        return send_urgent(data);
    case DCMD_SERIAL_HANG_UP:
        return hang_up();
    case DCMD_SERIAL_STATE:
        state.queued = (uint32_t)serial.queued;
        state.threshold = serial.threshold;
        state.hung_up = (uint32_t)serial.hung_up;
        size = sizeof state;
        memcpy(data, &state, size);
        break;
    case DCMD_SERIAL_TAKE_URGENT:
        if (serial.urgent < 0) {
            return EAGAIN;
        }
        size = sizeof(uint8_t);
        *(uint8_t*)data = (uint8_t)serial.urgent;
        serial.urgent = -1;
        break;
    default:
        return ENOSYS;
    }
    memset(&msg->o, 0, sizeof msg->o);
    msg->o.nbytes = (uint32_t)size;
    return _RESMGR_PTR(ctp, &msg->o, sizeof msg->o + size);
}

static int io_close_dup(resmgr_context_t* ctp, io_close_t* msg, iofunc_ocb_t* ocb) {
    iofunc_notify_remove_strict(ctp, serial.notify, CONDITIONS);
    return iofunc_close_dup_default(ctp, msg, ocb);
}

static int serve(dispatch_t* dpp, const char* path) {
    static resmgr_connect_funcs_t connect_funcs;
    static resmgr_io_funcs_t io_funcs;
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_funcs, _RESMGR_IO_NFUNCS, &io_funcs);
    io_funcs.read = io_read;
    io_funcs.write = io_write;
    io_funcs.unblock = io_unblock;
    io_funcs.notify = io_notify;
    io_funcs.devctl = io_devctl;
    io_funcs.close_dup = io_close_dup;
    iofunc_attr_init(&serial.attr, S_IFCHR | 0666, NULL, NULL);
    for (int condition = 0; condition < CONDITIONS; condition++) {
        serial.notify[condition].cnt = INT_MAX;
    }
    serial.threshold = 1;
    serial.urgent = -1;
    return resmgr_attach(dpp, NULL, path, _FTYPE_ANY, 0, &connect_funcs, &io_funcs, &serial);
}

int main(int argc, char** argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s PATH\n", argv[0]);
        return EXIT_FAILURE;
    }
    dispatch_t* dpp = dispatch_create();
    if (dpp == NULL || serve(dpp, argv[1]) == -1) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    puts("attached");
    fflush(stdout);
    dispatch_context_t* ctp = dispatch_context_alloc(dpp);
    while (dispatch_block(ctp) != NULL) {
        dispatch_handler(ctp);
    }
    perror("dispatch_block");
    return EXIT_FAILURE;
}
