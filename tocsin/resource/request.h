// What a client asks of a resource, to be answered once. Public.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <sys/types.h>
#include <system_error>
#include <utility>

namespace tocsin::resource {

struct PendingRequest;

// Who asks. The kernel vouches for it.
struct Caller {
    ::pid_t thread = 0;  // the id of the calling thread, in the manager's pid namespace
    ::uid_t uid = 0;
    ::gid_t gid = 0;

    // The same for all threads of a process, another one after fork(2); 0 where the kernel does not
    // tell (ioctl).
    std::uint64_t process = 0;

    // Of calls that make something; 0 else. The kernel has applied it already.
    ::mode_t umask = 0;
};

// Names a request for as long as it is unanswered, within one mount.
using RequestId = std::uint64_t;

// Owns the right to answer one request of a client, who is blocked until then. Move-only, or empty.
// It may be moved anywhere and answered from any thread, also after its mount is gone, when the
// answer reaches nobody. One that is destroyed unanswered answers EIO by itself. Answering an
// empty one, or twice, stops the program.
//
// A signal to the client ends a request that is parked (see Resource::park) with EINTR. One that is
// kept elsewhere goes on; interrupted() tells.
class Request {
public:
    enum class Kind : std::uint8_t { read, write, ioctl };

    Request() noexcept;
    explicit Request(std::unique_ptr<PendingRequest> pending) noexcept;
    Request(Request&&) noexcept;
    Request& operator=(Request&&) noexcept;
    ~Request();

    // Whether it can still be answered through this object.
    [[nodiscard]] explicit operator bool() const noexcept { return pending_ != nullptr; }

    [[nodiscard]] Kind kind() const noexcept;
    [[nodiscard]] RequestId id() const noexcept;
    [[nodiscard]] const Caller& caller() const noexcept;

    // Whether the descriptor was O_NONBLOCK when the client called, by open(2) or by fcntl(2). For
    // an ioctl: when the client last opened, read or wrote, as the kernel does not say it again.
    [[nodiscard]] bool nonblocking() const noexcept;

    // Whether a signal has reached the waiting client. Any thread.
    [[nodiscard]] bool interrupted() const noexcept;

    // Answers with the error `number` of errno. Any thread.
    void fail(int number);
    void fail(std::errc error) { fail(static_cast<int>(error)); }

protected:
    friend class Resource;

    // Stops the program when the request is empty.
    [[nodiscard]] PendingRequest& pending() const noexcept;

    std::unique_ptr<PendingRequest> pending_;
};

// A client waits in read(2).
class ReadRequest : public Request {
public:
    ReadRequest() noexcept = default;
    explicit ReadRequest(Request request) noexcept : Request{std::move(request)} {}

    // How many bytes the client takes at most.
    [[nodiscard]] std::size_t size() const noexcept;

    // Where it reads. Of a stream: how far a call has got that comes in several requests, as one
    // for more than 128 KiB does; else 0.
    [[nodiscard]] std::int64_t offset() const noexcept;

    // Answers with `bytes`, of which the client gets the first size(); none at all is the end of
    // the file. Any thread.
    void reply(std::span<const std::byte> bytes);
    void reply(std::string_view text) { reply(std::as_bytes(std::span{text})); }
};

// A client waits in write(2).
class WriteRequest : public Request {
public:
    WriteRequest() noexcept = default;
    explicit WriteRequest(Request request) noexcept : Request{std::move(request)} {}

    // What it writes; valid until the request is answered.
    [[nodiscard]] std::span<const std::byte> data() const noexcept;
    [[nodiscard]] std::string_view text() const noexcept;

    // Where it writes. Of a stream as ReadRequest::offset().
    [[nodiscard]] std::int64_t offset() const noexcept;

    // Answers that all of data() was taken, or the first `count` bytes of it. Any thread.
    void accept();
    void accept(std::size_t count);
};

// A client waits in ioctl(2). The kernel copies what the command's number declares, at most 16383
// bytes each way.
class IoctlRequest : public Request {
public:
    IoctlRequest() noexcept = default;
    explicit IoctlRequest(Request request) noexcept : Request{std::move(request)} {}

    [[nodiscard]] unsigned command() const noexcept;

    // The third argument of ioctl(2), for commands that carry a number in it.
    [[nodiscard]] std::uint64_t argument() const noexcept;

    // What the client passed in; valid until the request is answered.
    [[nodiscard]] std::span<const std::byte> input() const noexcept;

    // How many bytes the client takes back at most.
    [[nodiscard]] std::size_t output_size() const noexcept;

    // Makes ioctl(2) return `result`, which is not negative, and gives the client the first
    // output_size() of `bytes`. Any thread.
    void reply(int result = 0, std::span<const std::byte> bytes = {});
};

}  // namespace tocsin::resource
