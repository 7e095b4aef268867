// A client of the message server: `message_client NAME add NUMBER` adds, `message_client NAME watch
// COUNT` says so often that the sum has changed.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/dispatch.h>
#include <sys/neutrino.h>

#include "message_server.h"

static int add(int server, int amount) {
    struct message message = {.type = MESSAGE_ADD, .amount = amount};
    long sum = MsgSend(server, &message, sizeof message, NULL, 0);
    if (sum == -1) {
        perror("MsgSend");
        return EXIT_FAILURE;
    }
    printf("%ld\n", sum);
    return EXIT_SUCCESS;
}

// The server delivers a pulse to a channel of this process, and knows it by its handle only.
static int watch(int server, int count) {
    int chid = ChannelCreate(0);
    int self = ConnectAttach(0, 0, chid, _NTO_SIDE_CHANNEL, 0);
    struct message message = {.type = MESSAGE_TELL_ME};
    SIGEV_PULSE_INIT(&message.event, self, SIGEV_PULSE_PRIO_INHERIT, _PULSE_CODE_MINAVAIL, 0);
    if (chid == -1 || self == -1 || MsgRegisterEvent(&message.event, server) == -1 ||
        MsgSend(server, &message, sizeof message, NULL, 0) == -1) {
        perror("watch");
        return EXIT_FAILURE;
    }
    puts("watching");
    fflush(stdout);
    while (count-- > 0) {
        struct _pulse pulse;
        if (MsgReceivePulse(chid, &pulse, sizeof pulse, NULL) == -1) {
            perror("MsgReceivePulse");
            return EXIT_FAILURE;
        }
        puts("changed");
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}

int main(int argc, char** argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: %s NAME add|watch NUMBER\n", argv[0]);
        return EXIT_FAILURE;
    }
    int server = name_open(argv[1], 0);
    if (server == -1) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    int number = atoi(argv[3]);
    int status = strcmp(argv[2], "add") == 0 ? add(server, number) : watch(server, number);
    name_close(server);
    return status;
}
