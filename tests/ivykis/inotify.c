// Promises of iv_inotify about instances and watches, events and errors. For tests/ivykis.
#include "folder.h"

#include "loop_time.h"

static struct iv_inotify inotify;

static void note_and_end(void* cookie, struct inotify_event* event) {
    note_event(cookie, event);
    iv_inotify_watch_unregister(&((struct look*)cookie)->watch);
    iv_inotify_unregister(&inotify);
}

PROMISE(an_event_calls_the_handler_of_its_watch_and_an_instance_holds_the_loop) {
    struct look look;

    make_folder();
    iv_init();
    start_inotify(&inotify);
    start_look(&look, &inotify, folder_path, IN_CREATE, note_and_end);
    touch("a");
    SAME(look.calls, 0);
    iv_main();
    SAME(look.calls, 1);
    SAME(look.mask, IN_CREATE);
    KEEP(strcmp(look.name, "a") == 0);
    iv_deinit();
}

static void wait_for_events(void) {
    iv_init();
    start_inotify(&inotify);
    alarm_in(50);
    iv_main();
}

PROMISE(an_instance_without_watches_holds_the_loop) {
    KEEP(ended_by(promise_status_of(wait_for_events, NULL, 0), SIGALRM));
}

PROMISE(a_watch_is_told_of_its_own_path_and_mask_only) {
    struct look one, two;

    make_folder();
    touch("a");
    touch("b");
    iv_init();
    start_inotify(&inotify);
    start_look(&one, &inotify, inside("a"), IN_MODIFY, note_event);
    start_look(&two, &inotify, inside("b"), IN_MODIFY | IN_CLOSE_WRITE, note_event);
    write_to("b");
    run_for(20);
    SAME(one.calls, 0);
    SAME(two.calls, 2);
    SAME(two.all_masks, IN_MODIFY | IN_CLOSE_WRITE);
    write_to("a");
    run_for(20);
    SAME(one.calls, 1);
    SAME(two.calls, 2);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

static char names[100];

static void note_name(void* cookie, struct inotify_event* event) {
    note_event(cookie, event);
    strcat(names, event->name);
}

PROMISE(the_events_of_a_watch_come_in_the_order_of_the_kernel) {
    static const char* const expected = "abcdefghijklmnopqrstuvwxyz";
    struct look look;

    make_folder();
    iv_init();
    start_inotify(&inotify);
    start_look(&look, &inotify, folder_path, IN_CREATE, note_name);
    for (const char* letter = expected; *letter != '\0'; letter++) {
        char name[] = {*letter, '\0'};

        touch(name);
    }
    run_for(20);
    KEEP(strcmp(names, expected) == 0);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

// More than one read of the library can take.
PROMISE(no_event_of_a_thousand_is_lost) {
    struct look look;

    make_folder();
    iv_init();
    start_inotify(&inotify);
    start_look(&look, &inotify, folder_path, IN_CREATE | IN_DELETE, note_event);
    for (int times = 0; times < 500; times++) {
        touch("a");
        unlink(inside("a"));
    }
    while (look.calls < 1000) {
        run_for(1);
    }
    run_for(20);
    SAME(look.calls, 1000);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

PROMISE(instances_do_not_disturb_each_other) {
    static struct iv_inotify other;
    struct look one, two;

    make_folder();
    iv_init();
    start_inotify(&inotify);
    start_inotify(&other);
    start_look(&one, &inotify, folder_path, IN_CREATE, note_event);
    start_look(&two, &other, folder_path, IN_DELETE, note_event);
    touch("a");
    run_for(20);
    SAME(one.calls, 1);
    SAME(two.calls, 0);
    iv_inotify_unregister(&inotify);
    unlink(inside("a"));
    run_for(20);
    SAME(one.calls, 1);
    SAME(two.calls, 1);
    iv_inotify_unregister(&other);
    iv_deinit();
}

PROMISE(an_unregistered_watch_is_not_told_what_was_pending) {
    struct look gone, stays;

    make_folder();
    touch("a");
    iv_init();
    start_inotify(&inotify);
    start_look(&gone, &inotify, folder_path, IN_CREATE, note_event);
    start_look(&stays, &inotify, inside("a"), IN_MODIFY, note_event);
    touch("b");
    write_to("a");
    iv_inotify_watch_unregister(&gone.watch);
    FILL(gone.watch);
    touch("c");
    run_for(20);
    SAME(gone.calls, 0);
    SAME(stays.calls, 1);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

PROMISE(a_watch_can_be_registered_again) {
    struct look look;

    make_folder();
    iv_init();
    start_inotify(&inotify);
    prepare_look(&look, &inotify, folder_path, IN_CREATE, note_event);
    for (int times = 1; times <= 3; times++) {
        SAME(iv_inotify_watch_register(&look.watch), 0);
        touch("a");
        run_for(20);
        SAME(look.calls, times);
        unlink(inside("a"));
        iv_inotify_watch_unregister(&look.watch);
    }
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

PROMISE(a_path_that_is_not_there_is_refused_by_the_error_of_the_kernel) {
    struct look look;

    make_folder();
    iv_init();
    start_inotify(&inotify);
    prepare_look(&look, &inotify, inside("a"), IN_MODIFY, note_event);
    errno = 0;
    SAME(iv_inotify_watch_register(&look.watch), -1);
    SAME(errno, ENOENT);
    touch("a");
    look.watch.mask = 0;
    errno = 0;
    SAME(iv_inotify_watch_register(&look.watch), -1);
    SAME(errno, EINVAL);
    look.watch.mask = IN_MODIFY;
    SAME(iv_inotify_watch_register(&look.watch), 0);
    write_to("a");
    run_for(20);
    SAME(look.calls, 1);
    iv_inotify_unregister(&inotify);
    iv_deinit();
}

PROMISE(an_instance_without_a_free_descriptor_is_refused) {
    iv_init();
    FILL(inotify);
    IV_INOTIFY_INIT(&inotify);
    promise_few_descriptors(0);
    errno = 0;
    SAME(iv_inotify_register(&inotify), -1);
    SAME(errno, EMFILE);
    promise_many_descriptors();
    iv_main();  // nothing holds it
    iv_deinit();
}

// Which of the open descriptors is one of the kernel's inotify.
static int descriptor_of_inotify(void) {
    for (int descriptor = 0; descriptor < 1024; descriptor++) {
        char link[64], target[64];
        ssize_t length;

        snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
        length = readlink(link, target, sizeof target - 1);
        target[length > 0 ? length : 0] = '\0';
        if (strcmp(target, "anon_inode:inotify") == 0) {
            return descriptor;
        }
    }
    return -1;
}

PROMISE(the_descriptor_is_closed_on_exec_and_given_back) {
    int open_before;

    iv_init();
    open_before = promise_open_descriptors();
    start_inotify(&inotify);
    KEEP(descriptor_of_inotify() >= 0);
    SAME(fcntl(descriptor_of_inotify(), F_GETFD), FD_CLOEXEC);
    iv_inotify_unregister(&inotify);
    SAME(promise_open_descriptors(), open_before);
    iv_deinit();
}

// B2: stock writes through a pointer that only an event sets.
BETTER(an_instance_in_any_memory_that_saw_no_event_can_be_unregistered) {
    struct look look;

    make_folder();
    iv_init();
    for (int watches = 0; watches < 2; watches++) {
        FILL(inotify);
        IV_INOTIFY_INIT(&inotify);
        SAME(iv_inotify_register(&inotify), 0);
        if (watches > 0) {
            start_look(&look, &inotify, folder_path, IN_CREATE, note_event);
            iv_inotify_watch_unregister(&look.watch);
        }
        iv_inotify_unregister(&inotify);
    }
    iv_main();  // nothing holds it
    iv_deinit();
}

static int mask_of_first_is_left_alone(const char* again) {
    struct look first, second;

    start_inotify(&inotify);
    start_look(&first, &inotify, folder_path, IN_CREATE, note_event);
    prepare_look(&second, &inotify, again, IN_DELETE, note_event);
    errno = 0;
    SAME(iv_inotify_watch_register(&second.watch), -1);
    SAME(errno, EEXIST);
    touch("a");
    unlink(inside("a"));
    run_for(20);
    SAME(first.calls, 1);
    SAME(first.mask, IN_CREATE);
    SAME(second.calls, 0);
    iv_inotify_unregister(&inotify);
    return 1;
}

// L11: stock answers -1 with errno 0, but has replaced the mask of the first watch by then.
BETTER(the_same_path_twice_is_refused_and_the_first_watch_stays_as_it_is) {
    make_folder();
    iv_init();
    KEEP(mask_of_first_is_left_alone(folder_path));
    // Paths may differ and lead to the same.
    KEEP(mask_of_first_is_left_alone(inside(".")));
    iv_deinit();
}
