// A QNX resource manager for a directory: counters that are made, set, renamed and removed as files
// are, in directories of their own. Started as `counters PATH`:
//
//   echo 5 > PATH/apples; echo +2 > PATH/apples; cat PATH/apples    7
//
// Who waits for input on a counter is told when it has changed.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

struct counter;
#define IOFUNC_ATTR_T struct counter
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include "counter_tree.h"

static resmgr_connect_funcs_t connect_funcs;
static resmgr_io_funcs_t io_funcs;

static int io_open(resmgr_context_t* ctp, io_open_t* msg, struct counter* root, void* extra) {
    (void)extra;
    struct place place;
    int status = find_place(root, msg->connect.path, &place);
    if (status != EOK) {
        return status;
    }
    struct counter* counter = place.counter;
    if (counter == NULL) {
        if ((msg->connect.ioflag & O_CREAT) == 0) {
            return ENOENT;
        }
        counter = new_counter();
        status = counter == NULL ? ENOMEM
                                 : iofunc_open(ctp, msg, &counter->attr, &place.parent->attr, NULL);
        if (status != EOK) {
            free(counter);
            return status;
        }
        put_into(place.parent, counter, place.name);
    } else if (S_ISLNK(counter->attr.mode) && !S_ISLNK(msg->connect.mode)) {
        _IO_SET_CONNECT_RET(ctp, _IO_CONNECT_RET_LINK);
        return EOK;
    } else {
        status = iofunc_open(ctp, msg, &counter->attr, NULL, NULL);
        if (status != EOK) {
            return status;
        }
    }
    return iofunc_ocb_attach(ctp, msg, NULL, &counter->attr, &io_funcs);
}

static int io_unlink(resmgr_context_t* ctp, io_unlink_t* msg, struct counter* root, void* extra) {
    (void)extra;
    struct place place;
    int status = find_place(root, msg->connect.path, &place);
    if (status == EOK) {
        status = place.counter == NULL ? ENOENT : EOK;
    }
    if (status == EOK && place.counter->first != NULL) {
        status = ENOTEMPTY;
    }
    if (status == EOK) {
        status = iofunc_unlink(ctp, msg, &place.counter->attr, &place.parent->attr, NULL);
    }
    if (status == EOK) {
        take_out(place.counter);
        free_unused(place.counter);
    }
    return status;
}

static int io_rename(resmgr_context_t* ctp, io_rename_t* msg, struct counter* root,
                     io_rename_extra_t* extra) {
    struct place from;
    struct place to;
    int status = find_place(root, extra->path, &from);
    if (status == EOK) {
        status = from.counter == NULL ? ENOENT : find_place(root, msg->connect.path, &to);
    }
    if (status == EOK && to.counter != NULL && to.counter->first != NULL) {
        status = ENOTEMPTY;
    }
    if (status != EOK || from.counter == to.counter) {
        return status;
    }
    status = iofunc_rename(ctp, msg, &from.counter->attr, &from.parent->attr,
                           to.counter == NULL ? NULL : &to.counter->attr, &to.parent->attr, NULL);
    if (status != EOK) {
        return status;
    }
    if (to.counter != NULL) {
        take_out(to.counter);
        free_unused(to.counter);
    }
    take_out(from.counter);
    put_into(to.parent, from.counter, to.name);
    return EOK;
}

// A directory or a counter with a value of 0.
static int io_mknod(resmgr_context_t* ctp, io_mknod_t* msg, struct counter* root, void* extra) {
    (void)extra;
    struct place place;
    int status = find_place(root, msg->connect.path, &place);
    if (status != EOK || place.counter != NULL) {
        return status == EOK ? EEXIST : status;
    }
    if (!S_ISDIR(msg->connect.mode) && !S_ISREG(msg->connect.mode)) {
        return EINVAL;
    }
    struct counter* counter = new_counter();
    if (counter == NULL) {
        return ENOMEM;
    }
    status = iofunc_mknod(ctp, msg, &counter->attr, &place.parent->attr, NULL);
    if (status != EOK) {
        free(counter);
        return status;
    }
    put_into(place.parent, counter, place.name);
    return EOK;
}

// Symbolic links only: a counter has one name.
static int io_link(resmgr_context_t* ctp, io_link_t* msg, struct counter* root,
                   io_link_extra_t* extra) {
    if (msg->connect.extra_type != _IO_CONNECT_EXTRA_SYMLINK) {
        return EPERM;
    }
    msg->connect.mode = S_IFLNK | 0777;
    struct place place;
    int status = find_place(root, msg->connect.path, &place);
    if (status != EOK || place.counter != NULL) {
        return status == EOK ? EEXIST : status;
    }
    struct counter* counter = new_counter();
    char* target = strdup(extra->path);
    if (counter == NULL || target == NULL) {
        status = ENOMEM;
    } else {
        status = iofunc_mknod(ctp, msg, &counter->attr, &place.parent->attr, NULL);
    }
    if (status != EOK) {
        free(counter);
        free(target);
        return status;
    }
    counter->target = target;
    counter->attr.nbytes = (off_t)strlen(target);
    put_into(place.parent, counter, place.name);
    return EOK;
}

