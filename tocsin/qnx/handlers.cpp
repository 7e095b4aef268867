// The kinds of messages. Private to tocsin/qnx.
#include <tocsin/qnx/handlers.h>

#include <algorithm>
#include <array>

#include <tocsin/qnx/context.h>
#include <tocsin/qnx/dispatch.h>

namespace tocsin::qnx {

namespace {

// What message_attach() has said of its type.
int call_attached(::resmgr_context_t& request, Binding& /*binding*/) {
    Context& context = *Context::current();
    return context.dispatch.handle_by_route(context, request.msg->type) ? _RESMGR_NOREPLY
                                                                        : _RESMGR_DEFAULT;
}

struct Entry {
    unsigned type;
    MessageKind kind;
};

template <typename Message, auto function, auto member>
constexpr Entry entry(unsigned type) {
    return {.type = type,
            .kind = {.handler = &call_function<function, member>, .header_size = sizeof(Message)}};
}

using Io = ::resmgr_io_funcs_t;
using Messages = ::resmgr_iomsgs_t;

// One for a notification looks for itself how much there is of it.
constexpr std::array entries = {
    Entry{_IO_NOTIFY, {.handler = call_notify, .header_size = sizeof(std::uint16_t)}},
    Entry{_IO_NOTIFY64, {.handler = call_notify, .header_size = sizeof(std::uint16_t)}},
    entry<::io_read_t, &Io::read, &Messages::read>(_IO_READ),
    entry<::io_read_t, &Io::read, &Messages::read>(_IO_READ64),
    entry<::io_write_t, &Io::write, &Messages::write>(_IO_WRITE),
    entry<::io_write_t, &Io::write, &Messages::write>(_IO_WRITE64),
    entry<::_io_stat, &Io::stat, &Messages::stat>(_IO_STAT),
    entry<::io_devctl_t, &Io::devctl, &Messages::devctl>(_IO_DEVCTL),
    entry<::io_pathconf_t, &Io::pathconf, &Messages::pathconf>(_IO_PATHCONF),
    entry<::io_lseek_t, &Io::lseek, &Messages::lseek>(_IO_LSEEK),
    entry<::io_chmod_t, &Io::chmod, &Messages::chmod>(_IO_CHMOD),
    entry<::io_chown_t, &Io::chown, &Messages::chown>(_IO_CHOWN),
    entry<::io_utime_t, &Io::utime, &Messages::utime>(_IO_UTIME),
    entry<::io_openfd_t, &Io::openfd, &Messages::openfd>(_IO_OPENFD),
    entry<::_io_fdinfo, &Io::fdinfo, &Messages::fdinfo>(_IO_FDINFO),
    entry<::io_lock_t, &Io::lock, &Messages::lock>(_IO_LOCK),
    entry<::io_space_t, &Io::space, &Messages::space>(_IO_SPACE),
    entry<::io_shutdown_t, &Io::shutdown, &Messages::shutdown>(_IO_SHUTDOWN),
    entry<::io_mmap_t, &Io::mmap, &Messages::mmap>(_IO_MMAP),
    entry<::io_msg_t, &Io::msg, &Messages::io_msg>(_IO_MSG),
    entry<::io_sync_t, &Io::sync, &Messages::sync>(_IO_SYNC),
    entry<::io_power_t, &Io::power, &Messages::power>(_IO_POWER),
    entry<::io_acl_t, &Io::acl, &Messages::acl>(_IO_ACL),
};

}  // namespace

MessageKind kind_of(unsigned type) noexcept {
    const auto* const found = std::ranges::find(entries, type, &Entry::type);
    return found == entries.end()
               ? MessageKind{.handler = &call_attached, .header_size = sizeof(std::uint16_t)}
               : found->kind;
}

}  // namespace tocsin::qnx
