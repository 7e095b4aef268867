// The calls on open files, each one message. Private to tocsin/qnx.
#include <tocsin/qnx/served_path.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <devctl.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/dcmd_all.h>
#include <sys/ioctl.h>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/context.h>
#include <tocsin/qnx/handlers.h>
#include <tocsin/qnx/link/native_call.h>
#include <tocsin/qnx/notify_bits.h>

namespace tocsin::qnx {

namespace {

std::shared_ptr<Binding> binding_of(resource::FileHandle file) noexcept {
    return reinterpret_cast<Binding*>(file)->shared_from_this();
}

void finish_read(FileMessage& message, const Outcome& outcome) {
    if (outcome.error != 0) {
        return message.call().fail(outcome.error);
    }
    const std::size_t claimed = static_cast<std::size_t>(std::max(outcome.status, 0L));
    std::size_t left = std::min({claimed, outcome.size(), message.reply_size()});
    message.binding()->set_next(static_cast<std::int64_t>(message.context() + left));
    std::vector<::iovec> pieces;
    for (const ::iovec& part : outcome.parts) {
        const std::size_t size = std::min(part.iov_len, left);
        pieces.push_back({.iov_base = part.iov_base, .iov_len = size});
        left -= size;
    }
    message.call().reply_pieces(pieces);
}

void finish_write(FileMessage& message, const Outcome& outcome) {
    if (outcome.error != 0) {
        return message.call().fail(outcome.error);
    }
    const std::size_t sent = message.reply_size();
    const std::size_t count =
        std::min(static_cast<std::size_t>(std::max(outcome.status, 0L)), sent);
    message.binding()->set_next(static_cast<std::int64_t>(message.context() + count));
    message.call().reply_written(count);
}

void finish_devctl(FileMessage& message, const Outcome& outcome) {
    if (outcome.error != 0) {
        return message.call().fail(outcome.error == ENOSYS ? ENOTTY : outcome.error);
    }
    const std::size_t size = std::min(outcome.size(), message.reply_size());
    std::vector<std::byte> answer(std::max(size, sizeof(::io_devctl_t)));
    outcome.copy_to(answer.data(), size);
    ::io_devctl_t header;
    std::memcpy(&header, answer.data(), sizeof header);
    const ::iovec data = {.iov_base = answer.data() + sizeof header,
                          .iov_len = answer.size() - sizeof header};
    message.call().reply_ioctl(std::max(header.o.ret_val, 0), {&data, 1});
}

// A manager without io_notify is always ready, as QNX's select() takes it.
void finish_poll(FileMessage& message, const Outcome& outcome) {
    constexpr unsigned always = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
    if (outcome.error == ENOSYS) {
        return message.call().reply_poll(always);
    }
    if (outcome.error != 0) {
        return message.call().reply_poll(POLLERR);
    }
    struct ::_io_notify_reply reply = {};
    outcome.copy_to(&reply, sizeof reply);
    message.call().reply_poll(poll_of_reply(reply.flags));
}

void finish_call(FileMessage& message, const Outcome& outcome) {
    outcome.error == 0 ? message.call().succeed() : message.call().fail(outcome.error);
}

// close(2) closes whatever a manager says, unless it says what went wrong.
//
// To the kernel all duplicates are one, so that a manager that lets go of what this one had armed
// lets go of all polls: whoever still waits asks again.
void finish_close(FileMessage& message, const Outcome& outcome) {
    static_cast<void>(message.binding()->client()->deliver(FileClient::poll_event()));
    const bool fine = outcome.error == 0 || outcome.error == ENOSYS;
    fine ? message.call().succeed() : message.call().fail(outcome.error);
}

// Linux has the two directions of an ioctl the other way round.
unsigned devctl_of_ioctl(unsigned command) noexcept {
    const unsigned direction = _IOC_DIR(command);
    const unsigned rest = command & ~(unsigned{_IOC_DIRMASK} << _IOC_DIRSHIFT);
    return rest | ((direction & _IOC_WRITE) != 0 ? unsigned{_POSIX_DEVDIR_TO} : 0U) |
           ((direction & _IOC_READ) != 0 ? unsigned{_POSIX_DEVDIR_FROM} : 0U);
}

}  // namespace

// fcntl(F_SETFL) is the kernel's own; the manager learns of it with the next call.
void ServedPath::tell_flags(const std::shared_ptr<Binding>& binding, int flags) {
    if (!binding->note_flags(flags)) {
        return;
    }
    constexpr std::size_t size = sizeof(::io_devctl_t) + sizeof flags;
    const std::span<std::byte> bytes = Context::current()->message_buffer().first(size);
    ::io_devctl_t header = {};
    header.i.type = _IO_DEVCTL;
    header.i.combine_len = size;
    header.i.dcmd = DCMD_ALL_SETFLAGS;
    header.i.nbytes = sizeof flags;
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + sizeof header, &flags, sizeof flags);
    static_cast<void>(run_silently(binding, bytes, call_devctl));
}

