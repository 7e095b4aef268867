// What libfuse calls for open files and directories of a FileSystem. Private to tocsin/resource.
#include <tocsin/resource/file_system_operations.h>

namespace tocsin::resource {

namespace {

void open(::fuse_req* request, Node node, ::fuse_file_info* info) {
    hand_over<FileSession::Opens::file>(request, info, &FileSystem::open, node, info->flags);
}

void create(::fuse_req* request, Node parent, const char* name, ::mode_t mode,
            ::fuse_file_info* info) {
    hand_over<FileSession::Opens::file>(request, info, &FileSystem::create, parent, name, mode,
                                        info->flags);
}

void read(::fuse_req* request, Node node, std::size_t size, ::off_t offset,
          ::fuse_file_info* info) {
    hand_over(request, info, &FileSystem::read, node, info->fh, size, offset, info->flags);
}

// The data lie in the message itself, of which libfuse has read what comes before them.
void write(::fuse_req* request, Node node, const char* data, std::size_t size, ::off_t offset,
           ::fuse_file_info* info) {
    static_assert(FileSystem::write_headroom <= sizeof(::fuse_in_header) + sizeof(::fuse_write_in));
    auto* const first = reinterpret_cast<std::byte*>(const_cast<char*>(data));
    hand_over(request, info, &FileSystem::write, node, info->fh, std::span{first, size}, offset,
              info->flags);
}

void ioctl(::fuse_req* request, Node node, unsigned command, void* argument, ::fuse_file_info* info,
           unsigned, const void* input, std::size_t input_size, std::size_t output_size) {
    const std::span bytes{static_cast<const std::byte*>(input), input_size};
    const auto where = reinterpret_cast<std::uintptr_t>(argument);
    if (owner_of<FileSession>(request).file_system().gives_up(command)) {
        return hand_over_charged(request, info, {}, &FileSystem::ioctl, node, info->fh, command,
                                 where, bytes, output_size);
    }
    hand_over(request, info, &FileSystem::ioctl, node, info->fh, command, where, bytes,
              output_size);
}

void poll(::fuse_req* request, Node node, ::fuse_file_info* info, ::fuse_pollhandle* handle) {
    PollWaker waker;
    if (handle != nullptr) {
        waker = PollWaker{owner_of<FileSession>(request).channel(), handle};
    }
    hand_over(request, info, &FileSystem::poll, node, info->fh, info->poll_events,
              std::move(waker));
}

void fsync(::fuse_req* request, Node node, int data_only, ::fuse_file_info* info) {
    hand_over(request, info, &FileSystem::sync, node, info->fh, data_only != 0);
}

// Not charged, and so never refused: what is closed makes room.
void flush(::fuse_req* request, Node node, ::fuse_file_info* info) {
    hand_over_charged(request, info, {}, &FileSystem::flush, node, info->fh);
}

void release(::fuse_req* request, Node node, ::fuse_file_info* info) {
    FileSession& session = owner_of<FileSession>(request);
    // Before the number is given to another one, and until this one has gone.
    const FileCharges::File charged = session.closed(info->fh);
    session.file_system().release(node, info->fh);
    ::fuse_reply_err(request, 0);
}

void opendir(::fuse_req* request, Node node, ::fuse_file_info* info) {
    hand_over<FileSession::Opens::file>(request, info, &FileSystem::open_directory, node,
                                        info->flags);
}

void readdir(::fuse_req* request, Node node, std::size_t size, ::off_t offset,
             ::fuse_file_info* info) {
    hand_over(request, info, &FileSystem::read_directory, node, info->fh, size, offset);
}

void releasedir(::fuse_req* request, Node node, ::fuse_file_info* info) {
    FileSession& session = owner_of<FileSession>(request);
    const FileCharges::File charged = session.closed(info->fh);
    session.file_system().release_directory(node, info->fh);
    ::fuse_reply_err(request, 0);
}

}  // namespace

void add_file_operations(::fuse_lowlevel_ops& table) noexcept {
    table.open = &open;
    table.create = &create;
    table.read = &read;
    table.write = &write;
    table.ioctl = &ioctl;
    table.poll = &poll;
    table.fsync = &fsync;
    table.flush = &flush;
    table.release = &release;
    table.opendir = &opendir;
    table.readdir = &readdir;
    table.releasedir = &releasedir;
    table.fsyncdir = &fsync;
}

}  // namespace tocsin::resource
