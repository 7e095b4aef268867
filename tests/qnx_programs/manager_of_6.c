// A manager in the spellings of QNX 6: the count of reads, as text. Started as PROGRAM PATH.
#include <atomic.h>
#include <errno.h>
#include <share.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/iofunc.h>

#include <sys/dispatch.h>
#include <sys/procmgr.h>
#include <sys/slog.h>
#include <sys/slogcodes.h>
#include <unistd.h>

#ifdef __USAGE
% C - counts
#endif

#if !defined(__QNXNTO__) || _NTO_VERSION >= 700
#error "this is for 6.x"
#endif

    static volatile unsigned reads;

static int io_read(resmgr_context_t* ctp, io_read_t* msg, RESMGR_OCB_T* ocb) {
    static char text[16];
    int status;
    int nonblock;
    if ((status = iofunc_read_verify(ctp, msg, ocb, &nonblock)) != EOK) {
        return status;
    }
    if ((msg->i.xtype & _IO_XTYPE_MASK) != _IO_XTYPE_NONE) {
        return ENOSYS;
    }
    itoa((int)atomic_add_value(&reads, 1), text, 10);
    ocb->attr->flags |= IOFUNC_ATTR_ATIME;
    _IO_SET_READ_NBYTES(ctp, strlen(text));
    return _RESMGR_PTR(ctp, text, strlen(text));
}

int main(int argc, char* argv[]) {
    static resmgr_connect_funcs_t connect_funcs;
    static resmgr_io_funcs_t io_funcs;
    static iofunc_attr_t attr;
    resmgr_attr_t rattr;
    dispatch_t* dpp;
    resmgr_context_t* ctp;
    if (argc != 2 || (dpp = dispatch_create()) == NULL) {
        slogf(_SLOG_SETCODE(_SLOGC_TEST, 0), _SLOG_ERROR, "cannot begin");
        return EXIT_FAILURE;
    }
    ThreadCtl(_NTO_TCTL_IO, 0);
    memset(&rattr, 0, sizeof(rattr));
    rattr.nparts_max = 1;
    rattr.msg_max_size = 2048;
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_funcs, _RESMGR_IO_NFUNCS, &io_funcs);
    io_funcs.read = io_read;
    iofunc_attr_init(&attr, S_IFNAM | 0666, 0, 0);
    if (resmgr_attach(dpp, &rattr, argv[1], _FTYPE_ANY, 0, &connect_funcs, &io_funcs, &attr) ==
        -1) {
        perror("resmgr_attach");
        return EXIT_FAILURE;
    }
    resmgr_handle_grow(16);
    if ((ctp = resmgr_context_alloc(dpp)) == NULL) {
        return EXIT_FAILURE;
    }
    puts("attached");
    fflush(stdout);
    if (procmgr_daemon(EXIT_SUCCESS, PROCMGR_DAEMON_NOCLOSE) == -1) {
        return EXIT_FAILURE;
    }
    for (;;) {
        if ((ctp = resmgr_block(ctp)) == NULL) {
            return EXIT_FAILURE;
        }
        resmgr_handler(ctp);
    }
}
