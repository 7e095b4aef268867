// A manager in the spellings of QNX 8.0: the count of reads, as text. Started as PROGRAM PATH.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/iofunc.h>

#include <secpol/secpol.h>
#include <sys/dispatch.h>

#if __QNX__ < 800
#error "this is for 8.x"
#endif
#if !defined(__RCVID_T_SIZE)
typedef int rcvid_t;
#endif

static unsigned reads;

static int counter_read(resmgr_context_t* ctp, io_read_t* msg, iofunc_ocb_t* ocb) {
    static char text[16];
    const rcvid_t rcvid = ctp->rcvid;
    const int rc = iofunc_read_verify(ctp, msg, ocb, NULL);
    if (rc != EOK) {
        return rc;
    }
    utoa(reads++, text, 10);
    if (MsgReply(rcvid, (long)strlen(text), text, strlen(text)) == -1) {
        return errno;
    }
    return _RESMGR_NOREPLY;
}

int main(int argc, char** argv) {
    static resmgr_connect_funcs_t connect_funcs = {0};
    static resmgr_io_funcs_t io_funcs = {0};
    static iofunc_attr_t attr;
    resmgr_attr_t resmgr_attr = {0};
    dispatch_t* const dpp = dispatch_create();
    if (argc != 2 || dpp == NULL) {
        return EXIT_FAILURE;
    }
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_funcs, _RESMGR_IO_NFUNCS, &io_funcs);
    io_funcs.read = counter_read;
    iofunc_attr_init(&attr, S_IFCHR | 0444, NULL, NULL);
    if (secpol_resmgr_attach(NULL, dpp, &resmgr_attr, argv[1], _FTYPE_ANY, 0, &connect_funcs,
                             &io_funcs, &attr, NULL) == -1) {
        perror("secpol_resmgr_attach");
        return EXIT_FAILURE;
    }
    if (secpol_transition_type(NULL, NULL, 0) != 0) {
        return EXIT_FAILURE;
    }
    const int chid = ChannelCreate(_NTO_CHF_PRIVATE);
    const int coid = ConnectAttach(0, 0, chid, _NTO_SIDE_CHANNEL, _NTO_COF_NOINHERIT);
    union sigval value;
    value.sival_long = 5;
    struct sigevent event;
    SIGEV_PULSE_PTR_INIT(&event, coid, 10, 1, value.sival_long);
    dispatch_context_t* const ctp = dispatch_context_alloc(dpp);
    puts(coid == -1 ? "no connection" : "attached");
    fflush(stdout);
    for (;;) {
        if (dispatch_block(ctp) != NULL) {
            dispatch_handler(ctp);
        }
    }
}