// The kernel moves the offset of a file by itself; the manager has its own in the OCB.
int ServedPath::seek(const std::shared_ptr<Binding>& binding, std::int64_t offset) {
    if (binding->kind() == Binding::Kind::stream || binding->follows(offset)) {
        return 0;
    }
    return seek_to(binding, offset);
}

int ServedPath::seek_to(const std::shared_ptr<Binding>& binding, std::int64_t offset) {
    auto& message = Context::current()->new_message<::io_lseek_t>();
    message.i.type = _IO_LSEEK;
    message.i.combine_len = sizeof message.i;
    message.i.whence = SEEK_SET;
    message.i.offset = static_cast<std::uint64_t>(offset);
    const int error = run_silently(binding, bytes_of(message), call_lseek);
    if (error == 0) {
        binding->set_next(offset);
    }
    return error;
}

void ServedPath::read(resource::FileCall call, resource::Node, resource::FileHandle file,
                      std::size_t size, std::int64_t offset, int flags) {
    const std::shared_ptr<Binding> binding = binding_of(file);
    const std::unique_lock<std::mutex> lock = binding->own_offset();
    tell_flags(binding, flags);
    if (const int error = seek(binding, offset); error != 0) {
        return call.fail(error);
    }
    auto& message = Context::current()->new_message<::io_read_t>();
    message.i.type = _IO_READ;
    message.i.combine_len = sizeof message.i;
    message.i.nbytes = static_cast<decltype(message.i.nbytes)>(size);
    message.i.xtype = _IO_XTYPE_NONE;
    send(std::move(call), binding, bytes_of(message), size,
         {.handler = call_read, .finish = &finish_read}, static_cast<std::uintptr_t>(offset));
}

// The header goes right before the data, where they lie.
void ServedPath::write(resource::FileCall call, resource::Node, resource::FileHandle file,
                       std::span<std::byte> data, std::int64_t offset, int flags) {
    const std::shared_ptr<Binding> binding = binding_of(file);
    const std::unique_lock<std::mutex> lock = binding->own_offset();
    tell_flags(binding, flags);
    if (const int error = seek(binding, offset); error != 0) {
        return call.fail(error);
    }
    static_assert(sizeof(::io_write_t) <= write_headroom);
    std::byte* const start = data.data() - sizeof(::io_write_t);
    auto& message = *reinterpret_cast<::io_write_t*>(start);
    message = {};
    message.i.type = _IO_WRITE;
    message.i.combine_len = sizeof message.i;
    message.i.nbytes = static_cast<decltype(message.i.nbytes)>(data.size());
    message.i.xtype = _IO_XTYPE_NONE;
    send(std::move(call), binding, {start, sizeof message + data.size()}, data.size(),
         {.handler = call_write, .finish = &finish_write}, static_cast<std::uintptr_t>(offset));
}

void ServedPath::ioctl(resource::FileCall call, resource::Node, resource::FileHandle file,
                       unsigned command, std::uint64_t, std::span<const std::byte> input,
                       std::size_t output_size) {
    if (_IOC_TYPE(command) == native_type) {
        return serve_native(std::move(call), binding_of(file), command, input);
    }
    const std::span<std::byte> buffer = Context::current()->message_buffer();
    ::io_devctl_t header = {};
    const std::size_t size = sizeof header + input.size();
    if (size > buffer.size()) {
        return call.fail(EMSGSIZE);
    }
    header.i.type = _IO_DEVCTL;
    header.i.combine_len = sizeof header;
    header.i.dcmd = static_cast<int>(devctl_of_ioctl(command));
    header.i.nbytes = static_cast<std::uint32_t>(std::max(input.size(), output_size));
    std::memcpy(buffer.data(), &header, sizeof header);
    std::ranges::copy(input, buffer.begin() + sizeof header);
    // What the handler finds where the client sent nothing is nothing that another client sent.
    std::ranges::fill(buffer.subspan(size, std::min(output_size, buffer.size() - size)),
                      std::byte{0});
    send(std::move(call), binding_of(file), buffer.first(size), sizeof header + output_size,
         {.handler = call_devctl, .finish = &finish_devctl});
}

