// A resource: what a path serves. Public.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>

#include <tocsin/base/list.h>
#include <tocsin/core/conditions.h>
#include <tocsin/core/wait_queue.h>
#include <tocsin/resource/attributes.h>
#include <tocsin/resource/open_file.h>
#include <tocsin/resource/request.h>

namespace tocsin::resource {

class Operations;
class Pending;
class Session;
class Tree;

// What Resource::open() answers: an open file, or the error that open(2) fails with.
class OpenResult {
public:
    template <typename File>
        requires std::derived_from<File, OpenFile>
    OpenResult(std::unique_ptr<File> file) noexcept : file_{std::move(file)} {}
    OpenResult(std::errc error) noexcept : error_{error} {}

private:
    friend class Operations;
    friend class Session;

    std::unique_ptr<OpenFile> file_;
    std::errc error_ = std::errc::io_error;
};

// Derive from it, override what differs from the default, and put it on a path with a Mount, or
// into a Directory. The caller owns it; it outlives the mount, and is on one path at a time.
//
// Handlers are called on the thread of the mount's loop, or on any of its threads, but always with
// this resource locked (mutex()), one at a time. Other threads lock it as well when they touch what
// the handlers use, or guard that in a way of their own.
//
// The resource owns the truth about what is available. When something came true it changes its
// state first and calls trigger() then. A handler that throws has its request answered with EIO
// (open: ENOMEM for std::bad_alloc).
//
// A handler must not block: the other clients wait for it. It must not open or touch a path that
// its own thread serves: that fails with EDEADLK. So does, after a while, a call to a path that
// another thread of this process serves, if that thread does not get on: it may be blocked in a
// call to this one. Two ways to wait for oneself cannot be detected: a handler waits for another
// process that calls the path; or a thread that does not serve calls the path while it has locked
// mutex(), which the handler of that call then waits for.
class Resource {
public:
    explicit Resource(const Attributes& attributes = {}) : attributes_{attributes} {}
    virtual ~Resource();
    Resource(const Resource&) = delete;
    Resource& operator=(const Resource&) = delete;

    // Locked around every handler.
    [[nodiscard]] std::mutex& mutex() const noexcept { return mutex_; }

    // What stat(2) says. With the resource locked.
    [[nodiscard]] const Attributes& attributes() const noexcept { return attributes_; }
    void set_attributes(const Attributes& attributes) noexcept { attributes_ = attributes; }

    // Says that `condition` holds now, with `available` of it at the client who has most: wakes
    // clients that wait in poll(2), select(2) or epoll_wait(2) for at most that much, once each,
    // before it returns, and has parked requests tried again on the mount's loop (input: reads;
    // output: writes; any other: ioctls). Call it after the state has changed. Any thread, with or
    // without the lock, also when the resource is not mounted. Never blocks on a client; cannot
    // fail.
    void trigger(core::Condition condition, std::int64_t available = INT64_MAX) noexcept;

    // As above, for one client only; its parked requests are tried again. With the resource locked.
    void trigger(OpenFile& file, core::Condition condition) noexcept;

    // Where clients wait; for those who arm and trigger by themselves.
    [[nodiscard]] core::WaitQueue& wait_queue() noexcept { return queue_; }

    // Takes a parked or held request back, to answer it. Empty when it has been answered, tried
    // again, or ended by a signal meanwhile. Any thread.
    [[nodiscard]] Request take(RequestId id);

    // Takes back the oldest request of `kind` that is parked or held for `file`, or an empty one.
    [[nodiscard]] Request take(OpenFile& file, Request::Kind kind);

protected:
    // A client opens the path, and the kernel has found that it may. Default: an OpenFile.
    [[nodiscard]] virtual OpenResult open(const Opening& opening);

    // The last duplicate of a descriptor was closed; destroys nothing. Default: nothing.
    virtual void close(OpenFile& file);

    // One duplicate was closed, perhaps the last. Default: nothing.
    virtual void close_duplicate(OpenFile& file, const Caller& caller);

    // A client reads, or a parked read is tried again. Default: the end of the file.
    virtual void read(OpenFile& file, ReadRequest request);

    // A client writes, or a parked write is tried again. Default: fails with EINVAL.
    virtual void write(OpenFile& file, WriteRequest request);

    // A client calls ioctl(2). Default: fails with ENOTTY.
    virtual void ioctl(OpenFile& file, IoctlRequest request);

    // How much of `condition` there is for this client now; poll(2) finds it met from the client's
    // threshold on. Default: always 1 of input and output, like a regular file; 0 of all else.
    [[nodiscard]] virtual std::int64_t level(OpenFile& file, core::Condition condition);

    // A client calls truncate(2), or opens a seekable resource with O_TRUNC. On a stream O_TRUNC is
    // ignored, so that `echo x > path` works. Default: std::errc::invalid_argument.
    [[nodiscard]] virtual std::error_code truncate(std::int64_t size);

    // A signal reached the client of a request that was parked or held. Default: fails it with
    // EINTR, which ends the client's call. Override to be told, or to hold() it again, where it
    // stays until it is answered.
    virtual void interrupted(OpenFile& file, Request request);

    // Keeps the request until trigger() says that it is worth another try, when it is handed to
    // read(), write() or ioctl() again, oldest first. With O_NONBLOCK it fails with EAGAIN at once,
    // and so it does when its user has as many parked as he may, see UserLimits.
    // Signals, the end of the client and the end of the mount are taken care of. With the resource
    // locked.
    void park(Request request);

    // As park(), but blocks despite O_NONBLOCK, and is never tried again: somebody takes it and
    // answers. Returns the name to take it by; it is gone already if a signal came first, or its
    // user had as many parked as he may.
    RequestId hold(Request request);

private:
    friend class Operations;
    friend class Session;
    friend class Pending;
    friend class Tree;
    friend class Status;

    // Sums since the resource was made; see the status.
    struct Counters {
        std::atomic<std::uint64_t> opens{0};
        std::atomic<std::uint64_t> refused{0};
        std::atomic<std::uint64_t> reads{0};
        std::atomic<std::uint64_t> writes{0};
        std::atomic<std::uint64_t> ioctls{0};
        std::atomic<std::uint64_t> interrupts{0};
    };

    // What is parked or held here; guarded by the Pending of the mount.
    struct Parked : base::Link<> {
        explicit Parked(Resource& owner) noexcept : resource{owner} {}

        Resource& resource;
        base::List<PendingRequest> requests;
        unsigned retry_kinds = 0;  // bit n: all requests of Kind n are to be tried again
    };

    void ask_for_retry(core::Condition condition, const OpenFile* file) noexcept;
    void keep(Request request, bool held);
    void dispatch(Request request);

    mutable std::mutex mutex_;
    Attributes attributes_;
    core::WaitQueue queue_;
    Counters counters_;
    Parked parked_{*this};

    // How often trigger() was called (upper half) and how many requests are parked (lower half), in
    // one word: whoever comes second, the one who parks or the one who triggers, sees the other.
    std::atomic<std::uint64_t> triggers_and_parked_{0};

    mutable std::mutex pending_mutex_;
    std::shared_ptr<Pending> pending_;  // of the mount that it is on
};

}  // namespace tocsin::resource
