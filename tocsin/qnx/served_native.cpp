// The calls of native clients on open files. Private to tocsin/qnx.
#include <tocsin/qnx/served_path.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <unistd.h>

#include <tocsin/qnx/context.h>
#include <tocsin/qnx/link/client_links.h>

namespace tocsin::qnx {

namespace {

template <typename Record>
void answer(FileMessage& message, const Record& record) {
    const ::iovec piece = piece_of(&record, sizeof record);
    message.call().reply_ioctl(0, {&piece, 1});
}

template <typename Record>
void answer(resource::FileCall& call, const Record& record) {
    const ::iovec piece = piece_of(&record, sizeof record);
    call.reply_ioctl(0, {&piece, 1});
}

template <typename Record>
bool read_record(std::span<const std::byte> input, Record& record) noexcept {
    if (input.size() < sizeof record) {
        return false;
    }
    std::memcpy(&record, input.data(), sizeof record);
    return true;
}

void finish_notify(FileMessage& message, const Outcome& outcome) {
    struct ::_io_notify_reply reply = {};
    outcome.copy_to(&reply, sizeof reply);
    NativeNotify told;
    told.error = outcome.error;
    told.flags = reply.flags;
    answer(message, told);
}

void finish_native_devctl(FileMessage& message, const Outcome& outcome) {
    const std::size_t size = std::min(outcome.size(), message.reply_size());
    std::vector<std::byte> bytes(std::max(size, sizeof(::io_devctl_t)));
    outcome.copy_to(bytes.data(), size);
    ::io_devctl_t header;
    std::memcpy(&header, bytes.data(), sizeof header);
    static_assert(sizeof header == sizeof(NativeDevctl));
    const NativeDevctl told{.dcmd = 0,
                            .size = static_cast<std::uint32_t>(bytes.size() - sizeof header),
                            .result = header.o.ret_val,
                            .error = outcome.error};
    std::memcpy(bytes.data(), &told, sizeof told);
    const ::iovec piece = piece_of(bytes.data(), bytes.size());
    message.call().reply_ioctl(0, {&piece, 1});
}

// A close that the manager refuses is one all the same.
void finish_native_close(FileMessage& message, const Outcome& /*outcome*/) {
    message.call().reply_ioctl(0, {});
}

void finish_send(FileMessage& message, const Outcome& outcome) {
    const Area& area = *message.area();
    NativeSend told;
    told.error = outcome.error;
    told.status = outcome.status;
    if (outcome.error == 0) {
        told.room = outcome.copy_to(area.message() + message.area_size(), message.reply_size());
    }
    answer(message, told);
}

bool is_wakeful(const struct ::sigevent& event, int action) noexcept {
    return SIGEV_GET_TYPE(&event) != SIGEV_NONE && action != _NOTIFY_ACTION_POLL;
}

// A part of a message, where it lies in the context; functions may answer in its place, so each
// part comes there by itself.
struct Part {
    std::span<std::byte> bytes;
    unsigned combine_length = 0;
    MessageKind kind;
};

Part part_at(const Area& area, std::size_t size, std::size_t offset) noexcept {
    const std::span<std::byte> buffer = Context::current()->message_buffer();
    Part part{.bytes = buffer.first(std::min(buffer.size(), size - offset)),
              .combine_length = 0,
              .kind = kind_of(0)};
    std::memcpy(part.bytes.data(), area.message() + offset, part.bytes.size());
    std::array<std::uint16_t, 2> header = {};
    std::memcpy(header.data(), part.bytes.data(), std::min(part.bytes.size(), sizeof header));
    part.kind = kind_of(header[0]);
    // A program's own messages have something else there.
    part.combine_length = header[0] <= _IO_MAX ? header[1] : 0;
    return part;
}

}  // namespace

void ServedPath::serve_native(resource::FileCall call, const std::shared_ptr<Binding>& binding,
                              unsigned command, std::span<const std::byte> input) {
    NativeNotify notify;
    NativeClose closing;
    NativeEnter entering;
    NativeSend sent;
    if (command == native_who) {
        return serve_who(std::move(call));
    }
    if (command == native_notify && read_record(input, notify)) {
        return serve_notify(std::move(call), binding, notify);
    }
    if (command == native_enter && read_record(input, entering)) {
        return serve_enter(std::move(call), entering);
    }
    if (command == native_close && read_record(input, closing)) {
        return serve_close(std::move(call), binding, closing);
    }
    if (command == native_send && read_record(input, sent)) {
        return serve_send(std::move(call), binding, sent);
    }
    if (_IOC_NR(command) == native_devctl_number) {
        return serve_devctl(std::move(call), binding, input);
    }
    call.fail(ENOTTY);
}

void ServedPath::serve_who(resource::FileCall call) {
    answer(call, NativeWho{.process = ::getpid(),
                           .chid = attachment_.channel->chid(),
                           .version = native_version});
}

// Nothing when the ticket is nobody's, or another user's: a manager that pretends to be somebody
// else is told the ticket that was meant for him.
std::shared_ptr<ClientLink> ServedPath::link_by(std::uint64_t ticket,
                                                const resource::FileCall& call) {
    std::shared_ptr<ClientLink> link = ClientLinks::find(ticket);
    const bool his = link != nullptr && link->peer().uid == call.caller().uid;
    return his ? link : nullptr;
}

Sender ServedPath::sender_by(std::uint64_t ticket, int coid, const resource::FileCall& call) const {
    const std::shared_ptr<ClientLink> link = link_by(ticket, call);
    return {.client = link == nullptr ? nullptr : link->file_client(attachment_.channel),
            .coid = coid};
}

void ServedPath::serve_notify(resource::FileCall call, const std::shared_ptr<Binding>& binding,
                              const NativeNotify& question) {
    const Sender asking = sender_by(question.ticket, question.coid, call);
    NativeNotify told;
    told.error = asking.client == nullptr ? ESTALE : 0;
    if (told.error == 0 && is_wakeful(question.event, question.action)) {
        told.error = binding->users().add({.client = asking.client, .coid = asking.coid});
    }
    if (told.error != 0) {
        return answer(call, told);
    }
    auto& message = Context::current()->new_message<::io_notify_t>();
    message.i64.type = _IO_NOTIFY64;
    message.i64.combine_len = sizeof message.i64;
    message.i64.action = question.action;
    message.i64.flags = static_cast<int>(question.flags);
    message.i64.timo = -1;
    std::memcpy(&message.i64.event64, &question.event, sizeof question.event);
    send(std::move(call), binding, bytes_of(message), sizeof message,
         {.handler = call_notify, .finish = &finish_notify}, 0, asking);
}

void ServedPath::serve_enter(resource::FileCall call, const NativeEnter& question) {
    const Sender entering = sender_by(question.ticket, 0, call);
    NativeEnter told;
    told.error = entering.client == nullptr ? ESTALE : 0;
    told.scoid = entering.client == nullptr ? 0 : entering.client->scoid();
    answer(call, told);
}

// A client closes one of several duplicates, and hears of no refusal.
bool ServedPath::gives_up(unsigned command) const noexcept {
    return command == native_close;
}

void ServedPath::serve_close(resource::FileCall call, const std::shared_ptr<Binding>& binding,
                             const NativeClose& question) {
    const Sender closing = sender_by(question.ticket, question.coid, call);
    if (closing.client == nullptr ||
        !binding->users().remove({.client = closing.client, .coid = closing.coid})) {
        return call.reply_ioctl(0, {});
    }
    binding->users().note_closed_by(call.caller().thread);
    auto& message = Context::current()->new_message<::io_close_t>();
    message.i.type = _IO_CLOSE;
    message.i.combine_len = sizeof message.i;
    send(std::move(call), binding, bytes_of(message), 0,
         {.handler = call_close_dup, .finish = &finish_native_close}, 0, closing);
}

void ServedPath::serve_devctl(resource::FileCall call, const std::shared_ptr<Binding>& binding,
                              std::span<const std::byte> input) {
    const std::span<std::byte> buffer = Context::current()->message_buffer();
    NativeDevctl question;
    if (!read_record(input, question) || question.size > input.size() - sizeof question) {
        return call.fail(EINVAL);
    }
    const std::size_t size = sizeof(::io_devctl_t) + question.size;
    if (size > buffer.size()) {
        return call.fail(EMSGSIZE);
    }
    ::io_devctl_t header = {};
    header.i.type = _IO_DEVCTL;
    header.i.combine_len = sizeof header;
    header.i.dcmd = question.dcmd;
    header.i.nbytes = question.size;
    std::memcpy(buffer.data(), &header, sizeof header);
    std::ranges::copy(input.subspan(sizeof question, question.size),
                      buffer.begin() + sizeof header);
    send(std::move(call), binding, buffer.first(size), size,
         {.handler = call_devctl, .finish = &finish_native_devctl});
}

// The beginning lies in the context's buffer, as on QNX, and the whole in the client's memory.
// Several messages in one: those before the last are answered by nothing but success.
int ServedPath::run_leading_parts(const std::shared_ptr<Binding>& binding, const Sender& from,
                                  const Area& area, std::size_t size, std::size_t& offset) {
    for (;;) {
        const Part part = part_at(area, size, offset);
        if ((part.combine_length & _IO_COMBINE_FLAG) == 0) {
            return 0;
        }
        const std::size_t length = part.combine_length & ~unsigned{_IO_COMBINE_FLAG};
        if (length == 0 || length < part.kind.header_size || length > part.bytes.size()) {
            return EBADMSG;
        }
        const int error =
            run_silently(binding, part.bytes.first(length), part.kind.handler, nullptr, from);
        if (error != 0) {
            return error;
        }
        offset += length;
    }
}

void ServedPath::serve_send(resource::FileCall call, const std::shared_ptr<Binding>& binding,
                            const NativeSend& question) {
    const Sender sending = sender_by(question.ticket, question.coid, call);
    const std::shared_ptr<ClientLink> link = link_by(question.ticket, call);
    NativeSend told;
    if (sending.client == nullptr || link == nullptr) {
        told.error = ESTALE;
        return answer(call, told);
    }
    const std::shared_ptr<Area> area = link->area(question.area);
    if (area == nullptr || !area->holds(question.size, question.room)) {
        told.error = area == nullptr ? EAGAIN : EFAULT;  // one that is not there may be refused
        return answer(call, told);
    }
    std::size_t offset = 0;
    told.error = run_leading_parts(binding, sending, *area, question.size, offset);
    const Part part = part_at(*area, question.size, offset);
    if (told.error == 0 && part.bytes.size() < part.kind.header_size) {
        told.error = EBADMSG;
    }
    if (told.error != 0) {
        return answer(call, told);
    }
    const std::span<std::byte> bytes = part.bytes;
    ::_msg_info info = info_of(call.caller(), *binding, sending);
    info.msglen = bytes.size();
    info.srcmsglen = question.size;
    info.dstmsglen = question.room;
    const auto message = std::make_shared<FileMessage>(
        sending.client, info, binding, std::move(call), question.room, &finish_send);
    message->set_area(area, question.size);
    message->set_offset(offset);
    if (link->note_file_message(question.area, question.number, message)) {
        static_cast<void>(message->interrupt());
    }
    run(*Context::current(), message, bytes,
        {.handler = part.kind.handler, .finish = &finish_send});
}

// A part of the end of a client, or of the file: nobody waits for it.
void ServedPath::close_for(Context& context, const std::shared_ptr<Binding>& binding,
                           const Sender& from) {
    const Context::Use use{context};
    auto& message = context.new_message<::io_close_t>();
    message.i.type = _IO_CLOSE;
    message.i.combine_len = sizeof message.i;
    static_cast<void>(run_silently(binding, bytes_of(message), call_close_dup, nullptr, from));
}

void ServedPath::close_for_users(Context& context, Binding& binding) noexcept {
    while (const std::optional<NativeUsers::User> user = binding.users().take(nullptr)) {
        try {
            close_for(context, binding.shared_from_this(),
                      {.client = user->client, .coid = user->coid});
        } catch (const std::bad_alloc&) {
            return;  // the manager is told of the last close only
        }
    }
}

void ServedPath::client_gone(Context& context, const Client& client) noexcept {
    for (;;) {
        std::shared_ptr<Binding> binding;
        std::optional<NativeUsers::User> user;
        {
            const std::lock_guard lock{mutex_};
            for (Binding* at = bindings_.first(); at != nullptr && !user;
                 at = bindings_.next_of(*at)) {
                user = at->users().take(&client);
                if (user) {
                    binding = at->shared_from_this();
                    binding->pin();  // its last close may come meanwhile
                }
            }
        }
        if (!user) {
            return;
        }
        try {
            close_for(context, binding, {.client = user->client, .coid = user->coid});
        } catch (const std::bad_alloc&) {
            // What it has armed stays until the file is closed.
        }
        unpin(context, *binding);
    }
}

}  // namespace tocsin::qnx
