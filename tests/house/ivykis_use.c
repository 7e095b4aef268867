/* A program in the words that C90 and every C++ share, which uses all that the headers of ivykis
 * compile into programs, and what they include for them. For ivykis_use_test.py, which compiles it
 * in every way under all warnings; it is never run. */
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

struct object {
    int number;
    struct iv_list_head place;
    struct iv_avl_node node;
    struct iv_event event;
};

static int by_number(const struct iv_avl_node* left, const struct iv_avl_node* right) {
    return iv_container_of(left, struct object, node)->number -
           iv_container_of(right, struct object, node)->number;
}

static struct iv_list_head objects = IV_LIST_HEAD_INIT(objects);
static struct iv_avl_tree tree = IV_AVL_TREE_INIT(by_number);

static int use_lists(struct object* object) {
    struct iv_list_head others, *place, *next;
    int sum = 0;

    INIT_IV_LIST_HEAD(&others);
    iv_list_add(&object->place, &objects);
    iv_list_del_init(&object->place);
    iv_list_add_tail(&object->place, &objects);
    iv_list_splice(&objects, &others);
    iv_list_splice_init(&others, &objects);
    iv_list_splice_tail(&objects, &others);
    iv_list_splice_tail_init(&others, &objects);
    iv_list_for_each(place, &objects) {
        sum += iv_list_entry(place, struct object, place)->number;
    }
    iv_list_for_each_safe(place, next, &objects) {
        iv_list_del(&iv_container_of(place, struct object, place)->place);
    }
    return iv_list_empty(&objects) ? sum : 0;
}

static int use_trees(struct object* object) {
    struct iv_avl_node *node, *next;
    int sum = 0;

    INIT_IV_AVL_TREE(&tree, by_number);
    if (iv_avl_tree_insert(&tree, &object->node) != 0) {
        return 0;
    }
    iv_avl_tree_for_each(node, &tree) {
        sum += iv_container_of(node, struct object, node)->number;
    }
    iv_avl_tree_for_each_safe(node, next, &tree) {
        iv_avl_tree_delete(&tree, node);
    }
    return iv_avl_tree_empty(&tree) && iv_avl_tree_max(&tree) == NULL ? sum : 0;
}

/* A handler is given the cookie, and finds its object from a member as well. */
static void handle(void* cookie) {
    struct object* object = iv_container_of(cookie, struct object, event);

    iv_event_post(&object->event);
}

static void use_the_empty_initialisers(void) {
    struct iv_event event;
    struct iv_event_raw raw;
    struct iv_signal interest;
    struct iv_wait_interest child;
    struct iv_popen_request request;
    struct iv_fd_pump pump;
    struct iv_inotify instance;
    struct iv_inotify_watch watch;
    struct iv_work_item item;
    struct iv_work_pool pool;

    IV_EVENT_INIT(&event);
    IV_EVENT_RAW_INIT(&raw);
    IV_SIGNAL_INIT(&interest);
    IV_WAIT_INTEREST_INIT(&child);
    IV_POPEN_REQUEST_INIT(&request);
    IV_FD_PUMP_INIT(&pump);
    IV_INOTIFY_INIT(&instance);
    IV_INOTIFY_WATCH_INIT(&watch);
    IV_WORK_ITEM_INIT(&item);
    IV_WORK_POOL_INIT(&pool);
}

/* With what the headers include for programs: close(), alarm(), errno, waitpid(), IN_CREATE. */
static long use_what_comes_with_them(void) {
    int status;

    if (iv_now.tv_sec > 0)
        iv_validate_now();
    else
        iv_invalidate_now();
    if (alarm(IN_CREATE) > 0 && close(0) != 0 && waitpid(-1, &status, WNOHANG) < 0) {
        return errno + SIGCHLD + SOCK_STREAM + RUSAGE_SELF + UINT8_MAX + WIFEXITED(status);
    }
    return (&iv_now)->tv_nsec;
}

int main(void) {
    struct object object;

    object.number = 1;
    object.event.cookie = &object.event;
    object.event.handler = handle;
    if (IV_EVENT_INIT(&object.event) == 0 && iv_event_register(&object.event) == 0) {
        use_the_empty_initialisers();
    }
    iv_set_fatal_msg_handler(NULL);
    return use_lists(&object) + use_trees(&object) > use_what_comes_with_them();
}
