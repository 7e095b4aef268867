/* Lists that run through the objects in them, in both directions. Public.
 *
 * For C and C++. A struct iv_list_head is either a list, or the place of an object in one, as a
 * member of it. A list is a ring: it links to itself when it is empty. Nothing here allocates,
 * fails, locks or needs iv_init(): a list may be used on any thread, by one at a time. The objects
 * are the caller's. Manual: iv_list(3). */
#ifndef TOCSIN_IVYKIS_IV_LIST_H
#define TOCSIN_IVYKIS_IV_LIST_H

#include <inttypes.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iv_list_head {
    struct iv_list_head* next;
    struct iv_list_head* prev;
};

/* The initial value of a list called `name`: an empty one. */
#define IV_LIST_HEAD_INIT(name) {&(name), &(name)}

/* Makes *ilh an empty list, or a place that is in no list and may be unlinked all the same. */
#define INIT_IV_LIST_HEAD(ilh)                                                                     \
    do {                                                                                           \
        (ilh)->next = (ilh);                                                                       \
        (ilh)->prev = (ilh);                                                                       \
    } while (0)

/* Puts `entry`, which is in no list, between two neighbours. The work behind the two below. */
static __inline__ void __iv_list_insert(struct iv_list_head* entry, struct iv_list_head* before,
                                        struct iv_list_head* after) {
    entry->prev = before;
    entry->next = after;
    before->next = entry;
    after->prev = entry;
}

/* Puts `entry`, which is in no list, at the beginning of the list `head`. */
static __inline__ void iv_list_add(struct iv_list_head* entry, struct iv_list_head* head) {
    __iv_list_insert(entry, head, head->next);
}

/* Puts `entry`, which is in no list, at the end of the list `head`. */
static __inline__ void iv_list_add_tail(struct iv_list_head* entry, struct iv_list_head* head) {
    __iv_list_insert(entry, head->prev, head);
}

/* Takes `entry` out of its list and leaves NULL in both its links: it is no list and in none. */
static __inline__ void iv_list_del(struct iv_list_head* entry) {
    entry->next->prev = entry->prev;
    entry->prev->next = entry->next;
    entry->next = NULL;
    entry->prev = NULL;
}

/* Takes `entry` out of its list and leaves it an empty list: it may be taken out again. */
static __inline__ void iv_list_del_init(struct iv_list_head* entry) {
    entry->next->prev = entry->prev;
    entry->prev->next = entry->next;
    INIT_IV_LIST_HEAD(entry);
}

/* Whether the list `head` is empty: 1 or 0. */
static __inline__ int iv_list_empty(const struct iv_list_head* head) {
    return head->next == head;
}

/* Links the entries of the list `from`, which must not be empty, between two neighbours, in their
 * order. `from` itself is left as it was, and so is no list any more. */
static __inline__ void __iv_list_splice(struct iv_list_head* from, struct iv_list_head* before,
                                        struct iv_list_head* after) {
    from->next->prev = before;
    from->prev->next = after;
    before->next = from->next;
    after->prev = from->prev;
}

/* Moves all entries of `from` to the beginning of the list `head`, in their order. `from` may be
 * empty; if it was not, it has to be made a list anew before it is used again. */
static __inline__ void iv_list_splice(struct iv_list_head* from, struct iv_list_head* head) {
    if (!iv_list_empty(from)) {
        __iv_list_splice(from, head, head->next);
    }
}

/* As iv_list_splice(); `from` is an empty list afterwards. */
static __inline__ void iv_list_splice_init(struct iv_list_head* from, struct iv_list_head* head) {
    iv_list_splice(from, head);
    INIT_IV_LIST_HEAD(from);
}

/* Moves all entries of `from` to the end of the list `head`, in their order. `from` may be empty;
 * if it was not, it has to be made a list anew before it is used again. */
static __inline__ void iv_list_splice_tail(struct iv_list_head* from, struct iv_list_head* head) {
    if (!iv_list_empty(from)) {
        __iv_list_splice(from, head->prev, head);
    }
}

/* As iv_list_splice_tail(); `from` is an empty list afterwards. */
static __inline__ void iv_list_splice_tail_init(struct iv_list_head* from,
                                                struct iv_list_head* head) {
    iv_list_splice_tail(from, head);
    INIT_IV_LIST_HEAD(from);
}

/* The object of the given type whose member is *ptr. `ptr`, which is looked at once, has to point
 * to such a member, or the compiler complains. */
#ifdef __cplusplus
#define iv_container_of(ptr, type, member)                                                         \
    (reinterpret_cast<type*>(                                                                      \
        reinterpret_cast<uintptr_t>(                                                               \
            static_cast<const __typeof__(static_cast<type*>(NULL)->member)*>(ptr)) -               \
        offsetof(type, member)))
#else
#define iv_container_of(ptr, type, member)                                                         \
    ((type*)((uintptr_t)(1 ? (ptr) : (const __typeof__(((type*)NULL)->member)*)NULL) -             \
             offsetof(type, member)))
#endif

/* The object of the given type whose place in a list is *ilh, its member `member`. */
#define iv_list_entry(ilh, type, member) iv_container_of(ilh, type, member)

/* Runs `ilh` over the places in the list `head`. The body must not unlink the one it is at. */
#define iv_list_for_each(ilh, head) for ((ilh) = (head)->next; (ilh) != (head); (ilh) = (ilh)->next)

/* As iv_list_for_each(), where the body may unlink and free the one it is at, but not the one
 * after it, which `ilh2` holds. */
#define iv_list_for_each_safe(ilh, ilh2, head)                                                     \
    for ((ilh) = (head)->next, (ilh2) = (ilh)->next; (ilh) != (head);                              \
         (ilh) = (ilh2), (ilh2) = (ilh)->next)

#ifdef __cplusplus
}
#endif

#endif
