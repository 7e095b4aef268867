// The device as the shortest program for libfuse's low level. Private to bench/resource.
#include <algorithm>
#include <cerrno>
#include <fuse_lowlevel.h>
#include <mutex>
#include <poll.h>
#include <sys/stat.h>

#include <bench/resource/served.h>
#include <bench/resource/triggering.h>

namespace bench {
namespace {

// There is one device in a server's process.
const Order* ordered = nullptr;
Triggering* triggering = nullptr;
std::mutex mutex;
::fuse_pollhandle* waiting = nullptr;  // guarded by the mutex
int ioctls = 0;
char content[read_size_max];

void get_attributes(::fuse_req_t request, ::fuse_ino_t node, ::fuse_file_info*) {
    struct ::stat status = {};
    status.st_ino = node;
    status.st_mode = S_IFREG | 0666;
    status.st_nlink = 1;
    ::fuse_reply_attr(request, &status, 1);
}

void open_device(::fuse_req_t request, ::fuse_ino_t, ::fuse_file_info* info) {
    ordered->shared.opened.fetch_add(1, std::memory_order_relaxed);
    info->direct_io = 1;
    info->nonseekable = 1;
    ::fuse_reply_open(request, info);
}

void read_device(::fuse_req_t request, ::fuse_ino_t, std::size_t size, ::off_t, ::fuse_file_info*) {
    ::fuse_reply_buf(request, content, std::min(size, sizeof content));
}

void command_device(::fuse_req_t request, ::fuse_ino_t, unsigned command, void*, ::fuse_file_info*,
                    unsigned, const void* bytes, std::size_t size, std::size_t) {
    ++ioctls;
    switch (command) {
    case count_ioctl:
        ::fuse_reply_ioctl(request, 0, &ioctls, sizeof ioctls);
        break;
    case echo_ioctl:
        ::fuse_reply_ioctl(request, 0, bytes, size);
        break;
    default:
        ::fuse_reply_err(request, ENOTTY);
    }
}

void poll_device(::fuse_req_t request, ::fuse_ino_t, ::fuse_file_info*, ::fuse_pollhandle* handle) {
    const bool met = ordered->shared.ready.exchange(false);
    if (handle != nullptr) {
        const std::lock_guard lock{mutex};
        std::swap(waiting, handle);
    }
    if (handle != nullptr) {
        ::fuse_pollhandle_destroy(handle);
    }
    ::fuse_reply_poll(request, met ? POLLIN : 0);
    if (!met) {
        triggering->armed();
    }
}

void trigger() {
    ::fuse_pollhandle* handle = nullptr;
    {
        const std::lock_guard lock{mutex};
        std::swap(waiting, handle);
    }
    if (handle != nullptr) {
        ::fuse_lowlevel_notify_poll(handle);
        ::fuse_pollhandle_destroy(handle);
    }
}

void flush_device(::fuse_req_t request, ::fuse_ino_t, ::fuse_file_info*) {
    ::fuse_reply_err(request, 0);
}

void serve(const std::string& path, const Order& given, bool with_flush) {
    ordered = &given;
    Triggering started{given, trigger};
    triggering = &started;
    ::fuse_lowlevel_ops operations = {};
    operations.getattr = get_attributes;
    operations.open = open_device;
    operations.read = read_device;
    operations.ioctl = command_device;
    operations.poll = poll_device;
    operations.flush = with_flush ? flush_device : nullptr;
    char name[] = "bench-resource";
    char* words[] = {name, nullptr};
    ::fuse_args arguments = {.argc = 1, .argv = words, .allocated = 0};
    ::fuse_session* const session =
        ::fuse_session_new(&arguments, &operations, sizeof operations, nullptr);
    require(session != nullptr, "fuse_session_new");
    require(::fuse_session_mount(session, path.c_str()) == 0, "fuse_session_mount");
    say(given.socket, 'r');
    ::fuse_session_loop(session);
}

}  // namespace

void serve_by_libfuse(const std::string& path, const Order& order) {
    serve(path, order, false);
}

void serve_by_libfuse_with_flush(const std::string& path, const Order& order) {
    serve(path, order, true);
}

}  // namespace bench