static int io_readlink(resmgr_context_t* ctp, io_readlink_t* msg, struct counter* root,
                       void* extra) {
    (void)extra;
    struct place place;
    int status = find_place(root, msg->connect.path, &place);
    if (status == EOK) {
        status =
            place.counter == NULL ? ENOENT : iofunc_readlink(ctp, msg, &place.counter->attr, NULL);
    }
    if (status != EOK) {
        return status;
    }
    char* target = place.counter->target;
    memset(&msg->link_reply, 0, sizeof msg->link_reply);
    msg->link_reply.path_len = (uint16_t)(strlen(target) + 1);
    SETIOV(ctp->iov + 0, &msg->link_reply, sizeof msg->link_reply);
    SETIOV(ctp->iov + 1, target, msg->link_reply.path_len);
    return _RESMGR_NPARTS(2);
}

static int io_read(resmgr_context_t* ctp, io_read_t* msg, iofunc_ocb_t* ocb) {
    int status = iofunc_read_verify(ctp, msg, ocb, NULL);
    if (status != EOK) {
        return status;
    }
    struct counter* counter = ocb->attr;
    if (S_ISDIR(counter->attr.mode)) {
        static char entries[4096];
        size_t room = msg->i.nbytes < sizeof entries ? msg->i.nbytes : sizeof entries;
        size_t size = list(counter, &ocb->offset, entries, room);
        _IO_SET_READ_NBYTES(ctp, size);
        return _RESMGR_PTR(ctp, entries, size);
    }
    if ((msg->i.xtype & _IO_XTYPE_MASK) != _IO_XTYPE_NONE) {
        return ENOSYS;
    }
    static char text[24];
    int length = snprintf(text, sizeof text, "%ld\n", counter->value);
    int left = ocb->offset < length ? length - (int)ocb->offset : 0;
    int size = left < (int)msg->i.nbytes ? left : (int)msg->i.nbytes;
    _IO_SET_READ_NBYTES(ctp, size);
    int status_of_part = _RESMGR_PTR(ctp, text + ocb->offset, (size_t)size);
    ocb->offset += size;
    counter->attr.flags |= IOFUNC_ATTR_ATIME;
    return size == 0 ? EOK : status_of_part;
}

// A number sets the counter, one with a sign is added.
static int io_write(resmgr_context_t* ctp, io_write_t* msg, iofunc_ocb_t* ocb) {
    int status = iofunc_write_verify(ctp, msg, ocb, NULL);
    if (status != EOK) {
        return status;
    }
    char text[24] = "";
    if (msg->i.nbytes >= sizeof text) {
        return EINVAL;
    }
    if (resmgr_msgread(ctp, text, msg->i.nbytes, sizeof msg->i) == -1) {
        return errno;
    }
    struct counter* counter = ocb->attr;
    char* end;
    long value = strtol(text, &end, 10);
    if (end == text || (*end != '\n' && *end != '\0')) {
        return EINVAL;
    }
    counter->value = *text == '+' || *text == '-' ? counter->value + value : value;
    counter->changes++;
    counter->attr.flags |= IOFUNC_ATTR_MTIME | IOFUNC_ATTR_CTIME;
    iofunc_notify_trigger(counter->notify, 1, IOFUNC_NOTIFY_INPUT);
    ocb->offset += (off_t)msg->i.nbytes;
    _IO_SET_WRITE_NBYTES(ctp, msg->i.nbytes);
    return _RESMGR_NPARTS(0);
}

// Input is what has been written since somebody has asked: it is told, and never there.
static int io_notify(resmgr_context_t* ctp, io_notify_t* msg, iofunc_ocb_t* ocb) {
    return iofunc_notify(ctp, msg, ocb->attr->notify, _NOTIFY_COND_OUTPUT, NULL, NULL);
}

static int io_close_dup(resmgr_context_t* ctp, io_close_t* msg, iofunc_ocb_t* ocb) {
    iofunc_notify_remove(ctp, ocb->attr->notify);
    return iofunc_close_dup_default(ctp, msg, ocb);
}

static int io_close_ocb(resmgr_context_t* ctp, void* reserved, iofunc_ocb_t* ocb) {
    struct counter* counter = ocb->attr;
    int status = iofunc_close_ocb_default(ctp, reserved, ocb);
    free_unused(counter);
    return status;
}

int main(int argc, char** argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s PATH\n", argv[0]);
        return EXIT_FAILURE;
    }
    dispatch_t* dpp = dispatch_create();
    struct counter* root = new_counter();
    if (dpp == NULL || root == NULL) {
        perror("counters");
        return EXIT_FAILURE;
    }
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_funcs, _RESMGR_IO_NFUNCS, &io_funcs);
    connect_funcs.open = io_open;
    connect_funcs.unlink = io_unlink;
    connect_funcs.rename = io_rename;
    connect_funcs.mknod = io_mknod;
    connect_funcs.link = io_link;
    connect_funcs.readlink = io_readlink;
    io_funcs.read = io_read;
    io_funcs.write = io_write;
    io_funcs.notify = io_notify;
    io_funcs.close_dup = io_close_dup;
    io_funcs.close_ocb = io_close_ocb;
    iofunc_attr_init(&root->attr, S_IFDIR | 0755, NULL, NULL);

    resmgr_attr_t resmgr_attr;
    memset(&resmgr_attr, 0, sizeof resmgr_attr);
    resmgr_attr.nparts_max = 2;
    resmgr_attr.msg_max_size = 2048;
    if (resmgr_attach(dpp, &resmgr_attr, argv[1], _FTYPE_ANY, _RESMGR_FLAG_DIR, &connect_funcs,
                      &io_funcs, root) == -1) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    puts("attached");
    fflush(stdout);

    dispatch_context_t* ctp = dispatch_context_alloc(dpp);
    while (dispatch_block(ctp) != NULL) {
        dispatch_handler(ctp);
    }
    perror("dispatch_block");
    return EXIT_FAILURE;
}
