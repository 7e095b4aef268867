// A QNX resource manager that is the client of another one, or of anything with a descriptor: what
// comes from there is handed on in capitals. Started as `chained_manager PATH DEVICE`.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/iofunc.h>

#include <sys/dispatch.h>

#define ROOM 4096
#define READERS_MAX 64

static iofunc_attr_t attr;
static iofunc_notify_t notify[3];
static char text[ROOM];
static size_t queued;
static int ended;

static dispatch_t* dpp;
static int device;
static int listens;

static int readers[READERS_MAX];
static size_t wanted[READERS_MAX];
static int reader_count;

static void hand_out(int rcvid, size_t size) {
    size_t taken = size < queued ? size : queued;
    MsgReply(rcvid, (long)taken, text, taken);
    queued -= taken;
    memmove(text, text + taken, queued);
}

// The device has something, or has ended. What there is no room for stays there.
static int on_input(select_context_t* ctp, int fd, unsigned flags, void* handle) {
    (void)ctp, (void)flags, (void)handle;
    ssize_t size = read(fd, text + queued, ROOM - queued);
    if (size == 0 || (size == -1 && errno != EAGAIN && errno != EINTR)) {
        ended = 1;
    }
    for (ssize_t at = 0; at < size; at++) {
        text[queued + (size_t)at] = (char)toupper((unsigned char)text[queued + (size_t)at]);
    }
    queued += size > 0 ? (size_t)size : 0;
    while (reader_count > 0 && (queued > 0 || ended)) {
        hand_out(readers[0], wanted[0]);
        reader_count--;
        memmove(readers, readers + 1, sizeof *readers * (size_t)reader_count);
        memmove(wanted, wanted + 1, sizeof *wanted * (size_t)reader_count);
    }
    iofunc_notify_trigger(notify, ended ? ROOM : (int)queued, IOFUNC_NOTIFY_INPUT);
    if (ended || queued == ROOM) {
        listens = 0;
        return select_detach(dpp, fd);
    }
    return 0;
}

// As long as there is room for what it brings.
static int listen_to_device(void) {
    if (listens || ended || queued == ROOM) {
        return 0;
    }
    select_attr_t select_attr;
    memset(&select_attr, 0, sizeof select_attr);
    listens = 1;
    return select_attach(dpp, &select_attr, device, SELECT_FLAG_READ | SELECT_FLAG_REARM, on_input,
                         NULL);
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
    if (queued > 0 || ended) {
        hand_out(ctp->rcvid, msg->i.nbytes);
        listen_to_device();
        return _RESMGR_NOREPLY;
    }
    if (nonblock || reader_count == READERS_MAX) {
        return EAGAIN;
    }
    readers[reader_count] = ctp->rcvid;
    wanted[reader_count++] = msg->i.nbytes;
    return _RESMGR_NOREPLY;
}

static int io_unblock(resmgr_context_t* ctp, io_pulse_t* msg, iofunc_ocb_t* ocb) {
    for (int at = 0; at < reader_count; at++) {
        if (readers[at] == ctp->rcvid) {
            readers[at] = readers[--reader_count];
            wanted[at] = wanted[reader_count];
            return EINTR;
        }
    }
    return iofunc_unblock_default(ctp, msg, ocb);
}

static int io_notify(resmgr_context_t* ctp, io_notify_t* msg, iofunc_ocb_t* ocb) {
    (void)ocb;
    unsigned met = queued > 0 || ended ? _NOTIFY_COND_INPUT : 0;
    return iofunc_notify(ctp, msg, notify, (int)met, NULL, NULL);
}

static int io_close_dup(resmgr_context_t* ctp, io_close_t* msg, iofunc_ocb_t* ocb) {
    iofunc_notify_remove(ctp, notify);
    return iofunc_close_dup_default(ctp, msg, ocb);
}

static int serve(const char* path) {
    static resmgr_connect_funcs_t connect_funcs;
    static resmgr_io_funcs_t io_funcs;
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_funcs, _RESMGR_IO_NFUNCS, &io_funcs);
    io_funcs.read = io_read;
    io_funcs.unblock = io_unblock;
    io_funcs.notify = io_notify;
    io_funcs.close_dup = io_close_dup;
    iofunc_attr_init(&attr, S_IFCHR | 0444, NULL, NULL);
    IOFUNC_NOTIFY_INIT(notify);
    return resmgr_attach(dpp, NULL, path, _FTYPE_ANY, 0, &connect_funcs, &io_funcs, &attr);
}

int main(int argc, char** argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s PATH DEVICE\n", argv[0]);
        return EXIT_FAILURE;
    }
    dpp = dispatch_create();
    if (dpp == NULL || serve(argv[1]) == -1) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    device = open(argv[2], O_RDONLY | O_NONBLOCK);
    if (device == -1 || listen_to_device() == -1) {
        perror(argv[2]);
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
