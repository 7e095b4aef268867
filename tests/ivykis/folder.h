// A folder of its own for a promise, and what happens in it. For tests/ivykis/inotify*.c.
#ifndef TESTS_IVYKIS_FOLDER_H
#define TESTS_IVYKIS_FOLDER_H

#include "promise.h"

#include <fcntl.h>
#include <iv_inotify.h>

static char folder_path[] = "/tmp/inotify_XXXXXX";

// The path of `name` in the folder, until the eighth next call.
static inline const char* inside(const char* name) {
    static char paths[8][100];
    static unsigned next;
    char* path = paths[next++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", folder_path, name);
    return path;
}

static inline void touch(const char* name) {
    int file = open(inside(name), O_WRONLY | O_CREAT, 0600);

    KEEP(file >= 0);
    close(file);
}

static inline void write_to(const char* name) {
    int file = open(inside(name), O_WRONLY | O_APPEND);

    SAME(write(file, "x", 1), 1);
    close(file);
}

// What is left of it goes when the process exits by itself; the names are one letter each.
static inline void remove_folder(void) {
    for (char name[] = "a"; name[0] <= 'z'; name[0]++) {
        unlink(inside(name));
        rmdir(inside(name));
    }
    rmdir(folder_path);
}

static inline void make_folder(void) {
    KEEP(mkdtemp(folder_path) != NULL);
    atexit(remove_folder);
}

// A watch that counts, and what was told last.
struct look {
    struct iv_inotify_watch watch;
    int calls;
    uint32_t mask;
    uint32_t all_masks;
    char name[16];
};

static inline void note_event(void* cookie, struct inotify_event* event) {
    struct look* look = cookie;

    look->calls++;
    look->mask = event->mask;
    look->all_masks |= event->mask;
    look->name[0] = '\0';
    if (event->len > 0) {
        strncpy(look->name, event->name, sizeof look->name - 1);
    }
}

static inline void prepare_look(struct look* look, struct iv_inotify* inotify, const char* path,
                                uint32_t mask, void (*handler)(void*, struct inotify_event*)) {
    FILL(*look);
    IV_INOTIFY_WATCH_INIT(&look->watch);
    look->watch.inotify = inotify;
    look->watch.pathname = path;
    look->watch.mask = mask;
    look->watch.cookie = look;
    look->watch.handler = handler;
    look->calls = 0;
    look->all_masks = 0;
    memset(look->name, 0, sizeof look->name);
}

static inline void start_look(struct look* look, struct iv_inotify* inotify, const char* path,
                              uint32_t mask, void (*handler)(void*, struct inotify_event*)) {
    prepare_look(look, inotify, path, mask, handler);
    SAME(iv_inotify_watch_register(&look->watch), 0);
}

// Stock reads a member that it never wrote unless the memory was zero (B2); so it is, here.
static inline void start_inotify(struct iv_inotify* inotify) {
    memset(inotify, 0, sizeof *inotify);
    IV_INOTIFY_INIT(inotify);
    SAME(iv_inotify_register(inotify), 0);
}

#endif
