/* Balanced search trees that run through the objects in them. Public.
 *
 * For C and C++. A struct iv_avl_node is the place of an object in a tree, as a member of it; see
 * iv_container_of() of iv_list.h for the way back. Nothing here allocates, locks or needs
 * iv_init(): a tree may be used on any thread, by one at a time. The objects are the caller's.
 * Manual: iv_avl(3). */
#ifndef TOCSIN_IVYKIS_IV_AVL_H
#define TOCSIN_IVYKIS_IV_AVL_H

#include <inttypes.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A node needs no preparation before it is inserted. All members are to be read only. */
struct iv_avl_node {
    struct iv_avl_node* left;   /* the subtree of what comes before it, or NULL */
    struct iv_avl_node* right;  /* the subtree of what comes after it, or NULL */
    struct iv_avl_node* parent; /* NULL at the root */
    uint8_t height;             /* of its subtree: 1 for a leaf */
};

struct iv_avl_tree {
    /* Less than, equal to or greater than 0, as `a` comes before, at or after `b`. It may be asked
     * on any call that changes the tree, and must not change it. */
    int (*compare)(const struct iv_avl_node* a, const struct iv_avl_node* b);
    struct iv_avl_node* root;
};

/* The initial value of a tree: empty, ordered by `comp`. */
#define IV_AVL_TREE_INIT(comp) {(comp), NULL}

/* Makes *tree an empty tree that is ordered by `comp`. */
#define INIT_IV_AVL_TREE(tree, comp)                                                               \
    do {                                                                                           \
        (tree)->compare = (comp);                                                                  \
        (tree)->root = NULL;                                                                       \
    } while (0)

/* Puts `node`, which is in no tree, into `tree`: 0, or -1 when one that compares equal is there
 * already, and then nothing is changed. Takes time in proportion to the height of the tree.
 * Manual: iv_avl(3). */
int iv_avl_tree_insert(struct iv_avl_tree* tree, struct iv_avl_node* node);

/* Takes `node`, which has to be in `tree`, out of it; its memory may be freed then. Never fails.
 * Manual: iv_avl(3). */
void iv_avl_tree_delete(struct iv_avl_tree* tree, struct iv_avl_node* node);

/* The node that comes right after, or right before, one that is in a tree; NULL at the end.
 * Never fails. Manual: iv_avl(3). */
struct iv_avl_node* iv_avl_tree_next(struct iv_avl_node* node);
struct iv_avl_node* iv_avl_tree_prev(struct iv_avl_node* node);

/* Whether `tree` is empty: 1 or 0. */
static __inline__ int iv_avl_tree_empty(const struct iv_avl_tree* tree) {
    return tree->root == NULL;
}

/* The first node of `tree`; NULL when it is empty. */
static __inline__ struct iv_avl_node* iv_avl_tree_min(const struct iv_avl_tree* tree) {
    struct iv_avl_node* first = tree->root;

    while (first != NULL && first->left != NULL) {
        first = first->left;
    }
    return first;
}

/* The last node of `tree`; NULL when it is empty. */
static __inline__ struct iv_avl_node* iv_avl_tree_max(const struct iv_avl_tree* tree) {
    struct iv_avl_node* last = tree->root;

    while (last != NULL && last->right != NULL) {
        last = last->right;
    }
    return last;
}

/* As iv_avl_tree_next(), and NULL after NULL. */
static __inline__ struct iv_avl_node* iv_avl_tree_next_safe(struct iv_avl_node* node) {
    return node == NULL ? NULL : iv_avl_tree_next(node);
}

/* Runs `an` over the nodes of *tree in order. The body must not delete the one it is at. */
#define iv_avl_tree_for_each(an, tree)                                                             \
    for ((an) = iv_avl_tree_min(tree); (an) != NULL; (an) = iv_avl_tree_next(an))

/* As iv_avl_tree_for_each(), where the body may delete and free the one it is at, but not the one
 * after it, which `an2` holds. */
#define iv_avl_tree_for_each_safe(an, an2, tree)                                                   \
    for ((an) = iv_avl_tree_min(tree), (an2) = iv_avl_tree_next_safe(an); (an) != NULL;            \
         (an) = (an2), (an2) = iv_avl_tree_next_safe(an))

#ifdef __cplusplus
}
#endif

#endif
