// The messages of FUSE, as the kernel writes them. For tests.
#include <tests/resource/kernel_end.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace tocsin::resource {

namespace {

// As socketpair(2), which is refused in one of the fallback modes.
std::pair<base::Descriptor, base::Descriptor> connected_sockets() {
    constexpr int kind = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
    const base::Descriptor listener{::socket(AF_UNIX, kind, 0)};
    base::Descriptor one{::socket(AF_UNIX, kind, 0)};
    ::sockaddr_un name = {};
    name.sun_family = AF_UNIX;
    auto* const address = reinterpret_cast<::sockaddr*>(&name);
    ::socklen_t length = sizeof name;
    // Binding to no name makes the kernel find one.
    if (::bind(listener.number(), address, sizeof name.sun_family) != 0 ||
        ::listen(listener.number(), 1) != 0 ||
        ::getsockname(listener.number(), address, &length) != 0 ||
        ::connect(one.number(), address, length) != 0) {
        throw std::runtime_error{"sockets"};
    }
    base::Descriptor other{
        ::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    return {std::move(one), std::move(other)};
}

void append(std::vector<std::byte>& message, std::span<const std::byte> bytes) {
    message.insert(message.end(), bytes.begin(), bytes.end());
}

}  // namespace

KernelEnd::KernelEnd() {
    auto [kernel, manager] = connected_sockets();
    end_ = std::move(kernel);
    served_end_ = std::move(manager);
}

void KernelEnd::start() {
    const ::fuse_init_in init = {.major = FUSE_KERNEL_VERSION,
                                 .minor = FUSE_KERNEL_MINOR_VERSION,
                                 .max_readahead = 0,
                                 .flags = ~0U & ~unsigned{FUSE_INIT_EXT},
                                 .flags2 = 0,
                                 .unused = {}};
    const Answer answer = ask(FUSE_INIT, 0, init);
    hello_ = answer.as<::fuse_init_out>();
    if (answer.error != 0) {
        throw std::runtime_error{"FUSE_INIT"};
    }
}

std::uint64_t KernelEnd::send(std::uint32_t opcode, std::uint64_t node,
                              std::span<const std::byte> body, std::string_view after) {
    const std::uint64_t number = std::exchange(next_number_, next_number_ + 2);
    const ::fuse_in_header header = {
        .len = static_cast<std::uint32_t>(sizeof header + body.size() + after.size()),
        .opcode = opcode,
        .unique = number,
        .nodeid = node,
        .uid = uid_,
        .gid = 1000,
        .pid = thread_,
        .total_extlen = 0,
        .padding = 0};
    std::vector<std::byte> message;
    append(message, std::as_bytes(std::span{&header, 1}));
    append(message, body);
    append(message, std::as_bytes(std::span{after}));
    send_raw(message);
    return number;
}

void KernelEnd::send_raw(std::span<const std::byte> message) {
    if (::write(end_.number(), message.data(), message.size()) !=
        static_cast<ssize_t>(message.size())) {
        throw std::runtime_error{"the session does not take a message"};
    }
}

void KernelEnd::turn() {
    serve();
    receive();
}

void KernelEnd::receive() {
    ssize_t got = 0;
    while ((got = ::read(end_.number(), buffer_.data(), buffer_.size())) > 0) {
        ::fuse_out_header header = {};
        const std::span message = std::span{buffer_}.first(static_cast<std::size_t>(got));
        std::copy_n(message.begin(), sizeof header, reinterpret_cast<std::byte*>(&header));
        const std::span payload = message.subspan(sizeof header);
        if (header.unique == 0 && header.error == FUSE_NOTIFY_POLL) {
            const auto wake = Answer{.payload = {payload.begin(), payload.end()}}
                                  .as<::fuse_notify_poll_wakeup_out>();
            ++wakes_[wake.kh];
            continue;
        }
        if (answers_.contains(header.unique)) {
            throw std::runtime_error{"a message was answered twice"};
        }
        answers_[header.unique] = {.error = -header.error,
                                   .payload = {payload.begin(), payload.end()}};
    }
}

std::optional<Answer> KernelEnd::answer_of(std::uint64_t number) {
    serve();
    return heard(number);
}

std::optional<Answer> KernelEnd::heard(std::uint64_t number) {
    receive();
    const auto found = answers_.find(number);
    return found == answers_.end() ? std::nullopt : std::optional{found->second};
}

int KernelEnd::wakes_of(std::uint64_t poll_handle) {
    turn();
    return wakes_[poll_handle];
}

int KernelEnd::wakes_of_all() {
    turn();
    int sum = 0;
    for (const auto& [handle, wakes] : wakes_) {
        sum += wakes;
    }
    return sum;
}

std::uint64_t KernelEnd::open(int flags, std::uint64_t node) {
    const ::fuse_open_in body = {.flags = static_cast<std::uint32_t>(flags), .open_flags = 0};
    return ask(FUSE_OPEN, node, body).as<::fuse_open_out>().fh;
}

std::uint64_t KernelEnd::send_read(std::uint64_t file, int flags, std::uint32_t size) {
    ::fuse_read_in body = {};
    body.fh = file;
    body.size = size;
    body.flags = static_cast<std::uint32_t>(flags);
    return send(FUSE_READ, FUSE_ROOT_ID, body);
}

Answer KernelEnd::write(std::uint64_t file, std::string_view text, int flags) {
    ::fuse_write_in body = {};
    body.fh = file;
    body.size = static_cast<std::uint32_t>(text.size());
    body.flags = static_cast<std::uint32_t>(flags);
    return ask(FUSE_WRITE, FUSE_ROOT_ID, body, text);
}

unsigned KernelEnd::poll(std::uint64_t file, unsigned events, bool arm) {
    const ::fuse_poll_in body = {.fh = file,
                                 .kh = poll_handle_of(file),
                                 .flags = arm ? FUSE_POLL_SCHEDULE_NOTIFY : 0U,
                                 .events = events};
    return ask(FUSE_POLL, FUSE_ROOT_ID, body).as<::fuse_poll_out>().revents;
}

void KernelEnd::release(std::uint64_t file) {
    ::fuse_release_in body = {};
    body.fh = file;
    static_cast<void>(ask(FUSE_RELEASE, FUSE_ROOT_ID, body));
}

std::uint64_t KernelEnd::interrupt(std::uint64_t number) {
    const ::fuse_interrupt_in body = {.unique = number};
    return send(FUSE_INTERRUPT, 0, body);
}

}  // namespace tocsin::resource
