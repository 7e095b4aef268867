// Watches on files: iv_inotify(3). Private to tocsin/ivykis.
#include <array>
#include <cerrno>
#include <cstddef>
#include <sys/inotify.h>
#include <unistd.h>

#include <iv_inotify.h>

namespace {

constexpr int no_watch = -1;
constexpr std::size_t buffer_size = 16384;

iv_inotify_watch& watch_of(const iv_avl_node& node) {
    char* const place = reinterpret_cast<char*>(const_cast<iv_avl_node*>(&node));
    return *reinterpret_cast<iv_inotify_watch*>(place - offsetof(iv_inotify_watch, an));
}

int compare(const iv_avl_node* left, const iv_avl_node* right) {
    const int a = watch_of(*left).wd;
    const int b = watch_of(*right).wd;
    return a < b ? -1 : static_cast<int>(a > b);
}

// The first watch whose number is at least `wd`, or nullptr.
iv_inotify_watch* watch_from(const iv_inotify& inotify, int wd) {
    iv_inotify_watch* found = nullptr;
    for (iv_avl_node* node = inotify.watches.root; node != nullptr;) {
        if (watch_of(*node).wd >= wd) {
            found = &watch_of(*node);
            node = node->left;
        } else {
            node = node->right;
        }
    }
    return found;
}

iv_inotify_watch* find(const iv_inotify& inotify, int wd) {
    iv_inotify_watch* const watch = watch_from(inotify, wd);
    return watch != nullptr && watch->wd == wd ? watch : nullptr;
}

void forget(iv_inotify_watch& watch) {
    iv_avl_tree_delete(&watch.inotify->watches, &watch.an);
    watch.wd = no_watch;
}

// The instance whose events this thread walks through now, until a handler unregisters it.
thread_local constinit iv_inotify* walked = nullptr;

// Nobody knows whose events were dropped: so every watch that is there now is told.
void deliver_overflow(const iv_inotify& inotify, inotify_event& event) {
    const iv_avl_node* const last = iv_avl_tree_max(&inotify.watches);
    const int last_wd = last == nullptr ? no_watch : watch_of(*last).wd;
    iv_inotify_watch* watch = watch_from(inotify, 0);
    while (watch != nullptr && watch->wd <= last_wd) {
        const int wd = watch->wd;
        watch->handler(watch->cookie, &event);
        watch = walked == nullptr ? nullptr : watch_from(inotify, wd + 1);
    }
}

void deliver(const iv_inotify& inotify, inotify_event& event) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
        deliver_overflow(inotify, event);
    } else if (iv_inotify_watch* const watch = find(inotify, event.wd)) {
        if ((event.mask & IN_IGNORED) != 0 || (watch->mask & IN_ONESHOT) != 0) {
            forget(*watch);
        }
        watch->handler(watch->cookie, &event);
    }
}

void read_events(void* cookie) {
    const auto& inotify = *static_cast<iv_inotify*>(cookie);
    alignas(inotify_event) std::array<char, buffer_size> buffer;
    const ssize_t size = ::read(inotify.fd.fd, buffer.data(), buffer.size());
    walked = static_cast<iv_inotify*>(cookie);
    for (ssize_t place = 0; place < size && walked != nullptr;) {
        auto& event = *reinterpret_cast<inotify_event*>(buffer.data() + place);
        place += static_cast<ssize_t>(sizeof event + event.len);
        deliver(inotify, event);
    }
    walked = nullptr;
}

// A watch that is there already keeps its mask. IN_MASK_CREATE says so to the kernel, which older
// ones, and a mask with IN_MASK_ADD, do not allow: then the old mask is put back.
int add_watch(const iv_inotify& inotify, const iv_inotify_watch& watch) {
    const bool empty =
        (watch.mask & IN_ALL_EVENTS) == 0;  // what the kernel refuses, but not with more
    int wd = ::inotify_add_watch(inotify.fd.fd, watch.pathname,
                                 empty ? watch.mask : watch.mask | IN_MASK_CREATE);
    if (wd >= 0 || errno != EINVAL) {
        return wd;
    }
    wd = ::inotify_add_watch(inotify.fd.fd, watch.pathname, watch.mask);
    const iv_inotify_watch* const before = wd < 0 ? nullptr : find(inotify, wd);
    if (before != nullptr) {
        ::inotify_add_watch(inotify.fd.fd, watch.pathname, before->mask);
        errno = EEXIST;
        return -1;
    }
    return wd;
}

}  // namespace

int iv_inotify_register(iv_inotify* inotify) {
    IV_FD_INIT(&inotify->fd);
    inotify->fd.fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (inotify->fd.fd < 0) {
        return -1;
    }
    INIT_IV_AVL_TREE(&inotify->watches, compare);
    inotify->term = nullptr;
    inotify->fd.cookie = inotify;
    inotify->fd.handler_in = read_events;
    if (iv_fd_register_try(&inotify->fd) != 0) {
        const int error = errno;
        ::close(inotify->fd.fd);
        errno = error;
        return -1;
    }
    return 0;
}

void iv_inotify_unregister(iv_inotify* inotify) {
    iv_fd_unregister(&inotify->fd);
    ::close(inotify->fd.fd);
    if (walked == inotify) {
        walked = nullptr;
    }
}

int iv_inotify_watch_register(iv_inotify_watch* watch) {
    watch->wd = add_watch(*watch->inotify, *watch);
    if (watch->wd < 0) {
        return -1;
    }
    iv_avl_tree_insert(&watch->inotify->watches, &watch->an);
    return 0;
}

void iv_inotify_watch_unregister(iv_inotify_watch* watch) {
    if (watch->wd != no_watch) {
        ::inotify_rm_watch(watch->inotify->fd.fd, watch->wd);
        forget(*watch);
    }
}
