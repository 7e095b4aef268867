// Promises of the loop. For tests/ivykis.
#include "promise.h"

#include <iv.h>
#include <iv_event.h>

static int calls;

static void count_and_quit(void* cookie) {
    (void)cookie;
    calls++;
    iv_quit();
}

PROMISE(a_posted_event_is_delivered_once) {
    struct iv_event event;

    iv_init();
    FILL(event);
    IV_EVENT_INIT(&event);
    event.cookie = NULL;
    event.handler = count_and_quit;
    SAME(iv_event_register(&event), 0);
    iv_event_post(&event);
    iv_event_post(&event);
    iv_main();
    SAME(calls, 1);
    iv_event_unregister(&event);
    iv_deinit();
}
