/* What clients of the serial device say to it beside read() and write(). */
#ifndef SERIAL_DEVICE_H
#define SERIAL_DEVICE_H

#include <devctl.h>
#include <stdint.h>

struct serial_state {
    uint32_t queued;    /* bytes that can be read */
    uint32_t threshold; /* from how many on there is input */
    uint32_t hung_up;
};

/* From how many bytes on those who wait for input are told, 1 to SERIAL_ROOM. */
#define DCMD_SERIAL_THRESHOLD __DIOT(_DCMD_CHR, 0x71, uint32_t)
#define DCMD_SERIAL_STATE __DIOF(_DCMD_CHR, 0x72, struct serial_state)

/* One byte beside the others, and taking it. */
#define DCMD_SERIAL_SEND_URGENT __DIOT(_DCMD_CHR, 0x73, uint8_t)
#define DCMD_SERIAL_TAKE_URGENT __DIOF(_DCMD_CHR, 0x74, uint8_t)

/* The line is cut: reads end, writes fail with EIO. */
#define DCMD_SERIAL_HANG_UP __DION(_DCMD_CHR, 0x75)

#define SERIAL_ROOM 1024

#endif
