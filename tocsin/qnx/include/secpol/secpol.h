/* Public. Security policies: there is none here, and what asks for one does as without. */
#ifndef _SECPOL_SECPOL_H_INCLUDED
#define _SECPOL_SECPOL_H_INCLUDED

#include <stddef.h>
#include <stdint.h>
#include <sys/resmgr.h>

typedef struct tocsin_secpol_file secpol_file_t;

#ifdef __cplusplus
extern "C" {
#endif

/* resmgr_attach(); the file and what is asked about it are left alone. */
static __inline__ int secpol_resmgr_attach(secpol_file_t* file, dispatch_t* dpp,
                                           resmgr_attr_t* attr, const char* path,
                                           enum _file_type file_type, unsigned flags,
                                           const resmgr_connect_funcs_t* connect_funcs,
                                           const resmgr_io_funcs_t* io_funcs,
                                           RESMGR_HANDLE_T* handle, void* reserved) {
    (void)file;
    (void)reserved;
    return resmgr_attach(dpp, attr, path, file_type, flags, connect_funcs, io_funcs, handle);
}

/* 0: there is no type to go over to. */
static __inline__ int secpol_transition_type(secpol_file_t* file, const char* name,
                                             uint32_t flags) {
    (void)file;
    (void)name;
    (void)flags;
    return 0;
}

#ifdef __cplusplus
}
#endif

#endif
