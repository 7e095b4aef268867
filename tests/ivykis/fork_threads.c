// Promises of what becomes of threads, pools and posts in a forked child that goes on with the loop
// it has inherited. For tests/ivykis.
#include "objects.h"

#include "work.h"

#include <iv_thread.h>

// Debian's headers are older than this call; on the stock library it is not there.
extern __attribute__((weak)) void iv_work_pool_submit_continuation(struct iv_work_pool* pool,
                                                                   struct iv_work_item* item);

static struct iv_event event;
static struct iv_work_pool pool;
static struct job job;
static int ends[2];

// To its end, which is to be a good one; what the threads of the parent own is left in the child.
static void in_a_child(void (*body)(void)) {
    int status;
    pid_t child = fork();

    if (child == 0) {
        alarm(10);
        body();
        _exit(0);
    }
    SAME(waitpid(child, &status, 0), child);
    SAME(status, 0);
}

static void complete_and_quit(void* cookie) {
    job_complete(cookie);
    iv_quit();
}

static void work_once(void) {
    prepare_job(&job);
    job.item.completion = complete_and_quit;
    iv_work_pool_submit_work(&pool, &job.item);
    iv_main();
    SAME(job.completed, 1);
    KEEP(!pthread_equal(job.worked_in, pthread_self()));
}

static void work_and_put(void) {
    work_once();
    iv_work_pool_put(&pool);
    iv_main();
    iv_deinit();
}

static void begin_with_an_idle_worker(void) {
    iv_init();
    create_pool(&pool, 1);
    work_once();
}

// L8: the stock library hands the item to a thread that the child does not have.
BETTER(a_pool_of_the_parent_works_in_a_forked_child) {
    begin_with_an_idle_worker();
    in_a_child(work_and_put);
    work_and_put();
}

static void put(void) {
    iv_work_pool_put(&pool);
    iv_main();
    iv_deinit();
}

// L8: the stock library waits for the end of a thread that the child does not have.
BETTER(a_pool_of_the_parent_ends_when_a_forked_child_puts_it) {
    begin_with_an_idle_worker();
    in_a_child(put);
    work_and_put();
}

static void give_up_and_begin_afresh(void) {
    iv_deinit();
    begin_with_an_idle_worker();
    put();
}

BETTER(a_forked_child_may_give_up_a_loop_with_a_pool) {
    begin_with_an_idle_worker();
    in_a_child(give_up_and_begin_afresh);
    work_and_put();
}

static struct meeting met_while_working = MEETING;

static void work_until_told(void* cookie) {
    char byte;

    KEEP(meet(&met_while_working, 2));
    KEEP(read(ends[0], &byte, 1) == 0);
    job_work(cookie);
}

static struct job second;

static void do_what_waits(void) {
    iv_main();
    SAME(job.completed, 0);
    SAME(second.completed, 1);
    iv_deinit();
}

// One item is worked on by a thread of the parent: that is not the child's. The next one waits.
BETTER(items_that_wait_at_a_fork_are_done_in_both) {
    iv_init();
    open_pipe(ends, 0);
    create_pool(&pool, 1);
    prepare_job(&job);
    job.item.work = work_until_told;
    iv_work_pool_submit_work(&pool, &job.item);
    KEEP(meet(&met_while_working, 2));
    submit_job(&pool, &second);
    iv_work_pool_put(&pool);
    in_a_child(do_what_waits);
    SAME(second.worked, 0);
    close(ends[1]);
    iv_main();
    SAME(job.completed, 1);
    SAME(second.completed, 1);
    iv_deinit();
}

static void read_until_end(void* unused) {
    char byte;

    (void)unused;
    KEEP(read(ends[0], &byte, 1) == 0);
}

static void run_until_nothing_is_registered(void) {
    iv_main();
    iv_deinit();
}

// L8: the stock library waits for the end of a thread that the child does not have.
BETTER(threads_of_the_parent_do_not_hold_the_loop_of_a_forked_child) {
    iv_init();
    open_pipe(ends, 0);
    SAME(iv_thread_create("reader", read_until_end, NULL), 0);
    in_a_child(run_until_nothing_is_registered);
    close(ends[1]);
    run_until_nothing_is_registered();
}

