// A call of the kernel to a FileSystem, to be answered once. Public.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <utility>
#include <vector>

#include <tocsin/resource/file_charges.h>
#include <tocsin/resource/request.h>

struct fuse_pollhandle;
struct fuse_req;

namespace tocsin::resource {

class Channel;

// Names a call for as long as it is unanswered, within one FileServer.
using CallId = std::uint64_t;

// Wakes whoever waits in poll(2), select(2) or epoll_wait(2) on one open file. Move-only, or empty.
// It may outlive the mount, and reaches nobody then. Any thread.
class PollWaker {
public:
    PollWaker() noexcept = default;
    PollWaker(std::shared_ptr<Channel> channel, ::fuse_pollhandle* handle) noexcept;
    PollWaker(PollWaker&& other) noexcept;
    PollWaker& operator=(PollWaker&& other) noexcept;
    ~PollWaker();

    [[nodiscard]] explicit operator bool() const noexcept { return handle_ != nullptr; }

    // Has the kernel ask every waiter's poll again. Never blocks; cannot fail.
    void wake() const noexcept;

private:
    std::shared_ptr<Channel> channel_;
    ::fuse_pollhandle* handle_ = nullptr;
};

// What open() and create() answer. Two open files that have one number are confused where it is
// counted what their users hold, see FileServerOptions::limits.
struct OpenAnswer {
    std::uint64_t file = 0;
    // A stream, like a device: no offsets, lseek(2) fails, and one thread may read while another
    // writes the same descriptor. Else like a file, with an offset in each call.
    bool stream = false;
};

// What names and attributes answer. The kernel keeps them for no time, unless told otherwise.
struct EntryAnswer {
    std::uint64_t node = 0;
    struct ::stat attributes = {};
    std::chrono::nanoseconds valid{0};
};

// What read_directory() answers with: entries one after the other, as the kernel wants them.
class DirectoryEntries {
public:
    explicit DirectoryEntries(std::size_t size) : size_{size} {}

    // `next_offset` is the offset at which a later call goes on after this entry. False when it
    // does not fit any more.
    [[nodiscard]] bool add(std::string_view name, std::uint64_t inode, ::mode_t kind,
                           std::int64_t next_offset);

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

private:
    std::size_t size_;
    std::vector<std::byte> bytes_;
};

// Owns the right to answer one call; the client is blocked until then. Move-only, or empty. Any
// thread, also after the mount is gone, when the answer reaches nobody. Nor does one that a forked
// child gives. One that is destroyed unanswered answers EIO by itself. Answering an empty one, or
// twice, stops the program.
class FileCall {
public:
    FileCall() noexcept = default;
    FileCall(std::shared_ptr<Channel> channel, ::fuse_req* request, CallId id, const Caller& caller,
             CallCharges charges = {}) noexcept;
    FileCall(FileCall&& other) noexcept;
    FileCall& operator=(FileCall&& other) noexcept;
    ~FileCall();

    [[nodiscard]] explicit operator bool() const noexcept { return request_ != nullptr; }
    [[nodiscard]] CallId id() const noexcept { return id_; }
    [[nodiscard]] const Caller& caller() const noexcept { return caller_; }

    // Answers with the error `number` of errno; a number that the kernel would not take is EIO.
    // ENOSYS says that there are no such calls on the whole mount: for open, create, flush, fsync,
    // access, poll, opendir and extended attributes the kernel believes it and never asks again.
    void fail(int number);
    void succeed();  // for calls that answer with nothing but success
    void reply_entry(const EntryAnswer& entry);
    void reply_attributes(const EntryAnswer& entry);
    // False: the connection is gone, so nobody has got the file, and it is not released either.
    bool reply_open(const OpenAnswer& open);
    bool reply_created(const EntryAnswer& entry, const OpenAnswer& open);
    void reply_link(std::string_view target);
    void reply_statistics(const struct ::statvfs& statistics);

    // read() and read_directory(): at most the size that was asked for.
    void reply_bytes(std::span<const std::byte> bytes);
    // More than a thousand pieces are copied first, which throws when memory is short.
    void reply_pieces(std::span<const ::iovec> pieces);
    void reply_written(std::size_t count);
    // Makes ioctl(2) return `result`, which is not negative.
    void reply_ioctl(int result, std::span<const ::iovec> pieces);
    void reply_poll(unsigned events);
    // get_extended_attribute() and list_extended_attributes(), with the size that was asked for:
    // the length, or the value, or ERANGE.
    void reply_value(std::string_view value, std::size_t size);

private:
    template <typename Answer>
    void answer(Answer&& answer);
    template <typename Message>
    bool answer_opened(const OpenAnswer& open, const Message& message);

    std::shared_ptr<Channel> channel_;
    ::fuse_req* request_ = nullptr;
    CallId id_ = 0;
    Caller caller_;
    CallCharges charges_;
};

}  // namespace tocsin::resource
