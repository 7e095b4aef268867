// Records to one connection. Private to tocsin/cli.
#include <tocsin/cli/socket_client.h>

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>
#include <utility>

#include <fmt/format.h>

namespace tocsin::cli {

namespace {

constexpr std::size_t view_size_max = std::size_t{64} << 10;

// A turn sends no more than this to one client, so that the others get theirs.
constexpr int views_per_turn = 4;

std::uint64_t next_id = 1;

}  // namespace

SocketClient::SocketClient(const SocketService& service, base::Descriptor socket)
    : service_{service},
      socket_{std::move(socket)},
      watch_{base::Callback<core::Conditions>::bind<&SocketClient::deliver>(*this)},
      reader_{service.publication.ring()},
      id_{next_id++} {
    if (const std::error_code error =
            watch_.register_with(service.loop, socket_.number(), core::Condition::input)) {
        throw std::system_error{error};
    }
    service_.publication.reader_appeared();
}

SocketClient::~SocketClient() {
    service_.publication.reader_disappeared();
    service_.publication.reader_moved();
}

void SocketClient::look_again() {
    if (!over_ && !blocked_) {
        send_records();
    }
    choose_interest();
}

void SocketClient::deliver(core::Conditions ready) {
    if (ready.has(core::Condition::hang_up) || ready.has(core::Condition::error)) {
        end();
        return;
    }
    if (ready.has(core::Condition::input) && receive() == Received::end) {
        receives_ = false;
    }
    blocked_ = blocked_ && !ready.has(core::Condition::output);
    look_again();
}

// What a client sends to a server that has no use for it is read and forgotten, so that it does not
// block. A client that has closed one direction only is still sent to.
SocketClient::Received SocketClient::receive() {
    std::array<char, 4096> space;
    const ssize_t size = ::recv(socket_.number(), space.data(), space.size(), MSG_DONTWAIT);
    if (size <= 0) {
        const bool nothing = size < 0 && (errno == EAGAIN || errno == EINTR);
        return nothing ? Received::nothing : Received::end;
    }
    if (receives_ && service_.output != nullptr) {
        take_lines({space.data(), static_cast<std::size_t>(size)});
    }
    return Received::something;
}

// Of a client whose line is refused nothing more is taken: what follows would be the rest of that
// line. Its next send(2) fails with EPIPE.
void SocketClient::take_lines(std::string_view text) {
    if (service_.output->broken() || !lines_.feed(text, *service_.output)) {
        receives_ = false;
        ::shutdown(socket_.number(), SHUT_RD);
    }
}

void SocketClient::send_records() {
    for (int views = 0; views < views_per_turn; ++views) {
        if (!notice_.empty() && !send_notice()) {
            return;
        }
        sending_ = sending_ || reader_.ready(service_.threshold);
        if (!sending_) {
            return;
        }
        const RecordReader::View view = reader_.look(view_size_max);
        if (view.found == Found::nothing) {
            sending_ = false;
            return;
        }
        if (view.found == Found::loss) {
            tell_loss();
        } else if (view.found == Found::end || !send_view(view)) {
            if (view.found == Found::end) {
                end();
            }
            return;
        }
    }
    // The rest is for a later turn: the socket can be written, so the watch is delivered then.
    blocked_ = true;
}

bool SocketClient::send_view(const RecordReader::View& view) {
    std::array<::iovec, 2> pieces{};
    for (std::size_t number = 0; number < pieces.size(); ++number) {
        const std::string_view piece = view.pieces[number];
        pieces[number] = {.iov_base = const_cast<char*>(piece.data()), .iov_len = piece.size()};
    }
    ::msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    const ssize_t sent = ::sendmsg(socket_.number(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
        blocked_ = errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
        if (!blocked_) {
            end();
        }
        return false;
    }
    reader_.consume(static_cast<std::size_t>(sent));
    service_.publication.reader_moved();
    return true;
}

bool SocketClient::send_notice() {
    const ssize_t sent =
        ::send(socket_.number(), notice_.data(), notice_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
        blocked_ = errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
        if (!blocked_) {
            end();
        }
        return false;
    }
    notice_.erase(0, static_cast<std::size_t>(sent));
    return notice_.empty();
}

void SocketClient::tell_loss() {
    if (service_.on_loss == OnLoss::cut) {
        end();
        return;
    }
    notice_ = fmt::format("[tocsin: {} records lost]\n", reader_.records_lost_last());
}

// What the client has sent before is not lost, and not left unread either: closing would tell the
// client of that as an error. It can send no more from here on, so this comes to an end.
void SocketClient::end() {
    if (std::exchange(over_, true)) {
        return;
    }
    watch_.unregister();
    ::shutdown(socket_.number(), SHUT_RD);
    while (receive() == Received::something) {
    }
    if (service_.output != nullptr) {
        lines_.finish(*service_.output);
    }
    service_.on_over();
}

void SocketClient::choose_interest() noexcept {
    if (over_) {
        return;
    }
    // Out-of-band data never comes: that interest stands for "tell me when the other side is gone".
    core::Conditions interest = core::Condition::out_of_band;
    if (receives_ && (service_.output == nullptr || service_.output->has_room())) {
        interest |= core::Condition::input;
    }
    if (blocked_) {
        interest |= core::Condition::output;
    }
    watch_.set_interest(interest);
}

}  // namespace tocsin::cli
