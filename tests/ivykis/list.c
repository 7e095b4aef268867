// Promises of iv_list, which programs carry compiled into them. For tests/ivykis.
#include "promise.h"

#include <iv_list.h>

struct letter {
    char letter;
    struct iv_list_head link;
};

static struct letter letters[26];

static struct iv_list_head* link_of(char letter) {
    struct letter* it = &letters[letter - 'a'];

    it->letter = letter;
    return &it->link;
}

static void add_all(struct iv_list_head* head, const char* word) {
    for (; *word != '\0'; word++) {
        FILL(*link_of(*word));
        iv_list_add_tail(link_of(*word), head);
    }
}

// Compares forwards, and all links backwards.
static void list_is(struct iv_list_head* head, const char* word) {
    const struct iv_list_head* last = head;
    struct iv_list_head* link;

    SAME(iv_list_empty(head), *word == '\0');
    iv_list_for_each(link, head) {
        SAME(iv_list_entry(link, struct letter, link)->letter, *word);
        KEEP(link->prev == last);
        last = link;
        word++;
    }
    SAME(*word, '\0');
    KEEP(head->prev == last);
}

PROMISE(an_initialised_list_is_empty) {
    struct iv_list_head head = IV_LIST_HEAD_INIT(head), other;

    FILL(other);
    INIT_IV_LIST_HEAD(&other);
    list_is(&head, "");
    list_is(&other, "");
}

PROMISE(add_puts_in_front_and_add_tail_behind) {
    struct iv_list_head head = IV_LIST_HEAD_INIT(head);

    iv_list_add(link_of('b'), &head);
    iv_list_add(link_of('a'), &head);
    iv_list_add_tail(link_of('c'), &head);
    list_is(&head, "abc");
    iv_list_add(link_of('x'), link_of('a'));
    iv_list_add_tail(link_of('y'), link_of('c'));
    list_is(&head, "axbyc");
}

PROMISE(del_takes_out_and_leaves_null_links) {
    struct iv_list_head head = IV_LIST_HEAD_INIT(head);

    add_all(&head, "abc");
    iv_list_del(link_of('b'));
    KEEP(link_of('b')->next == NULL);
    KEEP(link_of('b')->prev == NULL);
    list_is(&head, "ac");
    iv_list_del(link_of('a'));
    iv_list_del(link_of('c'));
    list_is(&head, "");
}

PROMISE(del_init_takes_out_and_leaves_an_empty_list) {
    struct iv_list_head head = IV_LIST_HEAD_INIT(head);

    add_all(&head, "abc");
    iv_list_del_init(link_of('b'));
    list_is(&head, "ac");
    list_is(link_of('b'), "");
    iv_list_del_init(link_of('b'));  // once more does no harm
    list_is(link_of('b'), "");
}

PROMISE(splice_puts_a_whole_list_in_front) {
    struct iv_list_head head = IV_LIST_HEAD_INIT(head), more = IV_LIST_HEAD_INIT(more);

    add_all(&head, "ab");
    add_all(&more, "xyz");
    iv_list_splice(&more, &head);
    list_is(&head, "xyzab");
    INIT_IV_LIST_HEAD(&more);
    iv_list_splice(&more, &head);
    list_is(&head, "xyzab");
}

PROMISE(splice_tail_puts_a_whole_list_behind) {
    struct iv_list_head head = IV_LIST_HEAD_INIT(head), more = IV_LIST_HEAD_INIT(more);

    add_all(&head, "ab");
    add_all(&more, "xyz");
    iv_list_splice_tail(&more, &head);
    list_is(&head, "abxyz");
    INIT_IV_LIST_HEAD(&more);
    iv_list_splice_tail(&more, &head);
    list_is(&head, "abxyz");
}

PROMISE(splice_init_also_empties_the_list_that_was_moved) {
    struct iv_list_head head = IV_LIST_HEAD_INIT(head), more = IV_LIST_HEAD_INIT(more);

    add_all(&more, "xyz");
    iv_list_splice_init(&more, &head);
    list_is(&head, "xyz");
    list_is(&more, "");
    add_all(&more, "ab");
    iv_list_splice_init(&more, &head);
    list_is(&head, "abxyz");
    list_is(&more, "");
    iv_list_splice_init(&more, &head);
    list_is(&head, "abxyz");
}

PROMISE(splice_tail_init_also_empties_the_list_that_was_moved) {
    struct iv_list_head head = IV_LIST_HEAD_INIT(head), more = IV_LIST_HEAD_INIT(more);

    add_all(&more, "xyz");
    iv_list_splice_tail_init(&more, &head);
    list_is(&head, "xyz");
    list_is(&more, "");
    add_all(&more, "ab");
    iv_list_splice_tail_init(&more, &head);
    list_is(&head, "xyzab");
    list_is(&more, "");
    iv_list_splice_tail_init(&more, &head);
    list_is(&head, "xyzab");
}

PROMISE(links_may_be_taken_out_while_they_are_visited_safely) {
    struct iv_list_head head = IV_LIST_HEAD_INIT(head), *link, *next;
    int seen = 0;

    add_all(&head, "abcdefg");
    iv_list_for_each_safe(link, next, &head) {
        seen++;
        if (iv_list_entry(link, struct letter, link)->letter != 'd') {
            iv_list_del(link);
        }
    }
    SAME(seen, 7);
    list_is(&head, "d");
}

PROMISE(a_member_leads_to_what_contains_it) {
    struct letter it = {.letter = 'q'};

    KEEP(iv_container_of(&it.link, struct letter, link) == &it);
    KEEP(iv_container_of(&it.letter, struct letter, letter) == &it);
    KEEP(iv_list_entry(&it.link, struct letter, link) == &it);
}
