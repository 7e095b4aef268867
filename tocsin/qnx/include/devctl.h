/* Public. Numbers of device commands. (QNX: devctl()) */
#ifndef _DEVCTL_H_INCLUDED
#define _DEVCTL_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <stddef.h>
#include <sys/uio.h>

#define _POSIX_DEVDIR_NONE 0U
#define _POSIX_DEVDIR_TO 0x80000000U
#define _POSIX_DEVDIR_FROM 0x40000000U
#define _POSIX_DEVDIR_TOFROM (_POSIX_DEVDIR_TO | _POSIX_DEVDIR_FROM)
#define _POSIX_DEVDIR_CMD_MASK 0x0000ffffU
#define _POSIX_DEVDIR_SIZE_MASK 0x3fff0000U

#define __DIO_NUMBER(direction, size, class, cmd)                                                  \
    ((int)((direction) | ((unsigned)(size) << 16) | ((unsigned)(class) << 8) | (unsigned)(cmd)))
#define __DION(class, cmd) __DIO_NUMBER(_POSIX_DEVDIR_NONE, 0, class, cmd)
#define __DIOF(class, cmd, data) __DIO_NUMBER(_POSIX_DEVDIR_FROM, sizeof(data), class, cmd)
#define __DIOT(class, cmd, data) __DIO_NUMBER(_POSIX_DEVDIR_TO, sizeof(data), class, cmd)
#define __DIOTF(class, cmd, data) __DIO_NUMBER(_POSIX_DEVDIR_TOFROM, sizeof(data), class, cmd)

#define get_device_command(dcmd) ((unsigned)(dcmd) & _POSIX_DEVDIR_CMD_MASK)
#define get_device_size(dcmd) (((unsigned)(dcmd) & _POSIX_DEVDIR_SIZE_MASK) >> 16)
#define get_device_direction(dcmd) ((unsigned)(dcmd) & _POSIX_DEVDIR_TOFROM)

#define _DCMD_ALL 0x01
#define _DCMD_FSYS 0x02
#define _DCMD_BLK 0x02
#define _DCMD_CHR 0x03
#define _DCMD_NET 0x04
#define _DCMD_MISC 0x05
#define _DCMD_IP 0x06
#define _DCMD_MIXER 0x07
#define _DCMD_PROC 0x08
#define _DCMD_MEM 0x09
#define _DCMD_INPUT 0x0a
#define _DCMD_PHOTON 0x0b
#define _DCMD_CAM 0x0c
#define _DCMD_USB 0x0d
#define _DCMD_MEDIA 0x0e

#ifdef __cplusplus
extern "C" {
#endif

/* Sends a device command to the manager behind `fd`, with `size` bytes at `data` if the command
   goes to the device, and takes back as many if it comes from there; *info is what the manager
   says beside them. Returns EOK or an errno, and leaves errno alone: ENOTTY when the manager does
   not know the command, or nobody serves the file. Any thread. (QNX: devctl(), devctlv()) */
int devctl(int fd, int dcmd, void* data, size_t size, int* info);
int posix_devctl(int fd, int dcmd, void* data, size_t size, int* info);
int devctlv(int fd, int dcmd, int sent_parts, int taken_parts, const struct iovec* sent,
            const struct iovec* taken, int* info);

#ifdef __cplusplus
}
#endif

#endif
