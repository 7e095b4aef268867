// What programs compiled against the headers of ivykis have in them for ever: the size of every
// object, the place and type of every member, the type of every function, the values of constants.
// All of it is checked when this is compiled; beside it, promises of the functions that are
// compiled into programs. For tests/ivykis.
#include "promise.h"

#include <iv.h>
#include <iv_avl.h>
#include <iv_event.h>
#include <iv_event_raw.h>
#include <iv_fd_pump.h>
#include <iv_inotify.h>
#include <iv_list.h>
#include <iv_popen.h>
#include <iv_signal.h>
#include <iv_thread.h>
#include <iv_tls.h>
#include <iv_wait.h>
#include <iv_work.h>

#include <stddef.h>

#define IS_TYPE(expression, ...)                                                                   \
    _Static_assert(__builtin_types_compatible_p(__typeof__(expression), __VA_ARGS__),              \
                   #expression " is no " #__VA_ARGS__)
#define SIZE(type, size)                                                                           \
    _Static_assert(sizeof(struct type) == (size), #type " is not of " #size " bytes");             \
    _Static_assert(_Alignof(struct type) == 8, #type " is not aligned to 8")
#define MEMBER(type, member, offset, ...)                                                          \
    _Static_assert(offsetof(struct type, member) == (offset), #type "." #member " moved");         \
    IS_TYPE(((struct type*)NULL)->member, __VA_ARGS__)
// A function of that result and those parameters.
#define FUNCTION(name, result, ...) IS_TYPE(&name, result (*)(__VA_ARGS__))

typedef void handler_type(void*);

SIZE(iv_fd, 128);
MEMBER(iv_fd, fd, 0, int);
MEMBER(iv_fd, cookie, 8, void*);
MEMBER(iv_fd, handler_in, 16, handler_type*);
MEMBER(iv_fd, handler_out, 24, handler_type*);
MEMBER(iv_fd, handler_err, 32, handler_type*);

SIZE(iv_task, 64);
MEMBER(iv_task, cookie, 0, void*);
MEMBER(iv_task, handler, 8, handler_type*);

SIZE(iv_timer, 64);
MEMBER(iv_timer, expires, 0, struct timespec);
MEMBER(iv_timer, cookie, 16, void*);
MEMBER(iv_timer, handler, 24, handler_type*);

SIZE(iv_event, 40);
MEMBER(iv_event, cookie, 0, void*);
MEMBER(iv_event, handler, 8, handler_type*);
MEMBER(iv_event, owner, 16, void*);
MEMBER(iv_event, list, 24, struct iv_list_head);

SIZE(iv_event_raw, 152);
MEMBER(iv_event_raw, cookie, 0, void*);
MEMBER(iv_event_raw, handler, 8, handler_type*);
MEMBER(iv_event_raw, event_rfd, 16, struct iv_fd);
MEMBER(iv_event_raw, event_wfd, 144, int);

SIZE(iv_signal, 216);
MEMBER(iv_signal, signum, 0, int);
MEMBER(iv_signal, flags, 4, unsigned int);
MEMBER(iv_signal, cookie, 8, void*);
MEMBER(iv_signal, handler, 16, handler_type*);
MEMBER(iv_signal, an, 24, struct iv_avl_node);
MEMBER(iv_signal, active, 56, uint8_t);
MEMBER(iv_signal, ev, 64, struct iv_event_raw);

SIZE(iv_wait_interest, 128);
MEMBER(iv_wait_interest, pid, 0, pid_t);
MEMBER(iv_wait_interest, cookie, 8, void*);
MEMBER(iv_wait_interest, handler, 16, void (*)(void*, int, const struct rusage*));
MEMBER(iv_wait_interest, avl_node, 24, struct iv_avl_node);
MEMBER(iv_wait_interest, ev, 56, struct iv_event);
MEMBER(iv_wait_interest, events_pending, 96, struct iv_list_head);
MEMBER(iv_wait_interest, dummy, 112, void*);
MEMBER(iv_wait_interest, flags, 120, unsigned int);

SIZE(iv_popen_request, 32);
MEMBER(iv_popen_request, file, 0, char*);
MEMBER(iv_popen_request, argv, 8, char**);
MEMBER(iv_popen_request, type, 16, char*);
MEMBER(iv_popen_request, child, 24, void*);

SIZE(iv_work_pool, 40);
MEMBER(iv_work_pool, max_threads, 0, int);
MEMBER(iv_work_pool, cookie, 8, void*);
MEMBER(iv_work_pool, thread_start, 16, handler_type*);
MEMBER(iv_work_pool, thread_stop, 24, handler_type*);
MEMBER(iv_work_pool, priv, 32, void*);

SIZE(iv_work_item, 40);
MEMBER(iv_work_item, cookie, 0, void*);
MEMBER(iv_work_item, work, 8, handler_type*);
MEMBER(iv_work_item, completion, 16, handler_type*);
MEMBER(iv_work_item, list, 24, struct iv_list_head);

SIZE(iv_tls_user, 48);
MEMBER(iv_tls_user, sizeof_state, 0, size_t);
MEMBER(iv_tls_user, init_thread, 8, handler_type*);
MEMBER(iv_tls_user, deinit_thread, 16, handler_type*);
MEMBER(iv_tls_user, list, 24, struct iv_list_head);
MEMBER(iv_tls_user, state_offset, 40, int);

SIZE(iv_fd_pump, 56);
MEMBER(iv_fd_pump, from_fd, 0, int);
MEMBER(iv_fd_pump, to_fd, 4, int);
MEMBER(iv_fd_pump, cookie, 8, void*);
MEMBER(iv_fd_pump, set_bands, 16, void (*)(void*, int, int));
MEMBER(iv_fd_pump, flags, 24, unsigned int);
MEMBER(iv_fd_pump, buf, 32, void*);
MEMBER(iv_fd_pump, bytes, 40, int);
MEMBER(iv_fd_pump, full, 44, int);
MEMBER(iv_fd_pump, saw_fin, 48, int);

SIZE(iv_inotify, 152);
MEMBER(iv_inotify, fd, 0, struct iv_fd);
MEMBER(iv_inotify, watches, 128, struct iv_avl_tree);
MEMBER(iv_inotify, term, 144, void**);

SIZE(iv_inotify_watch, 80);
MEMBER(iv_inotify_watch, inotify, 0, struct iv_inotify*);
MEMBER(iv_inotify_watch, pathname, 8, const char*);
MEMBER(iv_inotify_watch, mask, 16, uint32_t);
MEMBER(iv_inotify_watch, cookie, 24, void*);
MEMBER(iv_inotify_watch, handler, 32, void (*)(void*, struct inotify_event*));
MEMBER(iv_inotify_watch, wd, 40, int);
MEMBER(iv_inotify_watch, an, 48, struct iv_avl_node);

SIZE(iv_avl_node, 32);
MEMBER(iv_avl_node, left, 0, struct iv_avl_node*);
MEMBER(iv_avl_node, right, 8, struct iv_avl_node*);
MEMBER(iv_avl_node, parent, 16, struct iv_avl_node*);
MEMBER(iv_avl_node, height, 24, uint8_t);

SIZE(iv_avl_tree, 16);
MEMBER(iv_avl_tree, compare, 0, int (*)(const struct iv_avl_node*, const struct iv_avl_node*));
MEMBER(iv_avl_tree, root, 8, struct iv_avl_node*);

SIZE(iv_list_head, 16);
MEMBER(iv_list_head, next, 0, struct iv_list_head*);
MEMBER(iv_list_head, prev, 8, struct iv_list_head*);

FUNCTION(iv_init, void, void);
FUNCTION(iv_deinit, void, void);
FUNCTION(iv_inited, int, void);
FUNCTION(iv_main, void, void);
FUNCTION(iv_quit, void, void);
FUNCTION(iv_poll_method_name, const char*, void);
FUNCTION(iv_get_thread_id, unsigned long, void);
void iv_fatal(const char*, ...);  // no conflict with the header: it is of that type
FUNCTION(iv_set_fatal_msg_handler, void, void (*)(const char*));
FUNCTION(__iv_now_location_valid, const struct timespec*, void);
FUNCTION(iv_invalidate_now, void, void);
IS_TYPE(&iv_now, const struct timespec*);
FUNCTION(IV_FD_INIT, void, struct iv_fd*);
FUNCTION(iv_fd_register, void, struct iv_fd*);
FUNCTION(iv_fd_register_try, int, struct iv_fd*);
FUNCTION(iv_fd_unregister, void, struct iv_fd*);
FUNCTION(iv_fd_registered, int, const struct iv_fd*);
FUNCTION(iv_fd_set_handler_in, void, struct iv_fd*, handler_type*);
FUNCTION(iv_fd_set_handler_out, void, struct iv_fd*, handler_type*);
FUNCTION(iv_fd_set_handler_err, void, struct iv_fd*, handler_type*);
FUNCTION(IV_TASK_INIT, void, struct iv_task*);
FUNCTION(iv_task_register, void, struct iv_task*);
FUNCTION(iv_task_unregister, void, struct iv_task*);
FUNCTION(iv_task_registered, int, const struct iv_task*);
FUNCTION(IV_TIMER_INIT, void, struct iv_timer*);
FUNCTION(iv_timer_register, void, struct iv_timer*);
FUNCTION(iv_timer_unregister, void, struct iv_timer*);
FUNCTION(iv_timer_registered, int, const struct iv_timer*);
FUNCTION(iv_event_register, int, struct iv_event*);
FUNCTION(iv_event_unregister, void, struct iv_event*);
FUNCTION(iv_event_post, void, struct iv_event*);
FUNCTION(iv_event_raw_register, int, struct iv_event_raw*);
FUNCTION(iv_event_raw_unregister, void, struct iv_event_raw*);
FUNCTION(iv_event_raw_post, void, const struct iv_event_raw*);
FUNCTION(iv_signal_register, int, struct iv_signal*);
FUNCTION(iv_signal_unregister, void, struct iv_signal*);
FUNCTION(iv_wait_interest_register, void, struct iv_wait_interest*);
FUNCTION(iv_wait_interest_register_spawn, int, struct iv_wait_interest*, handler_type*, void*);
FUNCTION(iv_wait_interest_unregister, void, struct iv_wait_interest*);
FUNCTION(iv_wait_interest_kill, int, const struct iv_wait_interest*, int);
FUNCTION(iv_popen_request_submit, int, struct iv_popen_request*);
FUNCTION(iv_popen_request_close, void, struct iv_popen_request*);
FUNCTION(iv_work_pool_create, int, struct iv_work_pool*);
FUNCTION(iv_work_pool_put, void, struct iv_work_pool*);
FUNCTION(iv_work_pool_submit_work, void, struct iv_work_pool*, struct iv_work_item*);
FUNCTION(iv_thread_create, int, const char*, handler_type*, void*);
FUNCTION(iv_thread_set_debug_state, void, int);
FUNCTION(iv_thread_get_id, unsigned long, void);
FUNCTION(iv_thread_list_children, void, void);
FUNCTION(iv_tls_user_register, void, struct iv_tls_user*);
FUNCTION(iv_tls_user_ptr, void*, const struct iv_tls_user*);
FUNCTION(iv_fd_pump_init, void, struct iv_fd_pump*);
FUNCTION(iv_fd_pump_destroy, void, struct iv_fd_pump*);
FUNCTION(iv_fd_pump_pump, int, struct iv_fd_pump*);
FUNCTION(iv_fd_pump_is_done, int, const struct iv_fd_pump*);
FUNCTION(iv_inotify_register, int, struct iv_inotify*);
FUNCTION(iv_inotify_unregister, void, struct iv_inotify*);
FUNCTION(iv_inotify_watch_register, int, struct iv_inotify_watch*);
FUNCTION(iv_inotify_watch_unregister, void, struct iv_inotify_watch*);
FUNCTION(iv_avl_tree_insert, int, struct iv_avl_tree*, struct iv_avl_node*);
FUNCTION(iv_avl_tree_delete, void, struct iv_avl_tree*, struct iv_avl_node*);
FUNCTION(iv_avl_tree_next, struct iv_avl_node*, struct iv_avl_node*);
FUNCTION(iv_avl_tree_prev, struct iv_avl_node*, struct iv_avl_node*);

_Static_assert(IV_SIGNAL_FLAG_EXCLUSIVE == 1, "a flag changed");
_Static_assert(IV_SIGNAL_FLAG_THIS_THREAD == 2, "a flag changed");
_Static_assert(IV_FD_PUMP_FLAG_RELAY_EOF == 1, "a flag changed");

// Whether `init` leaves an object of `type` as it was, to the byte.
#define CHANGES_NOTHING(type, init)                                                                \
    do {                                                                                           \
        struct type before, after;                                                                 \
        FILL(before);                                                                              \
        FILL(after);                                                                               \
        init(&after);                                                                              \
        KEEP(memcmp(&before, &after, sizeof before) == 0);                                         \
    } while (0)

PROMISE(the_nine_empty_initialisers_change_nothing) {
    CHANGES_NOTHING(iv_event, IV_EVENT_INIT);
    CHANGES_NOTHING(iv_event_raw, IV_EVENT_RAW_INIT);
    CHANGES_NOTHING(iv_signal, IV_SIGNAL_INIT);
    CHANGES_NOTHING(iv_wait_interest, IV_WAIT_INTEREST_INIT);
    CHANGES_NOTHING(iv_popen_request, IV_POPEN_REQUEST_INIT);
    CHANGES_NOTHING(iv_fd_pump, IV_FD_PUMP_INIT);
    CHANGES_NOTHING(iv_inotify, IV_INOTIFY_INIT);
    CHANGES_NOTHING(iv_inotify_watch, IV_INOTIFY_WATCH_INIT);
    CHANGES_NOTHING(iv_work_item, IV_WORK_ITEM_INIT);
}

PROMISE(a_pool_is_initialised_to_have_no_hooks_and_nothing_else) {
    struct iv_work_pool before, after;

    FILL(before);
    FILL(after);
    before.thread_start = NULL;
    before.thread_stop = NULL;
    IV_WORK_POOL_INIT(&after);
    KEEP(memcmp(&before, &after, sizeof before) == 0);
}

PROMISE(validating_the_time_does_nothing_and_needs_no_loop) {
    iv_validate_now();
}

struct object {
    char name;
    struct iv_list_head place;
};

// Ends the process unless `head` holds, in both directions, the objects named by the letters.
static void keep_list(struct iv_list_head* head, const char* names) {
    struct iv_list_head* place = head;
    size_t count = strlen(names);

    for (size_t index = 0; index < count; index++) {
        KEEP(place->next->prev == place);
        place = place->next;
        KEEP(place != head);
        SAME(iv_list_entry(place, struct object, place)->name, names[index]);
    }
    KEEP(place->next == head && head->prev == place);
    SAME(iv_list_empty(head), count == 0);
}

static struct object a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'}, d = {.name = 'd'};
static struct iv_list_head first = IV_LIST_HEAD_INIT(first), second;

static void fill_both_lists(void) {
    INIT_IV_LIST_HEAD(&first);
    INIT_IV_LIST_HEAD(&second);
    iv_list_add_tail(&a.place, &first);
    iv_list_add_tail(&b.place, &first);
    iv_list_add_tail(&c.place, &second);
    iv_list_add_tail(&d.place, &second);
}

PROMISE(a_list_starts_empty_and_grows_at_both_ends) {
    keep_list(&first, "");
    iv_list_add(&b.place, &first);
    iv_list_add(&a.place, &first);
    iv_list_add_tail(&c.place, &first);
    keep_list(&first, "abc");
}

PROMISE(what_is_deleted_from_a_list_has_no_links_or_is_an_empty_list) {
    fill_both_lists();
    iv_list_del(&a.place);
    keep_list(&first, "b");
    KEEP(a.place.next == NULL && a.place.prev == NULL);
    iv_list_del_init(&c.place);
    iv_list_del_init(&c.place);
    keep_list(&second, "d");
    keep_list(&c.place, "");
}

PROMISE(a_spliced_list_keeps_its_order_at_either_end) {
    fill_both_lists();
    iv_list_splice(&second, &first);
    keep_list(&first, "cdab");
    fill_both_lists();
    iv_list_splice_tail(&second, &first);
    keep_list(&first, "abcd");
    fill_both_lists();
    __iv_list_splice(&second, &a.place, &b.place);
    keep_list(&first, "acdb");
}

PROMISE(a_list_spliced_with_init_is_empty_and_an_empty_one_adds_nothing) {
    fill_both_lists();
    iv_list_splice_init(&second, &first);
    keep_list(&first, "cdab");
    keep_list(&second, "");
    iv_list_splice(&second, &first);
    iv_list_splice_tail(&second, &first);
    iv_list_splice_init(&second, &first);
    keep_list(&first, "cdab");
    iv_list_splice_tail_init(&first, &second);
    keep_list(&first, "");
    keep_list(&second, "cdab");
}

PROMISE(a_list_is_walked_in_order_and_may_be_emptied_on_a_safe_walk) {
    struct iv_list_head *place, *next;
    char names[8] = "";

    fill_both_lists();
    iv_list_for_each(place, &first) {
        names[strlen(names)] = iv_list_entry(place, struct object, place)->name;
    }
    iv_list_for_each_safe(place, next, &second) {
        names[strlen(names)] = iv_container_of(place, struct object, place)->name;
        iv_list_del(place);
    }
    KEEP(strcmp(names, "abcd") == 0);
    keep_list(&second, "");
}

static int by_address(const struct iv_avl_node* left, const struct iv_avl_node* right) {
    return (left > right) - (left < right);
}

static struct iv_avl_tree tree = IV_AVL_TREE_INIT(by_address);

PROMISE(an_empty_tree_has_no_ends_and_nothing_follows_nothing) {
    struct iv_avl_tree other;

    INIT_IV_AVL_TREE(&other, by_address);
    KEEP(memcmp(&tree, &other, sizeof tree) == 0);
    SAME(iv_avl_tree_empty(&tree), 1);
    KEEP(iv_avl_tree_min(&tree) == NULL && iv_avl_tree_max(&tree) == NULL);
    KEEP(iv_avl_tree_next_safe(NULL) == NULL);
}

PROMISE(a_tree_is_walked_in_order_and_may_be_emptied_on_a_safe_walk) {
    struct iv_avl_node nodes[5], *node, *next;
    int count = 0;

    for (int index = 0; index < 5; index++) {
        SAME(iv_avl_tree_insert(&tree, &nodes[(index * 2) % 5]), 0);
    }
    SAME(iv_avl_tree_empty(&tree), 0);
    KEEP(iv_avl_tree_min(&tree) == &nodes[0] && iv_avl_tree_max(&tree) == &nodes[4]);
    iv_avl_tree_for_each(node, &tree) {
        KEEP(node == &nodes[count++]);
    }
    SAME(count, 5);
    iv_avl_tree_for_each_safe(node, next, &tree) {
        KEEP(node == &nodes[5 - count--]);
        iv_avl_tree_delete(&tree, node);
        FILL(*node);
    }
    SAME(iv_avl_tree_empty(&tree), 1);
}

// Of Debian's headers the first gives no int, against its own manual page, and the second is not
// there yet: it is new in 0.43.
#ifdef TOCSIN_IVYKIS_IV_H
FUNCTION(IV_EVENT_INIT, int, struct iv_event*);
FUNCTION(iv_work_pool_submit_continuation, void, struct iv_work_pool*, struct iv_work_item*);

BETTER(initialising_an_event_yields_0_as_its_manual_page_has_it) {
    struct iv_event event;

    SAME(IV_EVENT_INIT(&event), 0);
}
#endif
