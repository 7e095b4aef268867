// Promises of iv_inotify about watches that end, in handlers or by themselves, and about events
// that the kernel drops. For tests/ivykis.
#include "folder.h"

#include "loop_time.h"

static struct iv_inotify inotify;
static int freed;

static void free_own(void* cookie, struct inotify_event* event) {
    struct look* look = cookie;

    note_event(look, event);
    iv_inotify_watch_unregister(&look->watch);
    FILL(*look);
    free(look);
    freed++;
}

// The second event of the same round finds the watch gone.
PROMISE(a_handler_may_unregister_and_free_its_own_watch) {
    make_folder();
    iv_init();
    start_inotify(&inotify);
    start_look(malloc(sizeof(struct look)), &inotify, folder_path, IN_CREATE, free_own);
    touch("a");
    touch("b");
    run_for(20);
    SAME(freed, 1);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

static struct look* looks[3];

static void free_all(void* cookie, struct inotify_event* event) {
    (void)cookie;
    (void)event;
    for (int index = 0; index < 3; index++) {
        iv_inotify_watch_unregister(&looks[index]->watch);
        FILL(*looks[index]);
        free(looks[index]);
    }
    freed++;
}

static void start_three(void (*handler)(void*, struct inotify_event*)) {
    static const char* const names[] = {"a", "b", "c"};

    make_folder();
    iv_init();
    start_inotify(&inotify);
    for (int index = 0; index < 3; index++) {
        touch(names[index]);
        looks[index] = malloc(sizeof(struct look));
        start_look(looks[index], &inotify, inside(names[index]), IN_MODIFY, handler);
    }
}

static void write_to_three(void) {
    write_to("a");
    write_to("b");
    write_to("c");
}

PROMISE(a_handler_may_unregister_and_free_watches_that_are_due_in_the_same_round) {
    start_three(free_all);
    write_to_three();
    run_for(20);
    SAME(freed, 1);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

static struct iv_inotify* allocated;

static void free_instance(void* cookie, struct inotify_event* event) {
    (void)cookie;
    (void)event;
    iv_inotify_unregister(allocated);
    FILL(*allocated);
    free(allocated);
    freed++;
}

// The rest of what was read is skipped, and the watches end with their instance.
PROMISE(a_handler_may_unregister_and_free_the_whole_instance) {
    struct look look;

    make_folder();
    iv_init();
    allocated = malloc(sizeof *allocated);
    start_inotify(allocated);
    start_look(&look, allocated, folder_path, IN_CREATE, free_instance);
    touch("a");
    touch("b");
    iv_main();
    SAME(freed, 1);
    iv_deinit();
}

static void free_when_ignored(void* cookie, struct inotify_event* event) {
    struct look* look = cookie;

    note_event(look, event);
    if (event->mask & IN_IGNORED) {
        FILL(*look);
        free(look);
        freed++;
    }
}

// It is removed before its handler runs, which therefore may free it without unregistering.
PROMISE(a_watch_whose_file_is_deleted_ends_by_itself) {
    make_folder();
    touch("a");
    iv_init();
    start_inotify(&inotify);
    start_look(malloc(sizeof(struct look)), &inotify, inside("a"), IN_DELETE_SELF,
               free_when_ignored);
    unlink(inside("a"));
    run_for(20);
    SAME(freed, 1);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

static void watch_again_when_ignored(void* cookie, struct inotify_event* event) {
    struct look* look = cookie;

    note_event(look, event);
    if (event->mask & IN_IGNORED) {
        touch("a");
        SAME(iv_inotify_watch_register(&look->watch), 0);
    }
}

PROMISE(a_watch_that_ended_can_be_registered_again_in_its_handler) {
    struct look look;

    make_folder();
    touch("a");
    iv_init();
    start_inotify(&inotify);
    start_look(&look, &inotify, inside("a"), IN_DELETE_SELF | IN_MODIFY, watch_again_when_ignored);
    unlink(inside("a"));
    run_for(20);
    SAME(look.mask, IN_IGNORED);
    write_to("a");
    run_for(20);
    SAME(look.mask, IN_MODIFY);
    iv_inotify_watch_unregister(&look.watch);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

static void free_without_unregistering(void* cookie, struct inotify_event* event) {
    struct look* look = cookie;

    SAME(event->mask, IN_MODIFY);
    FILL(*look);
    free(look);
    freed++;
}

// The kernel says IN_IGNORED after it; that finds nothing any more.
PROMISE(a_watch_for_one_event_ends_before_its_handler_runs) {
    make_folder();
    touch("a");
    iv_init();
    start_inotify(&inotify);
    start_look(malloc(sizeof(struct look)), &inotify, inside("a"), IN_MODIFY | IN_ONESHOT,
               free_without_unregistering);
    write_to("a");
    write_to("a");
    run_for(20);
    SAME(freed, 1);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

static void watch_again(void* cookie, struct inotify_event* event) {
    struct look* look = cookie;

    note_event(look, event);
    if (look->calls < 3) {
        SAME(iv_inotify_watch_register(&look->watch), 0);
        write_to("a");
    }
}

PROMISE(a_watch_for_one_event_can_be_registered_again_in_its_handler) {
    struct look look;

    make_folder();
    touch("a");
    iv_init();
    start_inotify(&inotify);
    start_look(&look, &inotify, inside("a"), IN_MODIFY | IN_ONESHOT, watch_again);
    write_to("a");
    while (look.calls < 3) {
        run_for(5);
    }
    run_for(20);
    SAME(look.calls, 3);
    SAME(look.all_masks, IN_MODIFY);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

// B3: stock takes the watch out of its tree a second time, which corrupts that when there are
// others.
BETTER(unregistering_a_watch_that_ended_by_itself_is_harmless) {
    start_three(note_event);
    unlink(inside("b"));
    run_for(20);
    SAME(looks[1]->mask, IN_IGNORED);
    iv_inotify_watch_unregister(&looks[1]->watch);
    iv_inotify_watch_unregister(&looks[1]->watch);
    write_to("a");
    write_to("c");
    run_for(20);
    SAME(looks[0]->calls, 1);
    SAME(looks[2]->calls, 1);
    touch("b");
    SAME(iv_inotify_watch_register(&looks[1]->watch), 0);
    write_to_three();
    run_for(20);
    for (int index = 0; index < 3; index++) {
        SAME(looks[index]->mask, IN_MODIFY);
        iv_inotify_watch_unregister(&looks[index]->watch);
    }
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

static int queue_length(void) {
    FILE* file = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    int length = 0;

    SAME(fscanf(file, "%d", &length), 1);
    fclose(file);
    return length;
}

// Equal events in a row count once, so that two take turns.
static void overflow(void) {
    for (int times = queue_length() / 2 + 10; times > 0; times--) {
        touch("x");
        unlink(inside("x"));
    }
}

static void start_two(struct look* busy, struct look* quiet) {
    make_folder();
    touch("a");
    iv_init();
    start_inotify(&inotify);
    start_look(busy, &inotify, folder_path, IN_CREATE | IN_DELETE, note_event);
    start_look(quiet, &inotify, inside("a"), IN_MODIFY, note_event);
}

PROMISE(watches_go_on_after_an_overflow) {
    struct look busy, quiet;

    start_two(&busy, &quiet);
    overflow();
    while (busy.calls < queue_length() - 1) {
        run_for(1);
    }
    run_for(20);
    quiet.mask = 0;
    write_to("a");
    run_for(20);
    SAME(quiet.mask, IN_MODIFY);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

// L11: stock drops the overflow silently, so that nobody knows that his picture is out of date.
BETTER(an_overflow_is_told_to_every_watch) {
    struct look busy, quiet;

    start_two(&busy, &quiet);
    overflow();
    while ((busy.all_masks & IN_Q_OVERFLOW) == 0) {
        run_for(1);
    }
    run_for(20);
    SAME(quiet.calls, 1);
    SAME(quiet.mask, IN_Q_OVERFLOW);
    SAME(busy.mask, IN_Q_OVERFLOW);
    SAME(busy.all_masks, IN_CREATE | IN_DELETE | IN_Q_OVERFLOW);
    iv_inotify_watch_unregister(&busy.watch);
    iv_inotify_watch_unregister(&quiet.watch);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

static void free_all_at_overflow(void* cookie, struct inotify_event* event) {
    note_event(cookie, event);
    if (event->mask & IN_Q_OVERFLOW) {
        free_all(cookie, event);
    }
}

// L11: as above; the handlers may do then what they may do at any event.
BETTER(a_handler_may_free_all_watches_at_an_overflow) {
    struct look busy;

    start_three(free_all_at_overflow);
    start_look(&busy, &inotify, folder_path, IN_CREATE | IN_DELETE, note_event);
    overflow();
    while ((busy.all_masks & IN_Q_OVERFLOW) == 0) {
        run_for(1);
    }
    run_for(20);
    SAME(freed, 1);
    iv_inotify_watch_unregister(&busy.watch);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

static void end_instance_at_overflow(void* cookie, struct inotify_event* event) {
    (void)cookie;
    if (event->mask & IN_Q_OVERFLOW) {
        iv_inotify_unregister(&inotify);
        FILL(inotify);
        freed++;
    }
}

// L11: as above.
BETTER(a_handler_may_unregister_the_instance_at_an_overflow) {
    struct look busy;

    start_three(end_instance_at_overflow);
    start_look(&busy, &inotify, folder_path, IN_CREATE | IN_DELETE, end_instance_at_overflow);
    overflow();
    iv_main();
    SAME(freed, 1);
    iv_deinit();
}
