// A QNX resource manager that ticks: a read waits for the next beat, a device command sets the
// tempo, and whoever knows its name pauses it with a pulse. Started as `metronome PATH NAME`;
// nothing in it is Linux's, apart from these arguments.
#include <devctl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/neutrino.h>
#include <time.h>

#include <sys/iofunc.h>

#define THREAD_POOL_PARAM_T dispatch_context_t
#include <sys/dispatch.h>

#include "metronome.h"

#define READERS_MAX 64

static timer_t timer;
static struct metronome_tempo tempo = {.milliseconds = 100};
static int beats;
static int beats_to_skip;

// Who waits for the next beat; the dispatch has one thread, so that nothing here is locked.
static int waiting[READERS_MAX];
static int waiting_count;

static void set_tempo(unsigned milliseconds) {
    struct itimerspec often;
    often.it_value.tv_sec = milliseconds / 1000;
    often.it_value.tv_nsec = (long)(milliseconds % 1000) * 1000000;
    often.it_interval = often.it_value;
    timer_settime(timer, 0, &often, NULL);
    tempo.milliseconds = milliseconds;
}

static int on_beat(message_context_t* ctp, int code, unsigned flags, void* handle) {
    (void)ctp, (void)code, (void)flags, (void)handle;
    if (beats_to_skip > 0) {
        beats_to_skip--;
        return 0;
    }
    beats++;
    for (int at = 0; at < waiting_count; at++) {
        MsgReply(waiting[at], 5, "tick\n", 5);
    }
    waiting_count = 0;
    return 0;
}

static int on_pause(message_context_t* ctp, int code, unsigned flags, void* handle) {
    (void)code, (void)flags, (void)handle;
    beats_to_skip += ctp->msg->pulse.value.sival_int;
    return 0;
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
    if (msg->i.nbytes < 5) {
        return EMSGSIZE;
    }
    if (nonblock || waiting_count == READERS_MAX) {
        return EAGAIN;
    }
    waiting[waiting_count++] = ctp->rcvid;
    return _RESMGR_NOREPLY;
}

// A reader that is interrupted does not wait any more.
static int io_unblock(resmgr_context_t* ctp, io_pulse_t* msg, iofunc_ocb_t* ocb) {
    for (int at = 0; at < waiting_count; at++) {
        if (waiting[at] == ctp->rcvid) {
            waiting[at] = waiting[--waiting_count];
            return EINTR;
        }
    }
    return iofunc_unblock_default(ctp, msg, ocb);
}

static int io_devctl(resmgr_context_t* ctp, io_devctl_t* msg, iofunc_ocb_t* ocb) {
    int status = iofunc_devctl_default(ctp, msg, ocb);
    if (status != _RESMGR_DEFAULT) {
        return status;
    }
    struct metronome_tempo wanted;
    size_t size = 0;
    switch (msg->i.dcmd) {
    case DCMD_METRONOME_SET_TEMPO:
        memcpy(&wanted, _DEVCTL_DATA(msg->i), sizeof wanted);
        if (wanted.milliseconds == 0) {
            return EINVAL;
        }
        set_tempo(wanted.milliseconds);
        break;
    case DCMD_METRONOME_GET_TEMPO:
        memcpy(_DEVCTL_DATA(msg->i), &tempo, sizeof tempo);
        size = sizeof tempo;
        break;
    default:
        return ENOSYS;
    }
    memset(&msg->o, 0, sizeof msg->o);
    msg->o.ret_val = beats;
    msg->o.nbytes = (uint32_t)size;
    return _RESMGR_PTR(ctp, &msg->o, sizeof msg->o + size);
}

// The timer ticks by pulses to the channel that everything else comes to.
static int start_to_tick(dispatch_t* dpp) {
    int code = pulse_attach(dpp, MSG_FLAG_ALLOC_PULSE, 0, on_beat, NULL);
    int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    if (code == -1 || coid == -1) {
        return -1;
    }
    struct sigevent event;
    SIGEV_PULSE_INIT(&event, coid, SIGEV_PULSE_PRIO_INHERIT, code, NULL);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) == -1) {
        return -1;
    }
    set_tempo(tempo.milliseconds);
    return 0;
}

static int serve(dispatch_t* dpp, const char* path) {
    static resmgr_connect_funcs_t connect_funcs;
    static resmgr_io_funcs_t io_funcs;
    static iofunc_attr_t attr;
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_funcs, _RESMGR_IO_NFUNCS, &io_funcs);
    io_funcs.read = io_read;
    io_funcs.unblock = io_unblock;
    io_funcs.devctl = io_devctl;
    iofunc_attr_init(&attr, S_IFCHR | 0666, NULL, NULL);
    return resmgr_attach(dpp, NULL, path, _FTYPE_ANY, 0, &connect_funcs, &io_funcs, &attr);
}

int main(int argc, char** argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s PATH NAME\n", argv[0]);
        return EXIT_FAILURE;
    }
    dispatch_t* dpp = dispatch_create();
    if (dpp == NULL || serve(dpp, argv[1]) == -1) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    if (name_attach(dpp, argv[2], 0) == NULL ||
        pulse_attach(dpp, 0, METRONOME_PAUSE, on_pause, NULL) == -1) {
        perror(argv[2]);
        return EXIT_FAILURE;
    }
    if (start_to_tick(dpp) == -1) {
        perror("timer");
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
