// Promises of iv_avl: trees whose nodes lie in the objects of the program. For tests/ivykis.
#include "promise.h"

#include <iv_avl.h>
#include <stddef.h>

struct number {
    int value;
    struct iv_avl_node node;
};

static const struct number* number_of(const struct iv_avl_node* node) {
    return (const struct number*)((const char*)node - offsetof(struct number, node));
}

static int compare(const struct iv_avl_node* a, const struct iv_avl_node* b) {
    int left = number_of(a)->value, right = number_of(b)->value;

    return (left > right) - (left < right);
}

static int height(const struct iv_avl_node* node) {
    return node == NULL ? 0 : node->height;
}

// Checks what programs that read the nodes rely on; gives back the number of nodes.
static int check_below(const struct iv_avl_node* node, const struct iv_avl_node* parent) {
    int left, right;

    if (node == NULL) {
        return 0;
    }
    KEEP(node->parent == parent);
    KEEP(node->left == NULL || compare(node->left, node) < 0);
    KEEP(node->right == NULL || compare(node, node->right) < 0);
    left = height(node->left);
    right = height(node->right);
    KEEP(left - right >= -1 && left - right <= 1);
    SAME(node->height, 1 + (left > right ? left : right));
    return check_below(node->left, node) + 1 + check_below(node->right, node);
}

static void tree_has(const struct iv_avl_tree* tree, int count) {
    const struct iv_avl_node* last = NULL;
    struct iv_avl_node* node;
    int seen = 0;

    SAME(check_below(tree->root, NULL), count);
    iv_avl_tree_for_each(node, tree) {
        KEEP(last == NULL || compare(last, node) < 0);
        KEEP(iv_avl_tree_prev(node) == last);
        last = node;
        seen++;
    }
    SAME(seen, count);
    KEEP(iv_avl_tree_max(tree) == last);
    SAME(iv_avl_tree_empty(tree), count == 0);
}

enum { count = 300 };
static struct number numbers[count];

static void insert(struct iv_avl_tree* tree, int index, int value) {
    FILL(numbers[index]);
    numbers[index].value = value;
    SAME(iv_avl_tree_insert(tree, &numbers[index].node), 0);
}

PROMISE(an_empty_tree_has_no_nodes) {
    struct iv_avl_tree tree = IV_AVL_TREE_INIT(compare), other;

    INIT_IV_AVL_TREE(&other, compare);
    tree_has(&tree, 0);
    tree_has(&other, 0);
    KEEP(iv_avl_tree_min(&tree) == NULL);
    KEEP(iv_avl_tree_max(&tree) == NULL);
    KEEP(iv_avl_tree_next_safe(NULL) == NULL);
}

PROMISE(nodes_are_visited_in_order_whatever_order_they_came_in) {
    struct iv_avl_tree rising = IV_AVL_TREE_INIT(compare);
    struct iv_avl_tree falling = IV_AVL_TREE_INIT(compare);
    struct iv_avl_tree mixed = IV_AVL_TREE_INIT(compare);

    for (int index = 0; index < 100; index++) {
        insert(&rising, index, index);
        tree_has(&rising, index + 1);
        insert(&falling, 100 + index, -index);
        tree_has(&falling, index + 1);
        insert(&mixed, 200 + index, index * 37 % 101);
        tree_has(&mixed, index + 1);
    }
}

PROMISE(the_ends_have_no_neighbours) {
    struct iv_avl_tree tree = IV_AVL_TREE_INIT(compare);

    for (int index = 0; index < 3; index++) {
        insert(&tree, index, index);
    }
    KEEP(iv_avl_tree_min(&tree) == &numbers[0].node);
    KEEP(iv_avl_tree_max(&tree) == &numbers[2].node);
    KEEP(iv_avl_tree_next(&numbers[0].node) == &numbers[1].node);
    KEEP(iv_avl_tree_prev(&numbers[2].node) == &numbers[1].node);
    KEEP(iv_avl_tree_next(&numbers[2].node) == NULL);
    KEEP(iv_avl_tree_prev(&numbers[0].node) == NULL);
}

