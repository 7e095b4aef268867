// Balanced trees through the objects of a program: iv_avl(3). Private to tocsin/ivykis.
#include <algorithm>
#include <cstdint>
#include <utility>

#include <iv_avl.h>

namespace {

using Node = iv_avl_node;

int height_of(const Node* node) {
    return node == nullptr ? 0 : node->height;
}

void update_height(Node& node) {
    node.height =
        static_cast<std::uint8_t>(1 + std::max(height_of(node.left), height_of(node.right)));
}

// The link that leads to `node`.
Node*& link_to(iv_avl_tree& tree, const Node& node) {
    if (node.parent == nullptr) {
        return tree.root;
    }
    return node.parent->left == &node ? node.parent->left : node.parent->right;
}

// Puts `child`, which may be nullptr, where `node` was.
void replace(iv_avl_tree& tree, const Node& node, Node* child) {
    link_to(tree, node) = child;
    if (child != nullptr) {
        child->parent = node.parent;
    }
}

// Lets the child of `top` on the side `from` come up, and `top` go down on the other side, `to`.
// Gives back the new top.
Node& rotate(iv_avl_tree& tree, Node& top, Node* Node::* from, Node* Node::* to) {
    Node& child = *(top.*from);
    replace(tree, top, &child);
    top.*from = child.*to;
    if (top.*from != nullptr) {
        (top.*from)->parent = &top;
    }
    child.*to = &top;
    top.parent = &child;
    update_height(top);
    update_height(child);
    return child;
}

// Mends a node whose subtree on the side `high` is higher by two; gives back the new top.
Node& lower(iv_avl_tree& tree, Node& node, Node* Node::* high, Node* Node::* low) {
    Node& child = *(node.*high);
    if (height_of(child.*low) > height_of(child.*high)) {
        rotate(tree, child, low, high);
    }
    return rotate(tree, node, high, low);
}

// From `node` up to the root, or to where nothing changes any more.
void rebalance(iv_avl_tree& tree, Node* node) {
    while (node != nullptr) {
        const std::uint8_t before = node->height;
        const int lean = height_of(node->left) - height_of(node->right);
        if (lean > 1) {
            node = &lower(tree, *node, &Node::left, &Node::right);
        } else if (lean < -1) {
            node = &lower(tree, *node, &Node::right, &Node::left);
        } else {
            update_height(*node);
        }
        if (node->height == before) {
            return;
        }
        node = node->parent;
    }
}

// The node that is last in direction `towards`, from `node` on.
Node* outermost(Node* node, Node* Node::* towards) {
    while (node->*towards != nullptr) {
        node = node->*towards;
    }
    return node;
}

// The neighbour of `node` on the side `towards`, in the order of the tree.
Node* neighbour(Node* node, Node* Node::* towards, Node* Node::* away) {
    if (node->*towards != nullptr) {
        return outermost(node->*towards, away);
    }
    while (node->parent != nullptr && node->parent->*towards == node) {
        node = node->parent;
    }
    return node->parent;
}

// Takes out a node with at most one child; gives back the lowest node whose height may be wrong.
Node* cut(iv_avl_tree& tree, const Node& node) {
    replace(tree, node, node.left != nullptr ? node.left : node.right);
    return node.parent;
}

// Takes out a node with two children: the one right before it takes its place.
Node* cut_inner(iv_avl_tree& tree, const Node& node) {
    Node& heir = *outermost(node.left, &Node::right);
    Node* const lowest = heir.parent == &node ? &heir : cut(tree, heir);
    heir.left = lowest == &heir ? heir.left : node.left;
    heir.right = node.right;
    heir.height = node.height;
    replace(tree, node, &heir);
    for (Node* const child : {heir.left, heir.right}) {
        if (child != nullptr) {
            child->parent = &heir;
        }
    }
    return lowest;
}

}  // namespace

int iv_avl_tree_insert(iv_avl_tree* tree, iv_avl_node* node) {
    Node* parent = nullptr;
    Node** link = &tree->root;
    while (*link != nullptr) {
        parent = *link;
        const int order = tree->compare(node, parent);
        if (order == 0) {
            return -1;
        }
        link = order < 0 ? &parent->left : &parent->right;
    }
    *node = {.left = nullptr, .right = nullptr, .parent = parent, .height = 1};
    *link = node;
    rebalance(*tree, parent);
    return 0;
}

void iv_avl_tree_delete(iv_avl_tree* tree, iv_avl_node* node) {
    const bool inner = node->left != nullptr && node->right != nullptr;
    rebalance(*tree, inner ? cut_inner(*tree, *node) : cut(*tree, *node));
}

iv_avl_node* iv_avl_tree_next(iv_avl_node* node) {
    return neighbour(node, &Node::right, &Node::left);
}

iv_avl_node* iv_avl_tree_prev(iv_avl_node* node) {
    return neighbour(node, &Node::left, &Node::right);
}
