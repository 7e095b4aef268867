// A server of messages, as it is written for QNX without a resource manager: it is known by a name,
// adds what its clients send, and delivers the events that they have registered. Started as
// `message_server NAME`.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/dispatch.h>
#include <sys/iomsg.h>
#include <sys/neutrino.h>

#include "message_server.h"

#define CLIENTS_MAX 64

struct Told {
    int scoid;
    int rcvid;  // by which its events are delivered
    struct sigevent event;
};

static struct Told told[CLIENTS_MAX];
static int told_count;
static int sum;

static int add_client(int rcvid, const struct _msg_info* info, const struct sigevent* event) {
    if (told_count == CLIENTS_MAX) {
        return EAGAIN;
    }
    // Only an event that this server may deliver is worth keeping.
    if (MsgVerifyEvent(rcvid, event) == -1) {
        return errno;
    }
    told[told_count].scoid = info->scoid;
    told[told_count].rcvid = rcvid;
    told[told_count].event = *event;
    told_count++;
    return EOK;
}

static void remove_client(int scoid) {
    for (int at = 0; at < told_count;) {
        if (told[at].scoid == scoid) {
            told[at] = told[--told_count];
        } else {
            at++;
        }
    }
}

static void tell_all(void) {
    for (int at = 0; at < told_count; at++) {
        MsgDeliverEvent(told[at].rcvid, &told[at].event);
    }
}

static void handle_pulse(const struct _pulse* pulse) {
    switch (pulse->code) {
    case _PULSE_CODE_DISCONNECT:
        remove_client(pulse->scoid);
        ConnectDetach(pulse->scoid);
        break;
    case _PULSE_CODE_UNBLOCK:
        // Nobody waits for long here; whoever does not want to is answered by what comes next.
        MsgError(pulse->value.sival_int, EINTR);
        break;
    default:
        break;
    }
}

static void handle_message(int rcvid, const struct message* message, const struct _msg_info* info) {
    int error;
    switch (message->type) {
    case MESSAGE_ADD:
        sum += message->amount;
        MsgReply(rcvid, sum, NULL, 0);
        tell_all();
        break;
    case MESSAGE_TELL_ME:
        error = add_client(rcvid, info, &message->event);
        if (error == EOK) {
            MsgReply(rcvid, EOK, NULL, 0);
        } else {
            MsgError(rcvid, error);
        }
        break;
    case MESSAGE_CLIENTS:
        MsgReply(rcvid, told_count, NULL, 0);
        break;
    case _IO_CONNECT:
        // name_open() says hello.
        MsgReply(rcvid, EOK, NULL, 0);
        break;
    default:
        MsgError(rcvid, ENOSYS);
        break;
    }
}

int main(int argc, char** argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s NAME\n", argv[0]);
        return EXIT_FAILURE;
    }
    name_attach_t* attach = name_attach(NULL, argv[1], 0);
    if (attach == NULL) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    puts("attached");
    fflush(stdout);
    while (1) {
        union {
            struct _pulse pulse;
            struct message message;
        } received;
        struct _msg_info info;
        memset(&received, 0, sizeof received);
        int rcvid = MsgReceive(attach->chid, &received, sizeof received, &info);
        if (rcvid == -1) {
            perror("MsgReceive");
            return EXIT_FAILURE;
        }
        if (rcvid == 0) {
            handle_pulse(&received.pulse);
        } else {
            handle_message(rcvid, &received.message, &info);
        }
    }
}
