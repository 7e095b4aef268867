// A QNX resource manager with a pool of threads: a clock, of which a read tells the time as text.
// The first read of each open file is answered at once, the next ones at the next tick, as in
// `cat`. A number that is written sets the milliseconds from tick to tick. Started as `time_device
// PATH [MILLISECONDS]`.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/neutrino.h>
#include <time.h>

struct clock_ocb;
#define IOFUNC_OCB_T struct clock_ocb
#include <sys/iofunc.h>

#define THREAD_POOL_PARAM_T dispatch_context_t
#include <sys/dispatch.h>

// Each open file knows the last tick that it was told, and who waits there for the next one.
struct clock_ocb {
    iofunc_ocb_t ocb;
    unsigned long told;
};

struct Reader {
    struct Reader* next;
    struct clock_ocb* ocb;
    int rcvid;
};

// With the attribute locked, as the functions of the tables are called.
static iofunc_attr_t attr;
static struct Reader* readers;
static unsigned long ticks = 1;
static timer_t timer;

static struct clock_ocb* ocb_calloc(resmgr_context_t* ctp, iofunc_attr_t* attribute) {
    (void)ctp, (void)attribute;
    return calloc(1, sizeof(struct clock_ocb));
}

static void ocb_free(struct clock_ocb* ocb) {
    free(ocb);
}

static int set_interval(unsigned long milliseconds) {
    if (milliseconds == 0 || milliseconds > 1000UL * 60 * 60 * 24) {
        return EINVAL;
    }
    struct itimerspec often;
    often.it_value.tv_sec = (time_t)(milliseconds / 1000);
    often.it_value.tv_nsec = (long)(milliseconds % 1000) * 1000000;
    often.it_interval = often.it_value;
    return timer_settime(timer, 0, &often, NULL) == -1 ? errno : EOK;
}

static void tell_time(int rcvid, struct clock_ocb* ocb) {
    char text[64];
    time_t now = time(NULL);
    struct tm parts;
    size_t length = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S\n", localtime_r(&now, &parts));
    ocb->told = ticks;
    MsgReply(rcvid, (long)length, text, length);
}

static int on_tick(message_context_t* ctp, int code, unsigned flags, void* handle) {
    (void)ctp, (void)code, (void)flags, (void)handle;
    iofunc_attr_lock(&attr);
    ticks++;
    while (readers != NULL) {
        struct Reader* first = readers;
        readers = first->next;
        tell_time(first->rcvid, first->ocb);
        free(first);
    }
    iofunc_attr_unlock(&attr);
    return 0;
}

static int io_read(resmgr_context_t* ctp, io_read_t* msg, struct clock_ocb* ocb) {
    int nonblock = 0;
    int status = iofunc_read_verify(ctp, msg, &ocb->ocb, &nonblock);
    if (status != EOK) {
        return status;
    }
    if ((msg->i.xtype & _IO_XTYPE_MASK) != _IO_XTYPE_NONE) {
        return ENOSYS;
    }
    if (ocb->told == 0) {
        tell_time(ctp->rcvid, ocb);
        return _RESMGR_NOREPLY;
    }
    if (nonblock) {
        return EAGAIN;
    }
    struct Reader* reader = malloc(sizeof *reader);
    if (reader == NULL) {
        return ENOMEM;
    }
    reader->rcvid = ctp->rcvid;
    reader->ocb = ocb;
    reader->next = readers;
    readers = reader;
    return _RESMGR_NOREPLY;
}

static int io_write(resmgr_context_t* ctp, io_write_t* msg, struct clock_ocb* ocb) {
    int status = iofunc_write_verify(ctp, msg, &ocb->ocb, NULL);
    if (status != EOK) {
        return status;
    }
    char text[16] = "";
    if (msg->i.nbytes >= sizeof text) {
        return EINVAL;
    }
    if (resmgr_msgread(ctp, text, msg->i.nbytes, sizeof msg->i) == -1) {
        return errno;
    }
    _IO_SET_WRITE_NBYTES(ctp, msg->i.nbytes);
    return set_interval(strtoul(text, NULL, 10));
}

// A reader that is interrupted does not wait any more.
static int io_unblock(resmgr_context_t* ctp, io_pulse_t* msg, struct clock_ocb* ocb) {
    for (struct Reader** link = &readers; *link != NULL; link = &(*link)->next) {
        struct Reader* reader = *link;
        if (reader->rcvid == ctp->rcvid) {
            *link = reader->next;
            free(reader);
            return EINTR;
        }
    }
    return iofunc_unblock_default(ctp, msg, &ocb->ocb);
}

static int serve(dispatch_t* dpp, const char* path) {
    static resmgr_connect_funcs_t connect_funcs;
    static resmgr_io_funcs_t io_funcs;
    static iofunc_funcs_t ocb_funcs;
    static iofunc_mount_t mount;
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_funcs, _RESMGR_IO_NFUNCS, &io_funcs);
    io_funcs.read = io_read;
    io_funcs.write = io_write;
    io_funcs.unblock = io_unblock;
    ocb_funcs.nfuncs = _IOFUNC_NFUNCS;
    ocb_funcs.ocb_calloc = ocb_calloc;
    ocb_funcs.ocb_free = ocb_free;
    mount.funcs = &ocb_funcs;
    iofunc_attr_init(&attr, S_IFCHR | 0666, NULL, NULL);
    attr.mount = &mount;
    return resmgr_attach(dpp, NULL, path, _FTYPE_ANY, 0, &connect_funcs, &io_funcs, &attr);
}

static int start_to_tick(dispatch_t* dpp, unsigned long milliseconds) {
    int code = pulse_attach(dpp, MSG_FLAG_ALLOC_PULSE, 0, on_tick, NULL);
    int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    if (code == -1 || coid == -1) {
        return errno;
    }
    struct sigevent event;
    SIGEV_PULSE_INIT(&event, coid, SIGEV_PULSE_PRIO_INHERIT, code, NULL);
    return timer_create(CLOCK_MONOTONIC, &event, &timer) == -1 ? errno : set_interval(milliseconds);
}

static thread_pool_t* make_pool(dispatch_t* dpp) {
    thread_pool_attr_t pool;
    memset(&pool, 0, sizeof pool);
    pool.handle = dpp;
    pool.context_alloc = dispatch_context_alloc;
    pool.context_free = dispatch_context_free;
    pool.block_func = dispatch_block;
    pool.unblock_func = dispatch_unblock;
    pool.handler_func = dispatch_handler;
    pool.lo_water = 2;
    pool.hi_water = 4;
    pool.increment = 1;
    pool.maximum = 8;
    return thread_pool_create(&pool, POOL_FLAG_USE_SELF);
}

int main(int argc, char** argv) {
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: %s PATH [MILLISECONDS]\n", argv[0]);
        return EXIT_FAILURE;
    }
    dispatch_t* dpp = dispatch_create();
    if (dpp == NULL || serve(dpp, argv[1]) == -1) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    int error = start_to_tick(dpp, argc == 3 ? strtoul(argv[2], NULL, 10) : 1000);
    if (error != EOK) {
        fprintf(stderr, "timer: %s\n", strerror(error));
        return EXIT_FAILURE;
    }
    thread_pool_t* pool = make_pool(dpp);
    if (pool == NULL) {
        perror("thread_pool_create");
        return EXIT_FAILURE;
    }
    puts("attached");
    fflush(stdout);
    thread_pool_start(pool);
    return EXIT_SUCCESS;
}
