// A manager in the spellings of QNX 7.1: the count of reads, as text. Started as PROGRAM PATH.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct counter;
#define IOFUNC_ATTR_T struct counter
#include <sys/iofunc.h>

#define THREAD_POOL_PARAM_T dispatch_context_t
#include <sys/dispatch.h>
#include <sys/procmgr.h>
#include <sys/slog2.h>

#if __QNX__ < 700 || __QNX__ >= 800
#error "this is for 7.x"
#endif

typedef struct counter {
    iofunc_attr_t attr;
    uint64_t reads;
} counter_t;

static int counter_read(resmgr_context_t* const ctp, io_read_t* const msg,
                        RESMGR_OCB_T* const ocb) {
    char text[24];
    const int rc = iofunc_read_verify(ctp, msg, ocb, NULL);
    if (rc != EOK) {
        return rc;
    }
    if ((msg->i.xtype & _IO_XTYPE_MASK) != _IO_XTYPE_NONE) {
        return ENOSYS;
    }
    snprintf(text, sizeof(text), "%" PRIu64, ocb->attr->reads++);
    if (MsgReply(ctp->rcvid, (long)strlen(text), text, strlen(text)) == -1) {
        slog2f(NULL, 0, SLOG2_ERROR, "MsgReply: %s", strerror(errno));
    }
    return _RESMGR_NOREPLY;
}

static void begin_log(void) {
    slog2_buffer_set_config_t config;
    slog2_buffer_t buffer;
    memset(&config, 0, sizeof(config));
    config.num_buffers = 1;
    config.buffer_set_name = "counter";
    config.verbosity_level = SLOG2_INFO;
    config.buffer_config[0].buffer_name = "main";
    config.buffer_config[0].num_pages = 7;
    if (slog2_register(&config, &buffer, 0) == 0) {
        (void)slog2_set_default_buffer(buffer);
    }
}

int main(int argc, char** argv) {
    static resmgr_connect_funcs_t connect_funcs;
    static resmgr_io_funcs_t io_funcs;
    static counter_t counter;
    begin_log();
    dispatch_t* const dpp = dispatch_create();
    if (argc != 2 || dpp == NULL) {
        slog2c(NULL, 0, SLOG2_CRITICAL, "cannot begin");
        return EXIT_FAILURE;
    }
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_funcs, _RESMGR_IO_NFUNCS, &io_funcs);
    io_funcs.read = counter_read;
    iofunc_attr_init(&counter.attr, S_IFCHR | 0444, NULL, NULL);
    if (resmgr_attach(dpp, NULL, argv[1], _FTYPE_ANY, 0, &connect_funcs, &io_funcs, &counter) < 0) {
        perror("resmgr_attach");
        return EXIT_FAILURE;
    }
    if (procmgr_ability(
            0, PROCMGR_ADN_NONROOT | PROCMGR_AOP_DENY | PROCMGR_AOP_LOCK | PROCMGR_AID_PATHSPACE,
            PROCMGR_AID_EOL) != EOK) {
        return EXIT_FAILURE;
    }
    dispatch_context_t* const ctp = dispatch_context_alloc(dpp);
    puts("attached");
    fflush(stdout);
    while (dispatch_block(ctp) != NULL) {
        dispatch_handler(ctp);
    }
    return EXIT_FAILURE;
}
