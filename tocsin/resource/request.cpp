// Answering. Private to tocsin/resource.
#include <tocsin/resource/request.h>

#include <algorithm>
#include <cerrno>
#include <fuse_lowlevel.h>
#include <utility>

#include <tocsin/base/check.h>
#include <tocsin/resource/pending.h>
#include <tocsin/resource/reply.h>

namespace tocsin::resource {

PendingRequest::~PendingRequest() {
    if (request != nullptr) {
        ::fuse_reply_err(begin_answer(), EIO);
    }
}

::fuse_req* PendingRequest::begin_answer() noexcept {
    pending->leave(*this);
    // Before the client hears of it, who may call again at once.
    parked_charge.drop();
    unanswered_charge.drop();
    return std::exchange(request, nullptr);
}

bool PendingRequest::may_be_parked() noexcept {
    return parked_charge || parked_charge.take(unanswered_charge.account(), Holding::parked);
}

Request::Request() noexcept = default;
Request::Request(std::unique_ptr<PendingRequest> pending) noexcept : pending_{std::move(pending)} {}
Request::Request(Request&&) noexcept = default;
Request& Request::operator=(Request&&) noexcept = default;
Request::~Request() = default;

PendingRequest& Request::pending() const noexcept {
    base::check(pending_ != nullptr,
                "Request: used while empty; it has been answered, moved away or parked already");
    return *pending_;
}

Request::Kind Request::kind() const noexcept {
    return pending().kind;
}

RequestId Request::id() const noexcept {
    return pending().id;
}

const Caller& Request::caller() const noexcept {
    return pending().caller;
}

bool Request::nonblocking() const noexcept {
    return pending().nonblocking;
}

bool Request::interrupted() const noexcept {
    return pending().interrupted;
}

void Request::fail(int number) {
    ::fuse_reply_err(pending().begin_answer(), number);
    pending_.reset();
}

std::size_t ReadRequest::size() const noexcept {
    return pending().size;
}

std::int64_t ReadRequest::offset() const noexcept {
    return pending().offset;
}

void ReadRequest::reply(std::span<const std::byte> bytes) {
    const std::size_t size = std::min(bytes.size(), pending().size);
    ::fuse_reply_buf(pending().begin_answer(), chars_of(bytes), size);
    pending_.reset();
}

std::span<const std::byte> WriteRequest::data() const noexcept {
    return pending().data;
}

std::string_view WriteRequest::text() const noexcept {
    return {chars_of(data()), data().size()};
}

std::int64_t WriteRequest::offset() const noexcept {
    return pending().offset;
}

void WriteRequest::accept() {
    accept(pending().data.size());
}

void WriteRequest::accept(std::size_t count) {
    base::check(count <= pending().data.size(),
                "WriteRequest::accept: more than the client wrote; data().size() is the most");
    ::fuse_reply_write(pending().begin_answer(), count);
    pending_.reset();
}

unsigned IoctlRequest::command() const noexcept {
    return pending().command;
}

std::uint64_t IoctlRequest::argument() const noexcept {
    return pending().argument;
}

std::span<const std::byte> IoctlRequest::input() const noexcept {
    return pending().data;
}

std::size_t IoctlRequest::output_size() const noexcept {
    return pending().size;
}

void IoctlRequest::reply(int result, std::span<const std::byte> bytes) {
    base::check(result >= 0, "IoctlRequest::reply: a negative result; use fail() with the errno");
    const std::size_t size = std::min(bytes.size(), pending().size);
    ::fuse_reply_ioctl(pending().begin_answer(), result, bytes.data(), size);
    pending_.reset();
}

}  // namespace tocsin::resource
