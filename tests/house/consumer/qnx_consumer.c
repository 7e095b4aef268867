// A QNX program from outside, in C: what it sets up is there, and waits for its time.
#include <atomic.h>
#include <errno.h>
#include <stdio.h>
#include <sys/iofunc.h>

#include <secpol/secpol.h>
#include <sys/dispatch.h>
#include <sys/procmgr.h>
#include <sys/slog2.h>

#if __QNX__ < 700 || !defined(__QNXNTO__) || _NTO_VERSION != 710
#error "the flags of the package say what sources for QNX ask for"
#endif

int main(void) {
    resmgr_connect_funcs_t connect_funcs;
    resmgr_io_funcs_t io_funcs;
    iofunc_attr_t attr;
    struct timespec soon = {0, 1};
    dispatch_t* dpp = dispatch_create();
    dispatch_context_t* ctp = dpp == NULL ? NULL : dispatch_context_alloc(dpp);
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_funcs, _RESMGR_IO_NFUNCS, &io_funcs);
    iofunc_attr_init(&attr, S_IFCHR | 0666, NULL, NULL);
    if (ctp == NULL || io_funcs.read == NULL || dispatch_timeout(dpp, &soon) != 0 ||
        procmgr_ability(0, PROCMGR_AID_EOL) != EOK || dispatch_block(ctp) != ctp ||
        ctp->resmgr_context.rcvid != -1) {
        return 1;
    }
    dispatch_context_free(ctp);
    dispatch_destroy(dpp);
    puts("qnx: waited for nothing, in time");
    return 0;
}
