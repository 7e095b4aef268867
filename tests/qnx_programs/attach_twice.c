// Attaches to one path twice, and says what each try fails with: PROGRAM PATH.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/iofunc.h>

#include <sys/dispatch.h>

int main(int argc, char** argv) {
    static resmgr_connect_funcs_t connect_funcs;
    static resmgr_io_funcs_t io_funcs;
    static iofunc_attr_t attr;
    dispatch_t* const dpp = dispatch_create();
    if (argc != 2 || dpp == NULL) {
        return EXIT_FAILURE;
    }
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_funcs, _RESMGR_IO_NFUNCS, &io_funcs);
    iofunc_attr_init(&attr, S_IFNAM | 0666, NULL, NULL);
    for (int tries = 0; tries < 2; ++tries) {
        const int id =
            resmgr_attach(dpp, NULL, argv[1], _FTYPE_ANY, 0, &connect_funcs, &io_funcs, &attr);
        printf(id == -1 ? "errno %d\n" : "no error: %d\n", id == -1 ? errno : id);
    }
    dispatch_destroy(dpp);
    return EXIT_SUCCESS;
}