static pid_t forked;
static struct iv_task fork_task;
static struct iv_event fork_event;

// In the child the handler returns, and iv_main() goes on.
static void fork_here(void* cookie) {
    (void)cookie;
    forked = fork();
    if (forked == 0) {
        alarm(10);
    }
}

static void fork_and_quit_in_the_parent(void* cookie) {
    fork_here(cookie);
    if (forked != 0) {
        iv_quit();
    }
}

static void unregister_fork_event(void* unused) {
    (void)unused;
    iv_event_unregister(&fork_event);
}

// Forks by an event that is pending already. The handler calls nothing of the library, so that the
// rest of the turn is delivered in a child whose loop is still the parent's.
static void start_forking(void) {
    static struct iv_timer later;

    start_event(&fork_event, fork_here, NULL);
    iv_event_post(&fork_event);
    start_timer(&later, 20 * ms, unregister_fork_event, NULL);
}

// iv_main() has returned, in the child or in the parent, which sees to it that the child ended
// well.
static void both_have_returned(void) {
    int status;

    if (forked == 0) {
        _exit(0);
    }
    SAME(waitpid(forked, &status, 0), forked);
    SAME(status, 0);
}

// L8: as above.
BETTER(a_child_that_a_handler_has_forked_ends_its_loop_when_only_threads_of_the_parent_held_it) {
    iv_init();
    open_pipe(ends, 0);
    SAME(iv_thread_create("reader", read_until_end, NULL), 0);
    start_task(&fork_task, fork_and_quit_in_the_parent, NULL);
    iv_main();
    both_have_returned();
    close(ends[1]);
    run_until_nothing_is_registered();
}

static void end_at_once(void* unused) {
    (void)unused;
}

// The end of the thread is told in the turn in which another handler forks.
BETTER(a_child_that_a_handler_has_forked_does_not_join_a_thread_of_the_parent) {
    iv_init();
    start_forking();
    SAME(iv_thread_create("short", end_at_once, NULL), 0);
    wait_for_threads(1);
    iv_main();
    both_have_returned();
    iv_deinit();
}

static void continue_work(void* cookie) {
    static struct job continuation;

    prepare_job(&continuation);
    iv_work_pool_submit_continuation(&pool, &continuation.item);
    work_until_told(cookie);
}

static void tell_worker(void* unused) {
    (void)unused;
    close(ends[1]);
}

// What the pool has to do is to be done in the turn in which another handler forks.
BETTER(a_pool_may_have_something_to_do_when_a_handler_forks) {
    struct iv_timer later;

    iv_init();
    open_pipe(ends, 0);
    create_pool(&pool, 2);
    start_forking();
    start_timer(&later, 20 * ms, tell_worker, NULL);
    prepare_job(&job);
    job.item.work = continue_work;
    iv_work_pool_submit_work(&pool, &job.item);
    KEEP(meet(&met_while_working, 2));
    iv_work_pool_put(&pool);
    iv_main();
    both_have_returned();
    iv_deinit();
}

static void post_at_once(void) {
    iv_event_post(&event);
    one_turn();
    TRACE("event ");
}

// L8: under epoll the stock library wakes the loop of the parent.
BETTER(the_first_thing_that_a_forked_child_does_may_be_a_post) {
    iv_init();
    start_event(&event, mark, "event ");
    in_a_child(post_at_once);
    one_turn();
    TRACE("");
    in_a_thread(post_event, &event);
    one_turn();
    TRACE("event ");
    iv_event_unregister(&event);
    iv_main();
    iv_deinit();
}

// Locks that threads hold at the fork are free in the child.
BETTER(a_child_may_be_forked_while_threads_work) {
    enum { items = 8 };
    static struct job jobs[items];

    iv_init();
    create_pool(&pool, 3);
    for (int times = 0; times < 30; times++) {
        int done = 0;

        for (int index = 0; index < items; index++) {
            submit_job(&pool, &jobs[index]);
        }
        in_a_child(work_and_put);
        while (done < items) {
            one_turn();
            done = 0;
            for (int index = 0; index < items; index++) {
                done += jobs[index].completed;
            }
        }
    }
    work_and_put();
}
