// What a resource does unless its author says otherwise. Private to tocsin/resource.
#include <tocsin/resource/resource.h>

#include <cerrno>

#include <tocsin/base/check.h>
#include <tocsin/resource/pending.h>
#include <tocsin/resource/poll_bits.h>

namespace tocsin::resource {

namespace {

Request::Kind kind_for(core::Condition condition) noexcept {
    switch (condition) {
    case core::Condition::input:
        return Request::Kind::read;
    case core::Condition::output:
        return Request::Kind::write;
    default:
        return Request::Kind::ioctl;
    }
}

constexpr std::uint64_t one_trigger = std::uint64_t{1} << 32;

bool anyone_parked(std::uint64_t triggers_and_parked) noexcept {
    return (triggers_and_parked & (one_trigger - 1)) != 0;
}

}  // namespace

Resource::~Resource() {
    base::check(pending_ == nullptr || !pending_->is_of_this_process(),
                "~Resource: it is mounted still; stop or destroy its mount first");
}

void Resource::trigger(core::Condition condition, std::int64_t available) noexcept {
    const std::uint64_t before = triggers_and_parked_.fetch_add(one_trigger);
    queue_.trigger(condition, available);
    if (anyone_parked(before)) {
        ask_for_retry(condition, nullptr);
    }
}

void Resource::trigger(OpenFile& file, core::Condition condition) noexcept {
    const std::uint64_t before = triggers_and_parked_.fetch_add(one_trigger);
    core::Arm& arm = file.waiting(condition).arm;
    if (queue_.cancel(arm)) {
        file.notify(condition);
    }
    if (anyone_parked(before)) {
        ask_for_retry(condition, &file);
    }
}

void Resource::ask_for_retry(core::Condition condition, const OpenFile* file) noexcept {
    const std::lock_guard lock{pending_mutex_};
    if (pending_ != nullptr) {
        pending_->request_retry(*this, kind_for(condition), file);
    }
}

Request Resource::take(RequestId id) {
    const std::lock_guard lock{pending_mutex_};
    return pending_ == nullptr ? Request{} : Request{pending_->take(id)};
}

Request Resource::take(OpenFile& file, Request::Kind kind) {
    const std::lock_guard lock{pending_mutex_};
    return pending_ == nullptr ? Request{} : Request{pending_->take(*this, file, kind)};
}

void Resource::park(Request request) {
    if (request.nonblocking()) {
        request.fail(EAGAIN);
        return;
    }
    keep(std::move(request), false);
}

RequestId Resource::hold(Request request) {
    const RequestId id = request.id();
    keep(std::move(request), true);
    return id;
}

void Resource::keep(Request request, bool held) {
    if (!request.pending().may_be_parked()) {
        request.fail(EAGAIN);
        return;
    }
    OpenFile& file = *request.pending().file;
    Pending& pending = *request.pending().pending;
    Request back{pending.keep(std::move(request.pending_), held)};
    if (back) {
        counters_.interrupts.fetch_add(1, std::memory_order_relaxed);
        interrupted(file, std::move(back));
    }
}

// A request that its handler drops, also by throwing, answers EIO as it goes.
void Resource::dispatch(Request request) {
    OpenFile& file = *request.pending().file;
    switch (request.kind()) {
    case Request::Kind::read:
        return read(file, ReadRequest{std::move(request)});
    case Request::Kind::write:
        return write(file, WriteRequest{std::move(request)});
    case Request::Kind::ioctl:
        return ioctl(file, IoctlRequest{std::move(request)});
    }
}

OpenResult Resource::open(const Opening&) {
    return std::make_unique<OpenFile>();
}

void Resource::close(OpenFile&) {}

void Resource::close_duplicate(OpenFile&, const Caller&) {}

void Resource::read(OpenFile&, ReadRequest request) {
    request.reply(std::span<const std::byte>{});
}

void Resource::write(OpenFile&, WriteRequest request) {
    request.fail(EINVAL);
}

void Resource::ioctl(OpenFile&, IoctlRequest request) {
    request.fail(ENOTTY);
}

std::int64_t Resource::level(OpenFile&, core::Condition condition) {
    return condition == core::Condition::input || condition == core::Condition::output ? 1 : 0;
}

std::error_code Resource::truncate(std::int64_t) {
    return std::make_error_code(std::errc::invalid_argument);
}

void Resource::interrupted(OpenFile&, Request request) {
    request.fail(EINTR);
}

}  // namespace tocsin::resource
