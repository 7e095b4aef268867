// Opening, and what stat(2) says. Private to tocsin/qnx.
#include <tocsin/qnx/served_path.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/netmgr.h>
#include <unistd.h>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/connect_message.h>
#include <tocsin/qnx/context.h>
#include <tocsin/qnx/credentials.h>

namespace tocsin::qnx {

namespace {

constexpr Handler call_open = &call_connect<&::resmgr_connect_funcs_t::open>;

constexpr Handler call_stat = &call_function<&::resmgr_io_funcs_t::stat, &::resmgr_iomsgs_t::stat>;

constexpr ::mode_t permissions_of_link = 0777;

// Whether the client may look for names in the directory.
int may_search(const Binding& binding, const struct ::stat& status) noexcept {
    ::_client_info info;
    describe(binding.client()->credentials(), NGROUPS_SHOWN, info);
    ::iofunc_attr_t attribute = {};
    attribute.uid = status.st_uid;
    attribute.gid = status.st_gid;
    attribute.mode = status.st_mode;
    return iofunc_check_access(nullptr, &attribute, S_IXUSR, &info);
}

// A status by which a manager says that the name is a symbolic link.
bool is_elsewhere(long status) noexcept {
    return (static_cast<unsigned long>(status) & _IO_CONNECT_RET_FLAG) != 0;
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
    static_cast<void>(message.call().reply_open(answer_of(binding)));
}

constexpr ::ino_t inode_base = ::ino_t{1} << 32U;

// On Linux a path served by a program is a regular file, whatever its manager takes it for; below a
// directory there may be others and symbolic links.
void show_as_file(struct ::stat& status, bool directory, resource::Node node) noexcept {
    const bool is_root = node == resource::root_node;
    const unsigned kind = status.st_mode & unsigned{S_IFMT};
    unsigned shown = S_IFREG;
    if (directory) {
        shown = is_root ? S_IFDIR : kind == S_IFDIR || kind == S_IFLNK ? kind : S_IFREG;
    }
    status.st_mode = (status.st_mode & ~unsigned{S_IFMT}) | shown;
    status.st_rdev = 0;
    // Programs take an inode of 0 for a file that is not there, and two of the same for one file:
    // the manager may have small numbers of its own.
    if (status.st_ino == 0) {
        status.st_ino = inode_base + node;
    }
}

struct Told {
    std::atomic<bool> is_told{false};
    int error = 0;
    SilentReply* reply = nullptr;
};

void note_reply(FileMessage& message, const Outcome& outcome) {
    Told& told = *reinterpret_cast<Told*>(message.context());
    told.error = outcome.error;
    if (outcome.error == 0 && told.reply != nullptr) {
        told.reply->status = outcome.status;
        told.reply->size = outcome.copy_to(told.reply->room.data(), told.reply->room.size());
    }
    told.is_told.store(true);
    told.is_told.notify_one();
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

std::shared_ptr<Binding> ServedPath::make_binding(const resource::Caller& caller,
                                                  resource::Node node, int flags) {
    const auto client = std::make_shared<FileClient>(Credentials{.pid = process_of(caller.thread),
                                                                 .thread = caller.thread,
                                                                 .uid = caller.uid,
                                                                 .gid = caller.gid});
    if (Calls::enter_client(client) != 0) {
        throw std::bad_alloc{};
    }
    try {
        return std::make_shared<Binding>(shared_from_this(), client, node, flags);
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
                             Handler handler, SilentReply* reply, const Sender& from) {
    Told told;
    told.reply = reply;
    const std::size_t reply_size = reply == nullptr ? 0 : reply->room.size();
    ::_msg_info info = info_of({}, *binding, from);
    info.msglen = bytes.size();
    info.srcmsglen = bytes.size();
    info.dstmsglen = reply_size;
    const auto message = std::make_shared<FileMessage>(
        sender_of(*binding, from), info, binding, resource::FileCall{}, reply_size, &note_reply,
        reinterpret_cast<std::uintptr_t>(&told));
    run(*Context::current(), message, bytes, {.handler = handler, .finish = &note_reply});
    if (told.is_told) {
        return told.error;
    }
    if (Calls::take(message->rcvid()) != nullptr) {
        return EOPNOTSUPP;
    }
    told.is_told.wait(false);
    return told.error;
}

int ServedPath::connect(const std::shared_ptr<Binding>& binding, const Connect& what,
                        Handler handler, SilentReply* reply) {
    const std::span<std::byte> bytes = put_connect(Context::current()->message_buffer(), what);
    return bytes.empty() ? ENAMETOOLONG : run_silently(binding, bytes, handler, reply);
}

// An access of O_RDONLY is _IO_FLAG_RD, and so on; none is what stat(2) opens with.
int ServedPath::open_for(const std::shared_ptr<Binding>& binding, const Connect& what,
                         bool* is_link) {
    SilentReply reply;
    int error = connect(binding, what, call_open, &reply);
    if (error == 0 && !binding->bound()) {
        const bool elsewhere = is_elsewhere(reply.status);
        error = elsewhere ? ELOOP : EBADF;
        if (is_link != nullptr) {
            *is_link = elsewhere;
        }
    }
    if (error != 0) {
        close_refused(binding);
    }
    return error;
}

// The manager decides who may, as it opens.
void ServedPath::access(resource::FileCall call, resource::Node node, int mode) {
    const std::shared_ptr<Binding> binding = make_binding(call.caller(), node, 0);
    const unsigned flags = ((mode & R_OK) != 0 ? unsigned{_IO_FLAG_RD} : 0U) |
                           ((mode & W_OK) != 0 ? unsigned{_IO_FLAG_WR} : 0U);
    const std::optional<std::string> path = names_.path_of(node);
    int error = path ? open_for(binding, {.path = *path, .flags = flags}) : ENOENT;
    if (error == 0) {
        struct ::stat status = {};
        error = (mode & X_OK) == 0 ? 0 : stat_of(binding, status);
        if (error == 0 && (mode & X_OK) != 0) {
            error = S_ISDIR(status.st_mode) ? may_search(*binding, status) : EACCES;
        }
        close(*Context::current(), *binding);
    }
    // After ENOSYS the kernel would not ask any more, and allow everything.
    error == 0 ? call.succeed() : call.fail(error == ENOSYS ? EOPNOTSUPP : error);
}

void ServedPath::open(resource::FileCall call, resource::Node node, int flags) {
    open_at(std::move(call), node, flags, Binding::Kind::stream);
}

// As that kind, unless the manager says more.
void ServedPath::open_at(resource::FileCall call, resource::Node node, int flags,
                         Binding::Kind kind) {
    const std::optional<std::string> path = names_.path_of(node);
    if (!path) {
        return call.fail(ENOENT);
    }
    const std::shared_ptr<Binding> binding = make_binding(call.caller(), node, flags);
    binding->set_kind(kind);
    const std::span<std::byte> bytes =
        put_connect(Context::current()->message_buffer(),
                    {.subtype = _IO_CONNECT_OPEN, .path = *path, .flags = ioflag_of(flags)});
    if (bytes.empty()) {
        return call.fail(ENAMETOOLONG);
    }
    send(std::move(call), binding, bytes, 0, {.handler = call_open, .finish = &finish_open});
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
    SilentReply reply{.room = std::as_writable_bytes(std::span{&status, 1})};
    const int error = run_silently(binding, bytes_of(message), call_stat, &reply);
    show_as_file(status, attachment_.directory, binding->node());
    return error;
}

// As lstat(2). A manager that goes on to where a link leads says no more of it than that it is one.
int ServedPath::stat_at(const std::shared_ptr<Binding>& binding, std::string_view path,
                        struct ::stat& status) {
    bool is_link = false;
    int error = open_for(binding, {.path = path, .mode = S_IFLNK}, &is_link);
    if (is_link) {
        status = {};
        status.st_mode = S_IFLNK | permissions_of_link;
        status.st_nlink = 1;
        show_as_file(status, attachment_.directory, binding->node());
        return 0;
    }
    if (error == 0) {
        error = stat_of(binding, status);
        close(*Context::current(), *binding);
    }
    return error;
}

// fstat(2) comes without the file, too; a manager with a table of defaults need not know. What has
// no path any more is asked through any file that is open there.
void ServedPath::get_attributes(resource::FileCall call, resource::Node node,
                                std::optional<resource::FileHandle>) {
    resource::EntryAnswer answer;
    answer.node = node;
    int error = ENOENT;
    if (const std::optional<std::string> path = names_.path_of(node)) {
        error = stat_at(make_binding(call.caller(), node, 0), *path, answer.attributes);
    } else if (const std::shared_ptr<Binding> binding = pin_any(node)) {
        error = stat_of(binding, answer.attributes);
        answer.attributes.st_nlink = 0;
        unpin(*Context::current(), *binding);
    }
    error == 0 ? call.reply_attributes(answer) : call.fail(error);
}

}  // namespace tocsin::qnx
