// Names below a served directory, as the messages that carry paths. Private to tocsin/qnx.
#include <tocsin/qnx/served_path.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <vector>

#include <tocsin/qnx/connect_message.h>
#include <tocsin/qnx/context.h>

namespace tocsin::qnx {

namespace {

using Functions = ::resmgr_connect_funcs_t;

// How much of a directory a manager is asked for at once.
constexpr std::size_t listing_size = 8192;

// After some calls that fail with ENOSYS the kernel would not ask any more.
int shown(int error) noexcept {
    return error == ENOSYS ? EOPNOTSUPP : error;
}

std::span<const std::byte> with_zero(const std::string& text) noexcept {
    return std::as_bytes(std::span{text.c_str(), text.size() + 1});
}

std::shared_ptr<Binding> binding_of(resource::FileHandle file) noexcept {
    return reinterpret_cast<Binding*>(file)->shared_from_this();
}

}  // namespace

// What is at the name; the kernel holds its node then.
void ServedPath::reply_entry(resource::FileCall call, resource::Node parent,
                             std::string_view name) {
    const std::optional<std::string> path = names_.path_of(parent, name);
    if (!path) {
        return call.fail(ENOENT);
    }
    resource::EntryAnswer answer;
    answer.node = names_.enter(parent, name);
    const int error =
        stat_at(make_binding(call.caller(), answer.node, 0), *path, answer.attributes);
    if (error != 0) {
        names_.forget(answer.node, 1);
        return call.fail(error);
    }
    call.reply_entry(answer);
}

void ServedPath::look_up(resource::FileCall call, resource::Node parent, std::string_view name) {
    reply_entry(std::move(call), parent, name);
}

void ServedPath::forget(resource::Node node, std::uint64_t count) noexcept {
    names_.forget(node, count);
}

// The answer is a header and the path behind it.
void ServedPath::read_link(resource::FileCall call, resource::Node node) {
    const std::optional<std::string> path = names_.path_of(node);
    if (!path) {
        return call.fail(ENOENT);
    }
    constexpr std::size_t header_size = sizeof(struct ::_io_connect_link_reply);
    std::array<char, header_size + PATH_MAX> answer = {};
    SilentReply reply{.room = std::as_writable_bytes(std::span{answer})};
    const int error = connect(make_binding(call.caller(), node, 0),
                              {.subtype = _IO_CONNECT_READLINK, .path = *path, .mode = S_IFLNK},
                              call_connect<&Functions::readlink>, &reply);
    if (error != 0) {
        return call.fail(error);
    }
    struct ::_io_connect_link_reply header;
    std::memcpy(&header, answer.data(), header_size);
    const char* const target = answer.data() + header_size;
    const std::size_t size =
        std::min<std::size_t>(header.path_len, reply.size - std::min(reply.size, header_size));
    call.reply_link({target, ::strnlen(target, size)});
}

// Has something made at the name, and says what it is.
void ServedPath::make_name(resource::FileCall call, resource::Node parent, std::string_view name,
                           Connect what, Handler handler) {
    const std::optional<std::string> path = names_.path_of(parent, name);
    if (!path) {
        return call.fail(ENOENT);
    }
    what.path = *path;
    const int error = connect(make_binding(call.caller(), parent, 0), what, handler);
    error == 0 ? reply_entry(std::move(call), parent, name) : call.fail(shown(error));
}

void ServedPath::make_node(resource::FileCall call, resource::Node parent, std::string_view name,
                           ::mode_t mode, ::dev_t) {
    make_name(std::move(call), parent, name, {.subtype = _IO_CONNECT_MKNOD, .mode = mode},
              call_connect<&Functions::mknod>);
}

void ServedPath::make_directory(resource::FileCall call, resource::Node parent,
                                std::string_view name, ::mode_t mode) {
    make_node(std::move(call), parent, name, mode | S_IFDIR, 0);
}

void ServedPath::make_symbolic_link(resource::FileCall call, resource::Node parent,
                                    std::string_view name, std::string_view target) {
    const std::string text{target};
    make_name(std::move(call), parent, name,
              {.subtype = _IO_CONNECT_LINK,
               .mode = S_IFLNK,
               .extra_type = _IO_CONNECT_EXTRA_SYMLINK,
               .extra = with_zero(text)},
              call_connect<&Functions::link>);
}

// What gets the further name is open meanwhile, for the manager to know it.
void ServedPath::link(resource::FileCall call, resource::Node node, resource::Node parent,
                      std::string_view name) {
    const std::optional<std::string> path = names_.path_of(node);
    if (!path) {
        return call.fail(ENOENT);
    }
    const std::shared_ptr<Binding> existing = make_binding(call.caller(), node, 0);
    if (const int error = open_for(existing, {.path = *path, .mode = S_IFLNK}); error != 0) {
        return call.fail(shown(error));
    }
    ::io_link_extra_t extra = {};
    extra.ocb = existing->ocb();
    make_name(std::move(call), parent, name,
              {.subtype = _IO_CONNECT_LINK,
               .extra_type = _IO_CONNECT_EXTRA_LINK,
               .extra = std::as_bytes(std::span{&extra, 1})},
              call_connect<&Functions::link>);
    close(*Context::current(), *existing);
}

void ServedPath::remove_name(resource::FileCall call, resource::Node parent, std::string_view name,
                             ::mode_t kind) {
    const std::optional<std::string> path = names_.path_of(parent, name);
    if (!path) {
        return call.fail(ENOENT);
    }
    const int error = connect(make_binding(call.caller(), parent, 0),
                              {.subtype = _IO_CONNECT_UNLINK, .path = *path, .mode = kind},
                              call_connect<&Functions::unlink>);
    if (error != 0) {
        return call.fail(error);
    }
    names_.remove(parent, name);
    call.succeed();
}

void ServedPath::unlink(resource::FileCall call, resource::Node parent, std::string_view name) {
    remove_name(std::move(call), parent, name, 0);
}

void ServedPath::remove_directory(resource::FileCall call, resource::Node parent,
                                  std::string_view name) {
    remove_name(std::move(call), parent, name, S_IFDIR);
}

// That nothing is replaced where nothing may be the kernel has seen to.
void ServedPath::rename(resource::FileCall call, resource::Node parent, std::string_view name,
                        resource::Node new_parent, std::string_view new_name, unsigned flags) {
    const std::optional<std::string> path = names_.path_of(parent, name);
    const std::optional<std::string> new_path = names_.path_of(new_parent, new_name);
    if (!path || !new_path) {
        return call.fail(ENOENT);
    }
    if ((flags & ~unsigned{RENAME_NOREPLACE}) != 0) {
        return call.fail(EINVAL);
    }
    const int error = connect(make_binding(call.caller(), parent, 0),
                              {.subtype = _IO_CONNECT_RENAME,
                               .path = *new_path,
                               .extra_type = _IO_CONNECT_EXTRA_RENAME,
                               .extra = with_zero(*path)},
                              call_connect<&Functions::rename>);
    if (error != 0) {
        return call.fail(error);
    }
    names_.rename(parent, name, new_parent, new_name);
    call.succeed();
}

// It is answered at once: there is no more than one thing to be told of a new file.
void ServedPath::create(resource::FileCall call, resource::Node parent, std::string_view name,
                        ::mode_t mode, int flags) {
    const std::optional<std::string> path = names_.path_of(parent, name);
    if (!path) {
        return call.fail(ENOENT);
    }
    resource::EntryAnswer answer;
    answer.node = names_.enter(parent, name);
    const std::shared_ptr<Binding> binding = make_binding(call.caller(), answer.node, flags);
    int error = open_for(binding, {.subtype = _IO_CONNECT_OPEN,
                                   .path = *path,
                                   .flags = ioflag_of(flags | O_CREAT),
                                   .mode = mode});
    if (error == 0) {
        error = stat_of(binding, answer.attributes);
        if (error != 0) {
            close(*Context::current(), *binding);
        }
    }
    if (error != 0) {
        names_.forget(answer.node, 1);
        return call.fail(shown(error));
    }
    hold(*binding);
    static_cast<void>(call.reply_created(answer, answer_of(*binding)));
}

void ServedPath::open_directory(resource::FileCall call, resource::Node node, int flags) {
    open_at(std::move(call), node, flags | O_DIRECTORY, Binding::Kind::file);
}

// Asks the manager for more.
int ServedPath::read_entries(const std::shared_ptr<Binding>& binding) {
    std::vector<std::byte> room(listing_size);
    auto& message = Context::current()->new_message<::io_read_t>();
    message.i.type = _IO_READ;
    message.i.combine_len = sizeof message.i;
    message.i.nbytes = listing_size;
    message.i.xtype = _IO_XTYPE_READDIR;
    SilentReply reply{.room = room};
    if (const int error = run_silently(binding, bytes_of(message), call_read, &reply)) {
        return error;
    }
    const std::size_t claimed = static_cast<std::size_t>(std::max(reply.status, 0L));
    const std::span bytes = std::span{room}.first(std::min(claimed, reply.size));
    return binding->listing().take(bytes) ? 0 : EIO;
}

// Until the entry at `offset` is there, or the end.
int ServedPath::list_up_to(const std::shared_ptr<Binding>& binding, std::int64_t offset) {
    DirectoryListing& listing = binding->listing();
    // Who is back at the start wants to know what is there now.
    const bool back = !listing.reaches(offset) || (offset == 0 && listing.started());
    if (back) {
        if (const int error = seek_to(binding, 0); error != 0) {
            return error;
        }
        listing.restart();
    }
    while (!listing.has(offset) && !listing.ended()) {
        if (const int error = read_entries(binding); error != 0) {
            return error;
        }
    }
    return 0;
}

void ServedPath::read_directory(resource::FileCall call, resource::Node, resource::FileHandle file,
                                std::size_t size, std::int64_t offset) {
    const std::shared_ptr<Binding> binding = binding_of(file);
    const std::unique_lock<std::mutex> lock = binding->own_offset();
    if (const int error = list_up_to(binding, offset); error != 0) {
        return call.fail(error);
    }
    resource::DirectoryEntries entries{size};
    binding->listing().put(offset, entries);
    call.reply_bytes(entries.bytes());
}

void ServedPath::release_directory(resource::Node node, resource::FileHandle file) noexcept {
    release(node, file);
}

}  // namespace tocsin::qnx
