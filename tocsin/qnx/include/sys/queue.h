/* Public. glibc's lists and queues, and the macros that BSD and QNX have beside them. */
#ifndef _TOCSIN_SYS_QUEUE_H_INCLUDED
#define _TOCSIN_SYS_QUEUE_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <stddef.h>
#include_next <sys/queue.h>

/* What a walk ends at. */
#define LIST_END(head) NULL
#define SLIST_END(head) NULL
#define STAILQ_END(head) NULL
#define SIMPLEQ_END(head) NULL
#define TAILQ_END(head) NULL

/* Walks whose body may remove and free `var`: the next one is already in `next`. */
#define TOCSIN_FOREACH_SAFE(var, first, following, next)                                           \
    for ((var) = (first); (var) != NULL && ((next) = (following), 1); (var) = (next))
#define LIST_FOREACH_SAFE(var, head, field, next)                                                  \
    TOCSIN_FOREACH_SAFE(var, LIST_FIRST(head), LIST_NEXT(var, field), next)
#define SLIST_FOREACH_SAFE(var, head, field, next)                                                 \
    TOCSIN_FOREACH_SAFE(var, SLIST_FIRST(head), SLIST_NEXT(var, field), next)
#define STAILQ_FOREACH_SAFE(var, head, field, next)                                                \
    TOCSIN_FOREACH_SAFE(var, STAILQ_FIRST(head), STAILQ_NEXT(var, field), next)
#define SIMPLEQ_FOREACH_SAFE(var, head, field, next)                                               \
    TOCSIN_FOREACH_SAFE(var, SIMPLEQ_FIRST(head), SIMPLEQ_NEXT(var, field), next)
#define TAILQ_FOREACH_SAFE(var, head, field, next)                                                 \
    TOCSIN_FOREACH_SAFE(var, TAILQ_FIRST(head), TAILQ_NEXT(var, field), next)
#define TAILQ_FOREACH_REVERSE_SAFE(var, head, headname, field, next)                               \
    TOCSIN_FOREACH_SAFE(var, TAILQ_LAST(head, headname), TAILQ_PREV(var, headname, field), next)

/* Walks that go on at `var`, or begin at the first one where that is NULL. */
#define TOCSIN_FOREACH_FROM(var, first, following)                                                 \
    for ((var) = ((var) != NULL ? (var) : (first)); (var) != NULL; (var) = (following))
#define LIST_FOREACH_FROM(var, head, field)                                                        \
    TOCSIN_FOREACH_FROM(var, LIST_FIRST(head), LIST_NEXT(var, field))
#define SLIST_FOREACH_FROM(var, head, field)                                                       \
    TOCSIN_FOREACH_FROM(var, SLIST_FIRST(head), SLIST_NEXT(var, field))
#define STAILQ_FOREACH_FROM(var, head, field)                                                      \
    TOCSIN_FOREACH_FROM(var, STAILQ_FIRST(head), STAILQ_NEXT(var, field))
#define TAILQ_FOREACH_FROM(var, head, field)                                                       \
    TOCSIN_FOREACH_FROM(var, TAILQ_FIRST(head), TAILQ_NEXT(var, field))

/* The last one of a queue that knows the end of its last link only. */
#define TOCSIN_LAST(first, link, type, field)                                                      \
    ((first) == NULL ? NULL : (struct type*)(void*)((char*)(link) - offsetof(struct type, field)))
#define STAILQ_LAST(head, type, field)                                                             \
    TOCSIN_LAST(STAILQ_FIRST(head), (head)->stqh_last, type, field)
#define SIMPLEQ_LAST(head, type, field)                                                            \
    TOCSIN_LAST(SIMPLEQ_FIRST(head), (head)->sqh_last, type, field)

#define SLIST_REMOVE_AFTER(element, field)                                                         \
    do {                                                                                           \
        SLIST_NEXT(element, field) = SLIST_NEXT(SLIST_NEXT(element, field), field);                \
    } while (0)
#define STAILQ_REMOVE_AFTER(head, element, field)                                                  \
    do {                                                                                           \
        STAILQ_NEXT(element, field) = STAILQ_NEXT(STAILQ_NEXT(element, field), field);             \
        if (STAILQ_NEXT(element, field) == NULL) {                                                 \
            (head)->stqh_last = &STAILQ_NEXT(element, field);                                      \
        }                                                                                          \
    } while (0)
#define SIMPLEQ_REMOVE_AFTER(head, element, field)                                                 \
    do {                                                                                           \
        SIMPLEQ_NEXT(element, field) = SIMPLEQ_NEXT(SIMPLEQ_NEXT(element, field), field);          \
        if (SIMPLEQ_NEXT(element, field) == NULL) {                                                \
            (head)->sqh_last = &SIMPLEQ_NEXT(element, field);                                      \
        }                                                                                          \
    } while (0)

#define SIMPLEQ_CONCAT(head, other)                                                                \
    do {                                                                                           \
        if (!SIMPLEQ_EMPTY(other)) {                                                               \
            *(head)->sqh_last = SIMPLEQ_FIRST(other);                                              \
            (head)->sqh_last = (other)->sqh_last;                                                  \
            SIMPLEQ_INIT(other);                                                                   \
        }                                                                                          \
    } while (0)

/* Puts `after` where `before` is. */
#define LIST_REPLACE(before, after, field)                                                         \
    do {                                                                                           \
        (after)->field = (before)->field;                                                          \
        *(after)->field.le_prev = (after);                                                         \
        if (LIST_NEXT(after, field) != NULL) {                                                     \
            LIST_NEXT(after, field)->field.le_prev = &LIST_NEXT(after, field);                     \
        }                                                                                          \
    } while (0)
#define TAILQ_REPLACE(head, before, after, field)                                                  \
    do {                                                                                           \
        (after)->field = (before)->field;                                                          \
        *(after)->field.tqe_prev = (after);                                                        \
        if (TAILQ_NEXT(after, field) != NULL) {                                                    \
            TAILQ_NEXT(after, field)->field.tqe_prev = &TAILQ_NEXT(after, field);                  \
        } else {                                                                                   \
            (head)->tqh_last = &TAILQ_NEXT(after, field);                                          \
        }                                                                                          \
    } while (0)

/* Exchange what is in two queues. */
#define TAILQ_SWAP(left, right, type, field)                                                       \
    do {                                                                                           \
        struct type* tocsin_first = TAILQ_FIRST(left);                                             \
        struct type** tocsin_last = (left)->tqh_last;                                              \
        TAILQ_INIT(left);                                                                          \
        TAILQ_CONCAT(left, right, field);                                                          \
        if (tocsin_first != NULL) {                                                                \
            (right)->tqh_first = tocsin_first;                                                     \
            (right)->tqh_last = tocsin_last;                                                       \
            tocsin_first->field.tqe_prev = &(right)->tqh_first;                                    \
        }                                                                                          \
    } while (0)

#endif
