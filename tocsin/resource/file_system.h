// A path served call by call, as the kernel asks. Public.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <tocsin/resource/file_call.h>
#include <tocsin/resource/request.h>

namespace tocsin::resource {

// The kernel's name of a file or directory in one mount; `root_node` is the mounted path itself.
using Node = std::uint64_t;
inline constexpr Node root_node = 1;

// What a FileSystem named an open file, in its answer to open().
using FileHandle = std::uint64_t;

// For those whom Resource and Directory do not fit: derive from it and put it on a path with a
// FileServer. Each call has the right to answer it as its first argument; it may be kept, and
// answered later from any thread. The defaults fail with ENOSYS, on which the kernel does what it
// does without such a call, see FileCall::fail(); those that say so do something else.
//
// Functions are called by the threads that call FileServer::process(), any number at a time. The
// views that they are given are valid until they return. They may throw: the call fails with EIO
// then, if it was not answered or kept.
//
// What is at the path is a regular file or a directory, as FileServerOptions say, and its
// attributes have to say so, too. Elsewhere everything is possible but devices, which the kernel
// opens by itself, and not here: what is to be like one is a regular file that open() calls a
// stream.
class FileSystem {
public:
    virtual ~FileSystem();

    // Names and nodes. The kernel holds a node as often as reply_entry() and reply_created() named
    // it, until forget() has taken that many back, or until the end of the service.
    virtual void look_up(FileCall call, Node parent, std::string_view name);
    virtual void forget(Node node, std::uint64_t count) noexcept;  // does nothing
    virtual void get_attributes(FileCall call, Node node, std::optional<FileHandle> file);
    // The bits of `which` are in set_attributes.h.
    virtual void set_attributes(FileCall call, Node node, std::optional<FileHandle> file,
                                const struct ::stat& wanted, unsigned which);
    virtual void access(FileCall call, Node node, int mode);
    virtual void read_link(FileCall call, Node node);
    virtual void make_node(FileCall call, Node parent, std::string_view name, ::mode_t mode,
                           ::dev_t device);
    virtual void make_directory(FileCall call, Node parent, std::string_view name, ::mode_t mode);
    virtual void make_symbolic_link(FileCall call, Node parent, std::string_view name,
                                    std::string_view target);
    virtual void link(FileCall call, Node node, Node parent, std::string_view name);
    virtual void unlink(FileCall call, Node parent, std::string_view name);
    virtual void remove_directory(FileCall call, Node parent, std::string_view name);
    virtual void rename(FileCall call, Node parent, std::string_view name, Node new_parent,
                        std::string_view new_name, unsigned flags);
    virtual void statistics(FileCall call, Node node);  // answers with zeros

    // Open files. `flags` are those of open(2), O_TRUNC included, or of the descriptor now.
    virtual void open(FileCall call, Node node, int flags);
    virtual void create(FileCall call, Node parent, std::string_view name, ::mode_t mode,
                        int flags);
    virtual void read(FileCall call, Node node, FileHandle file, std::size_t size,
                      std::int64_t offset, int flags);
    // Before data.data() lie `write_headroom` bytes that may be overwritten.
    static constexpr std::size_t write_headroom = 64;
    virtual void write(FileCall call, Node node, FileHandle file, std::span<std::byte> data,
                       std::int64_t offset, int flags);
    // Of an open directory, too. The kernel copies what the number of the command declares.
    virtual void ioctl(FileCall call, Node node, FileHandle file, unsigned command,
                       std::uint64_t argument, std::span<const std::byte> input,
                       std::size_t output_size);
    // Whether an ioctl() of that command gives up what its client holds: like close(2), it is never
    // refused for what its user holds already. False.
    [[nodiscard]] virtual bool gives_up(unsigned command) const noexcept;
    // `events` are of poll(2). `waker` is empty when the client will not wait. Fails: the kernel
    // takes the file for always readable and writable.
    virtual void poll(FileCall call, Node node, FileHandle file, unsigned events, PollWaker waker);
    // Of an open directory, too.
    virtual void sync(FileCall call, Node node, FileHandle file, bool data_only);
    virtual void flush(FileCall call, Node node, FileHandle file);  // one close(2); succeeds
    // The last one; it has not waited for this. Not called for what is still open at the end of
    // the service. Does nothing.
    virtual void release(Node node, FileHandle file) noexcept;

    // Directories.
    virtual void open_directory(FileCall call, Node node, int flags);
    virtual void read_directory(FileCall call, Node node, FileHandle file, std::size_t size,
                                std::int64_t offset);
    virtual void release_directory(Node node, FileHandle file) noexcept;

    // Extended attributes; `size` 0 asks for the length alone.
    virtual void get_extended_attribute(FileCall call, Node node, std::string_view name,
                                        std::size_t size);
    virtual void list_extended_attributes(FileCall call, Node node, std::size_t size);

    // A signal reached the client of the unanswered call `id`, who goes on waiting for the answer.
    // False when it is not known, or not known yet: the kernel says it again at once then, and so
    // until the call is answered. True when it is noted. Does nothing, and is true.
    [[nodiscard]] virtual bool interrupt(CallId id);
};

}  // namespace tocsin::resource
