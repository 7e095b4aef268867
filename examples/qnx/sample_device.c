// A QNX resource manager with notification: a device that hands on what is written to it, item by
// item. Started as `sample_device PATH`; nothing in it is Linux's, apart from that argument.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sample_attr;
#define IOFUNC_ATTR_T struct sample_attr
#include <sys/iofunc.h>

#define THREAD_POOL_PARAM_T dispatch_context_t
#include <sys/dispatch.h>

struct Item {
    struct Item* next;
    size_t size;
    char data[];
};

struct sample_attr {
    iofunc_attr_t attr;
    iofunc_notify_t notify[3];
    struct Item* first;
    struct Item** end;
    int item_count;
};

static struct sample_attr device;

static int io_read(resmgr_context_t* ctp, io_read_t* msg, iofunc_ocb_t* ocb) {
    struct sample_attr* sample = ocb->attr;
    int status = iofunc_read_verify(ctp, msg, ocb, NULL);
    if (status != EOK) {
        return status;
    }
    if ((msg->i.xtype & _IO_XTYPE_MASK) != _IO_XTYPE_NONE) {
        return ENOSYS;
    }
    struct Item* item = sample->first;
    if (item == NULL) {
        _IO_SET_READ_NBYTES(ctp, 0);
        return _RESMGR_NPARTS(0);
    }
    size_t size = item->size < msg->i.nbytes ? item->size : msg->i.nbytes;
    MsgReply(ctp->rcvid, (long)size, item->data, size);
    sample->first = item->next;
    if (sample->first == NULL) {
        sample->end = &sample->first;
    }
    sample->item_count--;
    free(item);
    sample->attr.flags |= IOFUNC_ATTR_ATIME;
    return _RESMGR_NOREPLY;
}

static int io_write(resmgr_context_t* ctp, io_write_t* msg, iofunc_ocb_t* ocb) {
    struct sample_attr* sample = ocb->attr;
    int status = iofunc_write_verify(ctp, msg, ocb, NULL);
    if (status != EOK) {
        return status;
    }
    if ((msg->i.xtype & _IO_XTYPE_MASK) != _IO_XTYPE_NONE) {
        return ENOSYS;
    }
    struct Item* item = malloc(sizeof *item + msg->i.nbytes);
    if (item == NULL) {
        return ENOMEM;
    }
    item->next = NULL;
    item->size = msg->i.nbytes;
    if (resmgr_msgread(ctp, item->data, item->size, sizeof msg->i) == -1) {
        free(item);
        return errno;
    }
    *sample->end = item;
    sample->end = &item->next;
    int was_empty = sample->item_count++ == 0;
    if (IOFUNC_NOTIFY_INPUT_CHECK(sample->notify, sample->item_count, was_empty)) {
        iofunc_notify_trigger(sample->notify, sample->item_count, IOFUNC_NOTIFY_INPUT);
    }
    _IO_SET_WRITE_NBYTES(ctp, msg->i.nbytes);
    sample->attr.flags |= IOFUNC_ATTR_MTIME | IOFUNC_ATTR_CTIME;
    return _RESMGR_NPARTS(0);
}

static int io_notify(resmgr_context_t* ctp, io_notify_t* msg, iofunc_ocb_t* ocb) {
    struct sample_attr* sample = ocb->attr;
    unsigned met = _NOTIFY_COND_OUTPUT;  // clients can always give us data
    if (sample->item_count > 0) {
        met |= _NOTIFY_COND_INPUT;
    }
    return iofunc_notify(ctp, msg, sample->notify, (int)met, NULL, NULL);
}

static int io_close_dup(resmgr_context_t* ctp, io_close_t* msg, iofunc_ocb_t* ocb) {
    struct sample_attr* sample = ocb->attr;
    iofunc_notify_trigger_strict(ctp, sample->notify, INT_MAX, IOFUNC_NOTIFY_INPUT);
    iofunc_notify_trigger_strict(ctp, sample->notify, INT_MAX, IOFUNC_NOTIFY_OUTPUT);
    iofunc_notify_trigger_strict(ctp, sample->notify, INT_MAX, IOFUNC_NOTIFY_OBAND);
    iofunc_notify_remove(ctp, sample->notify);
    return iofunc_close_dup_default(ctp, msg, ocb);
}

int main(int argc, char** argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s PATH\n", argv[0]);
        return EXIT_FAILURE;
    }
    dispatch_t* dpp = dispatch_create();
    if (dpp == NULL) {
        perror("dispatch_create");
        return EXIT_FAILURE;
    }
    static resmgr_connect_funcs_t connect_funcs;
    static resmgr_io_funcs_t io_funcs;
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_funcs, _RESMGR_IO_NFUNCS, &io_funcs);
    io_funcs.read = io_read;
    io_funcs.write = io_write;
    io_funcs.notify = io_notify;
    io_funcs.close_dup = io_close_dup;

    iofunc_attr_init(&device.attr, S_IFNAM | 0666, NULL, NULL);
    IOFUNC_NOTIFY_INIT(device.notify);
    device.end = &device.first;

    resmgr_attr_t resmgr_attr;
    memset(&resmgr_attr, 0, sizeof resmgr_attr);
    resmgr_attr.nparts_max = 1;
    resmgr_attr.msg_max_size = 2048;
    if (resmgr_attach(dpp, &resmgr_attr, argv[1], _FTYPE_ANY, 0, &connect_funcs, &io_funcs,
                      &device) == -1) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    puts("attached");
    fflush(stdout);

    dispatch_context_t* ctp = dispatch_context_alloc(dpp);
    while (1) {
        if (dispatch_block(ctp) == NULL) {
            perror("dispatch_block");
            return EXIT_FAILURE;
        }
        dispatch_handler(ctp);
    }
}
