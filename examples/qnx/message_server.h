/* What the message server and its clients say to each other. */
#ifndef MESSAGE_SERVER_H
#define MESSAGE_SERVER_H

#include <stdint.h>
#include <sys/neutrino.h>
#include <sys/siginfo.h>

/* Above those of the library, see <sys/iomsg.h>. */
#define MESSAGE_ADD 0x200     /* adds `amount`; the status is the sum */
#define MESSAGE_TELL_ME 0x201 /* delivers `event` whenever the sum has changed */
#define MESSAGE_CLIENTS 0x202 /* the status is how many want to be told */

struct message {
    uint16_t type;
    int32_t amount;
    struct sigevent event; /* as MsgRegisterEvent() has made it */
};

#endif