void ServedPath::poll(resource::FileCall call, resource::Node, resource::FileHandle file,
                      unsigned events, resource::PollWaker waker) {
    const std::shared_ptr<Binding> binding = binding_of(file);
    const PollMode mode = waker ? PollMode::arm : PollMode::look;
    if (waker) {
        binding->client()->set_waker(std::move(waker));
    }
    auto& message = Context::current()->new_message<::io_notify_t>();
    message.i64.type = _IO_NOTIFY64;
    message.i64.combine_len = sizeof message.i64;
    message.i64.action = mode == PollMode::arm ? _NOTIFY_ACTION_POLLARM : _NOTIFY_ACTION_POLL;
    message.i64.flags = static_cast<int>(request_of_poll(events | POLLERR | POLLHUP));
    message.i64.flags_extra_mask = static_cast<int>(IOFUNC_NOTIFY_UNMASKABLE);
    message.i64.timo = -1;
    const struct ::sigevent event = FileClient::poll_event();
    std::memcpy(&message.i64.event64, &event, sizeof event);
    send(std::move(call), binding, bytes_of(message), sizeof message,
         {.handler = call_notify, .finish = &finish_poll, .poll = mode});
}

void ServedPath::sync(resource::FileCall call, resource::Node, resource::FileHandle file,
                      bool data_only) {
    auto& message = Context::current()->new_message<::io_sync_t>();
    message.i.type = _IO_SYNC;
    message.i.combine_len = sizeof message.i;
    message.i.flag = data_only ? O_DSYNC : O_SYNC;
    send(std::move(call), binding_of(file), bytes_of(message), 0,
         {.handler = call_sync, .finish = &finish_call});
}

void ServedPath::flush(resource::FileCall call, resource::Node, resource::FileHandle file) {
    const std::shared_ptr<Binding> binding = binding_of(file);
    if (binding->users().is_closed_by(call.caller().thread)) {
        return call.succeed();
    }
    auto& message = Context::current()->new_message<::io_close_t>();
    message.i.type = _IO_CLOSE;
    message.i.combine_len = sizeof message.i;
    send(std::move(call), binding, bytes_of(message), 0,
         {.handler = call_close_dup, .finish = &finish_close});
}

// Nobody waits for the answer: the descriptor is gone.
void ServedPath::release(resource::Node, resource::FileHandle file) noexcept {
    const std::shared_ptr<Binding> binding = binding_of(file)->release();
    close(*Context::current(), *binding);
}

// One that another thread still uses is closed by that thread.
void ServedPath::close(Context& context, Binding& binding) noexcept {
    close_for_users(context, binding);
    {
        const std::lock_guard lock{mutex_};
        binding.unlink();
        binding.begin_to_close();
        if (binding.pinned()) {
            return;
        }
    }
    close_ocb(context, binding);
}

void ServedPath::close_ocb(Context& context, Binding& binding) noexcept {
    if (!binding.bound()) {
        return;
    }
    auto& message = context.new_message<::io_close_t>();
    message.i.type = _IO_CLOSE;
    ::resmgr_context_t& request = context.request();
    request.rcvid = 0;
    request.info = info_of({}, binding, {});
    request.msg = reinterpret_cast<::resmgr_iomsgs_t*>(&message);
    request.id = id();
    request.size = sizeof message;
    const CurrentRequest current{binding, PollMode::none};
    const ::resmgr_io_funcs_t& functions = binding.functions();
    if (functions.close_ocb != nullptr) {
        functions.close_ocb(&request, nullptr, binding.ocb());
    }
    binding.bind(nullptr, nullptr);
}

void ServedPath::close_refused(const std::shared_ptr<Binding>& binding) noexcept {
    Context* const context = Context::current();
    if (context != nullptr && binding->bound()) {
        close(*context, *binding);
    }
}

}  // namespace tocsin::qnx
