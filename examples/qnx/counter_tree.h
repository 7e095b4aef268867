// The tree of counters behind counters.c: what is where, and how it is listed.
#ifndef COUNTER_TREE_H
#define COUNTER_TREE_H

#include <dirent.h>
#include <limits.h>
#include <string.h>

// A counter, a directory of them, or a symbolic link.
struct counter {
    iofunc_attr_t attr;
    struct counter* parent;  // NULL: it has no name any more, or is the root
    struct counter* first;   // of a directory
    struct counter* next;    // in the same one
    char name[NAME_MAX + 1];
    char* target;  // of a symbolic link
    long value;
    unsigned long changes;
    iofunc_notify_t notify[3];
};

// Where a path leads: to a counter, or to a name in a directory that nothing has.
struct place {
    struct counter* parent;
    struct counter* counter;
    char name[NAME_MAX + 1];
};

static struct counter* new_counter(void) {
    struct counter* counter = calloc(1, sizeof *counter);
    if (counter != NULL) {
        IOFUNC_NOTIFY_INIT(counter->notify);
    }
    return counter;
}

static void put_into(struct counter* directory, struct counter* counter, const char* name) {
    strcpy(counter->name, name);
    if (counter->attr.inode == 0) {
        static ino_t last;
        counter->attr.inode = ++last;
    }
    counter->parent = directory;
    counter->next = directory->first;
    directory->first = counter;
}

static void take_out(struct counter* counter) {
    struct counter** link = &counter->parent->first;
    while (*link != counter) {
        link = &(*link)->next;
    }
    *link = counter->next;
    counter->parent = NULL;
}

// One that has lost its name goes when it is open nowhere.
static void free_unused(struct counter* counter) {
    if (counter->parent == NULL && counter->attr.count == 0 && counter->name[0] != '\0') {
        free(counter->target);
        free(counter);
    }
}

static struct counter* find_in(struct counter* directory, const char* name) {
    struct counter* counter = directory->first;
    while (counter != NULL && strcmp(counter->name, name) != 0) {
        counter = counter->next;
    }
    return counter;
}

// Follows a path, "a/b", from the root, "".
static int find_place(struct counter* root, const char* path, struct place* place) {
    memset(place, 0, sizeof *place);
    place->parent = root;
    place->counter = root;
    while (*path != '\0') {
        if (place->counter == NULL) {
            return ENOENT;
        }
        if (!S_ISDIR(place->counter->attr.mode)) {
            return ENOTDIR;
        }
        size_t length = strcspn(path, "/");
        if (length > NAME_MAX) {
            return ENAMETOOLONG;
        }
        memcpy(place->name, path, length);
        place->name[length] = '\0';
        place->parent = place->counter;
        place->counter = find_in(place->parent, place->name);
        path += length + (path[length] == '/' ? 1 : 0);
    }
    return EOK;
}

// Adds an entry at `*used` when there is room for it.
static int add_entry(char* entries, size_t room, size_t* used, const char* name, ino_t inode,
                     off_t offset) {
    size_t length = strlen(name);
    size_t size = (offsetof(struct dirent, d_name) + length + 1 + 7) & ~(size_t)7;
    if (size > room - *used) {
        return 0;
    }
    struct dirent* entry = (struct dirent*)(entries + *used);
    entry->d_ino = inode;
    entry->d_offset = offset;
    entry->d_reclen = (unsigned short)size;
    entry->d_namelen = (unsigned char)length;
    strcpy(entry->d_name, name);
    *used += size;
    return 1;
}

// The entries from `*offset` on, which is moved behind them; the two first ones are the directory
// itself and the one that it is in.
static size_t list(struct counter* directory, off_t* offset, char* entries, size_t room) {
    size_t used = 0;
    off_t number = 0;
    const char* const dots[] = {".", ".."};
    for (; number < 2; ++number) {
        if (number == *offset &&
            add_entry(entries, room, &used, dots[number], directory->attr.inode, number)) {
            ++*offset;
        }
    }
    for (struct counter* one = directory->first; one != NULL; one = one->next, ++number) {
        if (number == *offset) {
            if (!add_entry(entries, room, &used, one->name, one->attr.inode, number)) {
                break;
            }
            ++*offset;
        }
    }
    return used;
}

#endif
