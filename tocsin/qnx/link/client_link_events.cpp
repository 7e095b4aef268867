// What clients of other processes are told. Private to tocsin/qnx.
#include <tocsin/qnx/link/client_link.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <sys/epoll.h>

#include <tocsin/qnx/events.h>
#include <tocsin/qnx/file_message.h>
#include <tocsin/qnx/link/socket.h>
#include <tocsin/qnx/served_path.h>

namespace tocsin::qnx {

// The client may end, and another thread ask the same, at any moment.
std::shared_ptr<RemoteClient> ClientLink::file_client(const std::shared_ptr<Channel>& channel) {
    {
        const std::lock_guard lock{mutex_};
        if (std::shared_ptr<RemoteClient> known = file_client_locked(channel)) {
            return known;
        }
    }
    const auto client = std::make_shared<RemoteClient>(channel, shared_from_this());
    if (!client->counted() || client->enter() != 0) {
        return nullptr;
    }
    std::shared_ptr<RemoteClient> found;
    try {
        const std::lock_guard lock{mutex_};
        found = file_client_locked(channel);
        if (found == nullptr && !ended_) {
            std::erase_if(file_clients_, [](const auto& known) { return known.channel.expired(); });
            file_clients_.push_back({.channel = channel, .client = client});
            found = client;
        }
    } catch (const std::bad_alloc&) {
        // There is no memory to remember it.
    }
    if (found != client) {
        client->disconnect();
    }
    return found;
}

// A channel that is gone may have had the same number.
std::shared_ptr<RemoteClient>
ClientLink::file_client_locked(const std::shared_ptr<Channel>& channel) const noexcept {
    const auto found = std::ranges::find_if(
        file_clients_, [&](const auto& known) { return known.channel.lock() == channel; });
    return found == file_clients_.end() ? nullptr : found->client;
}

// The client is connected, or has said through a descriptor who it is.
ClientLink::Addressee ClientLink::addressee_of_pulse(const Frame& frame) noexcept {
    if (const Connected* const known = connected_to(frame)) {
        return {.channel = known->channel, .client = known->client};
    }
    const std::lock_guard lock{mutex_};
    const auto found = std::ranges::find_if(file_clients_, [&](const auto& known) {
        return static_cast<std::uint64_t>(known.client->scoid()) == frame.number;
    });
    return found == file_clients_.end()
               ? Addressee{}
               : Addressee{.channel = found->channel.lock(), .client = found->client};
}

bool ClientLink::note_file_message(std::uint32_t area, std::uint64_t number,
                                   const std::shared_ptr<FileMessage>& message) {
    const std::lock_guard lock{mutex_};
    FileSent& sent = file_sent_[area];
    const bool let_go = sent.let_go && sent.number == number;
    sent = {.number = number, .let_go = let_go, .message = message};
    return let_go;
}

// The message may come later than this, or be over and another one in its place. The area may have
// been refused.
bool ClientLink::take_let_go(const Frame& frame) {
    std::shared_ptr<FileMessage> message;
    {
        const std::lock_guard lock{mutex_};
        if (!areas_.contains(frame.area)) {
            return true;
        }
        FileSent& sent = file_sent_[frame.area];
        if (sent.number < frame.number) {
            sent = {.number = frame.number, .let_go = true};
        } else if (sent.number == frame.number) {
            message = sent.message.lock();
        }
    }
    if (message != nullptr && message->interrupt()) {
        message->binding()->path().ask_to_unblock(*message);
    }
    return true;
}

// All that went another way has been handled, so that nothing overtakes it.
bool ClientLink::put_locked(const struct ::sigevent& event) noexcept {
    if (!kept_.empty() || !mailbox_->has_handled(events_sent_)) {
        return false;
    }
    switch (mailbox_->put(event)) {
    case Mailbox::Put::no_room:
        return false;
    case Mailbox::Put::behind_others:
        return true;
    case Mailbox::Put::first:
        break;
    }
    if (!sleepers_ || !sleepers_->wake_one()) {
        // When there is no room for it the client has something to read, and looks afterwards.
        Frame mail;
        mail.kind = FrameKind::mail;
        static_cast<void>(LinkSocket::send(socket_.number(), mail));
    }
    return true;
}

int ClientLink::send_event_locked(const struct ::sigevent& event) noexcept {
    Frame frame;
    frame.kind = FrameKind::event;
    frame.event = event;
    const int error = LinkSocket::send(socket_.number(), frame);
    events_sent_ += error == 0 ? 1U : 0U;
    return error;
}

int ClientLink::deliver(const struct ::sigevent& event) noexcept {
    const std::lock_guard lock{mutex_};
    if (ended_ || !mailbox_) {
        return EBADF;
    }
    if (put_locked(event)) {
        return 0;
    }
    if (kept_.empty() && answers_.empty()) {
        const int error = send_event_locked(event);
        if (error == 0) {
            return 0;
        }
        if (error != EAGAIN) {
            return EBADF;
        }
    }
    const int error = keep_locked(event);
    watch();
    return error;
}

int ClientLink::keep_locked(const struct ::sigevent& event) noexcept {
    if (kept_bytes_.contains(bytes_of(event))) {
        return 0;
    }
    if (kept_.size() == events_max) {
        return EAGAIN;
    }
    try {
        kept_.push_back(event);
    } catch (const std::bad_alloc&) {
        return EAGAIN;
    }
    try {
        kept_bytes_.insert(bytes_of(kept_.back()));
    } catch (const std::bad_alloc&) {
        kept_.pop_back();
        return EAGAIN;
    }
    return 0;
}

void ClientLink::send_kept() noexcept {
    const std::lock_guard lock{mutex_};
    while (send_answers_locked() && !kept_.empty()) {
        if (send_event_locked(kept_.front()) != 0) {
            break;
        }
        kept_bytes_.erase(bytes_of(kept_.front()));
        kept_.pop_front();
    }
    watch();
}

// The client of a channel that is gone learns it from its next message, too.
void ClientLink::tell_channel_gone(int scoid) noexcept {
    Frame frame;
    frame.kind = FrameKind::channel_gone;
    frame.number = static_cast<std::uint64_t>(scoid);
    static_cast<void>(answer(frame));
}

// Events may have filled the socket, which is no fault of the client's: it is told in the order of
// the answers, and before further events. A client that does not read its answers is none.
bool ClientLink::answer(const Frame& frame) noexcept {
    const std::lock_guard lock{mutex_};
    if (ended_) {
        return false;
    }
    const int error = answers_.empty() ? LinkSocket::send(socket_.number(), frame) : EAGAIN;
    if (error != EAGAIN || answers_.size() == answers_max) {
        return error == 0;
    }
    try {
        answers_.push_back(frame);
    } catch (const std::bad_alloc&) {
        return false;
    }
    watch();
    return true;
}

bool ClientLink::send_answers_locked() noexcept {
    while (!answers_.empty()) {
        if (LinkSocket::send(socket_.number(), answers_.front()) != 0) {
            return false;
        }
        answers_.pop_front();
    }
    return true;
}

}  // namespace tocsin::qnx
