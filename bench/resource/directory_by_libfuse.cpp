// The directory as the shortest program for libfuse's low level. Private to bench/resource.
#include <cerrno>
#include <deque>
#include <fuse_lowlevel.h>
#include <mutex>
#include <poll.h>
#include <sys/stat.h>
#include <utility>

#include <bench/resource/directory.h>

namespace bench {
namespace {

struct File {
    ::fuse_pollhandle* waiting = nullptr;
    bool ready = false;
};

// There is one directory in a server's process; a file's node is its number and `first_node`.
constexpr ::fuse_ino_t first_node = FUSE_ROOT_ID + 1;
std::uint32_t file_count = 0;
std::deque<File> files;
std::mutex mutex;  // guards the files

File& file_at(::fuse_ino_t node) {
    return files.at(node - first_node);
}

struct ::stat status_of(::fuse_ino_t node) {
    struct ::stat status = {};
    status.st_ino = node;
    status.st_mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0666;
    status.st_nlink = 1;
    return status;
}

void look_up(::fuse_req_t request, ::fuse_ino_t, const char* name) {
    const std::uint32_t number = number_of_file(name, file_count);
    if (number >= file_count) {
        ::fuse_reply_err(request, ENOENT);
        return;
    }
    ::fuse_entry_param entry = {};
    entry.ino = first_node + number;
    entry.attr = status_of(entry.ino);
    entry.attr_timeout = 1;
    entry.entry_timeout = 1;
    ::fuse_reply_entry(request, &entry);
}

void get_attributes(::fuse_req_t request, ::fuse_ino_t node, ::fuse_file_info*) {
    const struct ::stat status = status_of(node);
    ::fuse_reply_attr(request, &status, 1);
}

void open_file(::fuse_req_t request, ::fuse_ino_t, ::fuse_file_info* info) {
    info->direct_io = 1;
    info->nonseekable = 1;
    ::fuse_reply_open(request, info);
}

void read_file(::fuse_req_t request, ::fuse_ino_t node, std::size_t, ::off_t, ::fuse_file_info*) {
    bool ready = false;
    {
        const std::lock_guard lock{mutex};
        ready = std::exchange(file_at(node).ready, false);
    }
    if (ready) {
        ::fuse_reply_buf(request, "x", 1);
    } else {
        ::fuse_reply_err(request, EAGAIN);
    }
}

void poll_file(::fuse_req_t request, ::fuse_ino_t node, ::fuse_file_info*,
               ::fuse_pollhandle* handle) {
    bool ready = false;
    {
        const std::lock_guard lock{mutex};
        ready = file_at(node).ready;
        if (handle != nullptr) {
            std::swap(file_at(node).waiting, handle);
        }
    }
    if (handle != nullptr) {
        ::fuse_pollhandle_destroy(handle);
    }
    ::fuse_reply_poll(request, ready ? POLLIN : 0);
}

void trigger(std::uint32_t number) {
    ::fuse_pollhandle* handle = nullptr;
    {
        const std::lock_guard lock{mutex};
        files[number].ready = true;
        std::swap(files[number].waiting, handle);
    }
    if (handle != nullptr) {
        ::fuse_lowlevel_notify_poll(handle);
        ::fuse_pollhandle_destroy(handle);
    }
}

}  // namespace

void serve_directory_by_libfuse(const std::string& path, const DirectoryOrder& order) {
    file_count = order.files;
    files.resize(file_count);
    ::fuse_lowlevel_ops operations = {};
    operations.lookup = look_up;
    operations.getattr = get_attributes;
    operations.open = open_file;
    operations.read = read_file;
    operations.poll = poll_file;
    char name[] = "bench-resource";
    char* words[] = {name, nullptr};
    ::fuse_args arguments = {.argc = 1, .argv = words, .allocated = 0};
    ::fuse_session* const session =
        ::fuse_session_new(&arguments, &operations, sizeof operations, nullptr);
    require(session != nullptr, "fuse_session_new");
    require(::fuse_session_mount(session, path.c_str()) == 0, "fuse_session_mount");
    trigger_when_told(order, trigger);
    say(order.socket, 'r');
    ::fuse_session_loop(session);
}

}  // namespace bench
