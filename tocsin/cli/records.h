// What `tocsin serve` answers to ioctl(2), beside read, write and poll. Public. C and C++.
#pragma once

#ifdef __cplusplus
#include <cstdint>
#else
#include <stdint.h>
#endif

// How many records the ring has dropped before this open file read them.
struct tocsin_records_lost {
    uint64_t last;   // at the place of the latest loss: the one that read(2) last told by EPIPE,
                     // or that the out-of-band condition tells of now
    uint64_t total;  // since the file was opened
};

// ioctl(descriptor, tocsin_ioctl_records_lost, &lost), with a struct tocsin_records_lost:
// _IOR(0xA9, 1, struct tocsin_records_lost).
static const unsigned long tocsin_ioctl_records_lost = 0x8010A901UL;

// ioctl(descriptor, tocsin_ioctl_observe): this open file will only poll(2), never read. Nothing is
// kept for it, and nobody waits for it. From now on its input condition says that records were
// published (the first time: that the ring keeps some), its out-of-band condition that some reader
// has lost records; both are over when it calls this again. tocsin_ioctl_records_lost counts what
// all readers together have lost. _IO(0xA9, 2).
static const unsigned long tocsin_ioctl_observe = 0x0000A902UL;

// ioctl(descriptor, tocsin_ioctl_records_status, &text), with a char text[16383]: gives the state
// of the ring and of its readers as JSON, and returns its length. Readers that do not fit are left
// out and counted. _IOR(0xA9, 3, char[16383]).
static const unsigned long tocsin_ioctl_records_status = 0xBFFFA903UL;