PROMISE(an_equal_node_is_refused_and_the_tree_stays_as_it_was) {
    struct iv_avl_tree tree = IV_AVL_TREE_INIT(compare);
    struct iv_avl_node before[20];
    struct number equal;

    for (int index = 0; index < 20; index++) {
        insert(&tree, index, index);
    }
    for (int index = 0; index < 20; index++) {
        before[index] = numbers[index].node;
    }
    for (int value = 0; value < 20; value++) {
        FILL(equal);
        equal.value = value;
        SAME(iv_avl_tree_insert(&tree, &equal.node), -1);
    }
    tree_has(&tree, 20);
    for (int index = 0; index < 20; index++) {
        KEEP(before[index].left == numbers[index].node.left);
        KEEP(before[index].right == numbers[index].node.right);
        KEEP(before[index].parent == numbers[index].node.parent);
    }
}

// Each node once as the first to go: leaves, inner nodes, the root.
PROMISE(any_node_can_be_deleted) {
    for (int gone = 0; gone < 40; gone++) {
        struct iv_avl_tree tree = IV_AVL_TREE_INIT(compare);
        int left = 40;

        for (int index = 0; index < 40; index++) {
            insert(&tree, index, index * 17 % 41);
        }
        for (int times = 0; times < 40; times++) {
            iv_avl_tree_delete(&tree, &numbers[(gone + times * 7) % 40].node);
            FILL(numbers[(gone + times * 7) % 40]);
            tree_has(&tree, --left);
        }
    }
}

// A short generator of its own, so that every run is the same.
static unsigned next_random(unsigned* state) {
    *state = *state * 1103515245u + 12345u;
    return *state >> 16;
}

PROMISE(a_tree_stays_in_order_and_balance_through_any_insertions_and_deletions) {
    struct iv_avl_tree tree = IV_AVL_TREE_INIT(compare);
    static int present[count];
    unsigned state = 1;
    int nodes = 0;

    for (int times = 0; times < 20000; times++) {
        int index = (int)(next_random(&state) % count);

        if (present[index]) {
            iv_avl_tree_delete(&tree, &numbers[index].node);
            nodes--;
        } else {
            insert(&tree, index, index);
            nodes++;
        }
        present[index] = !present[index];
        if (times % 50 == 0) {
            tree_has(&tree, nodes);
        }
    }
    tree_has(&tree, nodes);
}

PROMISE(a_deleted_node_can_be_inserted_again) {
    struct iv_avl_tree tree = IV_AVL_TREE_INIT(compare);

    insert(&tree, 0, 0);
    insert(&tree, 1, 1);
    for (int times = 0; times < 10; times++) {
        iv_avl_tree_delete(&tree, &numbers[0].node);
        tree_has(&tree, 1);
        SAME(iv_avl_tree_insert(&tree, &numbers[0].node), 0);
        tree_has(&tree, 2);
    }
}

PROMISE(nodes_may_be_deleted_while_they_are_visited_safely) {
    struct iv_avl_tree tree = IV_AVL_TREE_INIT(compare);
    struct iv_avl_node *node, *next;
    int seen = 0;

    for (int index = 0; index < 100; index++) {
        insert(&tree, index, index);
    }
    iv_avl_tree_for_each_safe(node, next, &tree) {
        SAME(number_of(node)->value, seen);
        seen++;
        if (seen % 3 != 0) {
            iv_avl_tree_delete(&tree, node);
            FILL(*node);
        }
    }
    SAME(seen, 100);
    tree_has(&tree, 33);
}

PROMISE(one_object_may_be_in_several_trees) {
    struct two {
        int value;
        struct iv_avl_node node;
        struct iv_avl_node other;
    } objects[10];
    struct iv_avl_tree tree = IV_AVL_TREE_INIT(compare);
    struct iv_avl_tree other = IV_AVL_TREE_INIT(compare);

    for (int index = 0; index < 10; index++) {
        objects[index].value = index;
        SAME(iv_avl_tree_insert(&tree, &objects[index].node), 0);
    }
    SAME(iv_avl_tree_insert(&other, &objects[3].other), 0);
    iv_avl_tree_delete(&other, &objects[3].other);
    SAME(check_below(tree.root, NULL), 10);
    KEEP(iv_avl_tree_empty(&other));
}
