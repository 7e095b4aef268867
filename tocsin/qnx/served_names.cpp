// Opening, and what stat(2) says and chmod(2) changes. Private to tocsin/qnx.
#include <tocsin/qnx/served_path.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/netmgr.h>
#include <unistd.h>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/context.h>
#include <tocsin/qnx/credentials.h>
#include <tocsin/resource/set_attributes.h>

namespace tocsin::qnx {

namespace {

namespace changed = resource::set_attribute;

int call_open(::resmgr_context_t& request, Binding& binding) {
    const ServedPath::Attachment& attachment = binding.path().attachment();
    const auto open = attachment.connect->open;
    return open == nullptr ? _RESMGR_DEFAULT
                           : open(&request, &request.msg->open,
                                  static_cast<::iofunc_attr_t*>(attachment.handle), nullptr);
}

int call_stat(::resmgr_context_t& request, Binding& binding) {
    if (!binding.bound()) {
        return EBADF;
    }
    const auto stat = binding.functions().stat;
    return stat == nullptr ? _RESMGR_DEFAULT : stat(&request, &request.msg->stat, binding.ocb());
}

int call_chmod(::resmgr_context_t& request, Binding& binding) {
    if (!binding.bound()) {
        return EBADF;
    }
    const auto chmod = binding.functions().chmod;
    return chmod == nullptr ? _RESMGR_DEFAULT : chmod(&request, &request.msg->chmod, binding.ocb());
}

int call_chown(::resmgr_context_t& request, Binding& binding) {
    if (!binding.bound()) {
        return EBADF;
    }
    const auto chown = binding.functions().chown;
    return chown == nullptr ? _RESMGR_DEFAULT : chown(&request, &request.msg->chown, binding.ocb());
}

// What open(2) is told: never ENOSYS, after which the kernel would not ask any more.
void finish_open(FileMessage& message, const Outcome& outcome) {
    Binding& binding = *message.binding();
    if (outcome.error != 0 || !binding.bound()) {
        const int error = outcome.error == 0 ? EBADF : outcome.error;
        binding.path().close_refused(message.binding());
        return message.call().fail(error == ENOSYS ? EOPNOTSUPP : error);
    }
    binding.path().hold(binding);
    // When the kernel is gone and cannot be told, it goes with the path.
    static_cast<void>(
        message.call().reply_open({.file = reinterpret_cast<resource::FileHandle>(&binding),
                                   .stream = binding.kind() == Binding::Kind::stream}));
}

// On Linux a path served by a program is a regular file, whatever its manager takes it for.
void show_as_file(struct ::stat& status) noexcept {
    status.st_mode = (status.st_mode & ~unsigned{S_IFMT}) | S_IFREG;
    status.st_rdev = 0;
}

struct Reply {
    std::atomic<bool> told{false};
    int error = 0;
    std::span<std::byte> bytes;
};

void note_reply(FileMessage& message, const Outcome& outcome) {
    Reply& reply = *reinterpret_cast<Reply*>(message.context());
    reply.error = outcome.error;
    if (outcome.error == 0) {
        outcome.copy_to(reply.bytes.data(), reply.bytes.size());
    }
    reply.told.store(true);
    reply.told.notify_one();
}

}  // namespace

::_msg_info ServedPath::info_of(const resource::Caller& caller, const Binding& binding,
                                const Sender& from) noexcept {
    const std::shared_ptr<Client> client = sender_of(binding, from);
    ::_msg_info info = {};
    info.nd = ND_LOCAL_NODE;
    info.srcnd = ND_LOCAL_NODE;
    info.pid = client->credentials().pid;
    info.tid = caller.thread;
    info.scoid = client->scoid();
    info.coid = from.coid;
    info.priority = usual_priority;
    return info;
}

std::shared_ptr<Client> ServedPath::sender_of(const Binding& binding, const Sender& from) noexcept {
    return from.client == nullptr ? binding.client() : from.client;
}

std::shared_ptr<Binding> ServedPath::make_binding(const resource::Caller& caller, int flags) {
    const auto client = std::make_shared<FileClient>(Credentials{.pid = process_of(caller.thread),
                                                                 .thread = caller.thread,
                                                                 .uid = caller.uid,
                                                                 .gid = caller.gid});
    if (Calls::enter_client(client) != 0) {
        throw std::bad_alloc{};
    }
    try {
        return std::make_shared<Binding>(shared_from_this(), client, flags);
    } catch (...) {
        Calls::leave_client(*client);
        throw;
    }
}

void ServedPath::send(resource::FileCall call, const std::shared_ptr<Binding>& binding,
                      std::span<std::byte> bytes, std::size_t reply_size, const Kind& kind,
                      std::uintptr_t context, const Sender& from) {
    ::_msg_info info = info_of(call ? call.caller() : resource::Caller{}, *binding, from);
    info.msglen = bytes.size();
    info.srcmsglen = bytes.size();
    info.dstmsglen = reply_size;
    const auto message =
        std::make_shared<FileMessage>(sender_of(*binding, from), info, binding, std::move(call),
                                      reply_size, kind.finish, context);
    run(*Context::current(), message, bytes, kind);
}

// For a message that is a part of what a client asks, and has to be answered at once. One that is
// parked all the same is taken back.
int ServedPath::run_silently(const std::shared_ptr<Binding>& binding, std::span<std::byte> bytes,
                             std::size_t reply_size, Handler handler, std::span<std::byte> reply,
                             const Sender& from) {
    Reply noted;
    noted.bytes = reply;
    ::_msg_info info = info_of({}, *binding, from);
    info.msglen = bytes.size();
    const auto message = std::make_shared<FileMessage>(
        sender_of(*binding, from), info, binding, resource::FileCall{}, reply_size, &note_reply,
        reinterpret_cast<std::uintptr_t>(&noted));
    run(*Context::current(), message, bytes, {.handler = handler, .finish = &note_reply});
    if (noted.told) {
        return noted.error;
    }
    if (Calls::take(message->rcvid()) != nullptr) {
        return EOPNOTSUPP;
    }
    noted.told.wait(false);
    return noted.error;
}

// An access of O_RDONLY is _IO_FLAG_RD, and so on; none is what stat(2) opens with.
int ServedPath::open_for(const std::shared_ptr<Binding>& binding, unsigned flags) {
    auto& message = Context::current()->new_message<::io_open_t>();
    message.connect.type = _IO_CONNECT;
    message.connect.subtype = _IO_CONNECT_COMBINE_CLOSE;
    message.connect.ioflag = flags;
    message.connect.path_len = 1;
    const int error = run_silently(binding, bytes_of(message), 0, call_open);
    if (error != 0) {
        close_refused(binding);
    }
    return error == 0 && !binding->bound() ? EBADF : error;
}

// The manager decides who may, as it opens.
void ServedPath::access(resource::FileCall call, resource::Node, int mode) {
    if ((mode & X_OK) != 0) {
        return call.fail(EACCES);
    }
    const std::shared_ptr<Binding> binding = make_binding(call.caller(), 0);
    const unsigned flags = ((mode & R_OK) != 0 ? unsigned{_IO_FLAG_RD} : 0U) |
                           ((mode & W_OK) != 0 ? unsigned{_IO_FLAG_WR} : 0U);
    const int error = open_for(binding, flags);
    if (error == 0) {
        close(*Context::current(), *binding);
    }
    // After ENOSYS the kernel would not ask any more, and allow everything.
    error == 0 ? call.succeed() : call.fail(error == ENOSYS ? EOPNOTSUPP : error);
}

void ServedPath::open(resource::FileCall call, resource::Node, int flags) {
    const std::shared_ptr<Binding> binding = make_binding(call.caller(), flags);
    auto& message = Context::current()->new_message<::io_open_t>();
    // Linux asks for both with the mode that is neither.
    constexpr unsigned both = _IO_FLAG_RD | _IO_FLAG_WR;
    const unsigned access = std::min(static_cast<unsigned>(flags & O_ACCMODE) + 1, both);
    message.connect.type = _IO_CONNECT;
    message.connect.subtype = _IO_CONNECT_OPEN;
    message.connect.ioflag = (static_cast<unsigned>(flags) & ~unsigned{O_ACCMODE}) | access;
    message.connect.path_len = 1;
    send(std::move(call), binding, bytes_of(message), 0,
         {.handler = call_open, .finish = &finish_open});
}

void ServedPath::hold(Binding& binding) {
    binding.hold();
    const std::lock_guard lock{mutex_};
    bindings_.push_back(binding);
}

int ServedPath::stat_of(const std::shared_ptr<Binding>& binding, struct ::stat& status) {
    auto& message = Context::current()->new_message<::io_stat_t>();
    message.i.type = _IO_STAT;
    message.i.combine_len = sizeof message.i;
    const std::span<std::byte> reply = std::as_writable_bytes(std::span{&status, 1});
    const int error = run_silently(binding, bytes_of(message), sizeof status, call_stat, reply);
    show_as_file(status);
    return error;
}

// fstat(2) comes without the file, too; a manager with a table of defaults need not know.
void ServedPath::get_attributes(resource::FileCall call, resource::Node,
                                std::optional<resource::FileHandle>) {
    const std::shared_ptr<Binding> binding = make_binding(call.caller(), 0);
    resource::EntryAnswer answer;
    answer.node = resource::root_node;
    int error = open_for(binding, 0);
    if (error == 0) {
        error = stat_of(binding, answer.attributes);
        close(*Context::current(), *binding);
    }
    error == 0 ? call.reply_attributes(answer) : call.fail(error);
}

int ServedPath::change(const std::shared_ptr<Binding>& binding, const struct ::stat& wanted,
                       unsigned which) {
    int error = 0;
    if ((which & changed::mode) != 0) {
        auto& message = Context::current()->new_message<::io_chmod_t>();
        message.i.type = _IO_CHMOD;
        message.i.combine_len = sizeof message.i;
        message.i.mode = wanted.st_mode;
        error = run_silently(binding, bytes_of(message), 0, call_chmod);
    }
    if (error == 0 && (which & (changed::uid | changed::gid)) != 0) {
        auto& message = Context::current()->new_message<::io_chown_t>();
        constexpr auto same = static_cast<::uid_t>(-1);
        message.i.type = _IO_CHOWN;
        message.i.combine_len = sizeof message.i;
        message.i.uid = (which & changed::uid) != 0 ? wanted.st_uid : same;
        message.i.gid = (which & changed::gid) != 0 ? wanted.st_gid : same;
        error = run_silently(binding, bytes_of(message), 0, call_chown);
    }
    return error;
}

void ServedPath::set_attributes(resource::FileCall call, resource::Node,
                                std::optional<resource::FileHandle>, const struct ::stat& wanted,
                                unsigned which) {
    constexpr unsigned served = changed::mode | changed::uid | changed::gid | changed::change_time;
    if ((which & ~served) != 0) {
        return call.fail((which & changed::size) != 0 ? EINVAL : EOPNOTSUPP);
    }
    const std::shared_ptr<Binding> binding = make_binding(call.caller(), 0);
    resource::EntryAnswer answer;
    answer.node = resource::root_node;
    int error = open_for(binding, 0);
    if (error == 0) {
        error = change(binding, wanted, which);
        error = error == 0 ? stat_of(binding, answer.attributes) : error;
        close(*Context::current(), *binding);
    }
    error == 0 ? call.reply_attributes(answer) : call.fail(error);
}

}  // namespace tocsin::qnx
