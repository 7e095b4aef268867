/* What clients of the metronome say to it. */
#ifndef METRONOME_H
#define METRONOME_H

#include <devctl.h>
#include <stdint.h>

struct metronome_tempo {
    uint32_t milliseconds; /* from beat to beat */
};

/* What devctl() says beside the data is how many beats there were. */
#define DCMD_METRONOME_SET_TEMPO __DIOT(_DCMD_MISC, 1, struct metronome_tempo)
#define DCMD_METRONOME_GET_TEMPO __DIOF(_DCMD_MISC, 2, struct metronome_tempo)

/* A pulse of this code makes it leave out as many beats as its value says. */
#define METRONOME_PAUSE 1

#endif
