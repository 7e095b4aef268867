// What clients of other processes ask for. Private to tocsin/qnx.
#include <tocsin/qnx/link/client_link.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <sys/epoll.h>
#include <unistd.h>
#include <utility>

#include <tocsin/qnx/channels.h>
#include <tocsin/qnx/connection.h>
#include <tocsin/qnx/link/client_links.h>
#include <tocsin/qnx/link/socket.h>
#include <tocsin/qnx/link/unshared.h>
#include <tocsin/qnx/random.h>

namespace tocsin::qnx {

namespace {

// How many frames of one client are read before others have their turn.
constexpr int frames_in_turn = 64;

int limited_priority(int priority) noexcept {
    return std::clamp(priority, 0, priority_max);
}

}  // namespace

ClientLink::ClientLink(base::Descriptor socket, const ::ucred& peer)
    : socket_{std::move(socket)}, peer_{peer}, ticket_{random_number<std::uint64_t>()} {
    Unshared::add(socket_.number());
}

ClientLink::~ClientLink() {
    ::shutdown(socket_.number(), SHUT_RDWR);
    Unshared::remove(socket_.number());
}

void ClientLink::ready(std::uint32_t events) noexcept {
    if ((events & EPOLLOUT) != 0) {
        send_kept();
    }
    for (int turn = 0; turn < frames_in_turn; ++turn) {
        Frame frame;
        base::Descriptor passed;
        {
            const std::lock_guard lock{mutex_};
            if (ended_ || stalled_) {
                return;
            }
            frame = std::exchange(held_, Frame{});
        }
        const bool held = frame.kind != FrameKind::hello;
        const int error = held ? 0 : LinkSocket::receive(socket_.number(), frame, passed);
        if (error == EAGAIN || error == EINTR) {
            return;
        }
        try {
            if ((error == 0 && take(frame, passed)) ||
                (error == EMFILE && take_without_descriptor(frame))) {
                continue;
            }
        } catch (const std::bad_alloc&) {
            // It cannot be served.
        }
        return end();
    }
}

bool ClientLink::take(const Frame& frame, base::Descriptor& passed) {
    if (!greeted_) {
        return frame.kind == FrameKind::hello && take_hello(frame, passed);
    }
    Sent* sent = nullptr;
    switch (frame.kind) {
    case FrameKind::attach:
        return take_attach(frame);
    case FrameKind::flags:
        if (const Connected* const known = connected_to(frame)) {
            known->client->changed_flags(static_cast<unsigned>(frame.size), frame.bits);
        }
        return true;
    case FrameKind::detach:
        return take_detach(frame);
    case FrameKind::area:
        return take_area(frame, passed);
    case FrameKind::message:
        return take_message(frame);
    case FrameKind::withdraw:
        sent = sent_in(frame.area);
        if (sent != nullptr) {
            sent->call->give_up(*sent->channel);
        }
        return true;
    case FrameKind::unblock:
        sent = sent_in(frame.area);
        if (sent != nullptr) {
            sent->call->request_unblock(*sent->channel,
                                        frame.error == ETIMEDOUT ? ETIMEDOUT : EINTR);
        }
        return true;
    case FrameKind::pulse:
        return take_pulse(frame);
    case FrameKind::let_go:
        return take_let_go(frame);
    case FrameKind::sleepers:
        return take_sleepers(passed);
    default:
        return false;
    }
}

bool ClientLink::take_hello(const Frame& frame, const base::Descriptor& passed) {
    if (frame.number != frame_version || !passed) {
        return false;
    }
    {
        const std::lock_guard lock{mutex_};
        mailbox_.emplace(passed);
        if (!mailbox_->valid()) {
            mailbox_.reset();
        }
        greeted_ = mailbox_.has_value();
    }
    Frame welcome;
    welcome.kind = FrameKind::welcome;
    welcome.coid = frame.coid;
    welcome.number = ticket_;
    return greeted_ && answer(welcome);
}

bool ClientLink::take_sleepers(const base::Descriptor& passed) {
    if (!passed) {
        return false;
    }
    const std::lock_guard lock{mutex_};
    sleepers_.emplace(passed);
    if (!sleepers_->valid()) {
        sleepers_.reset();  // until the link has ended somebody may want to wake one there
    }
    return sleepers_.has_value();
}

bool ClientLink::allows(const Channel& channel, std::uint64_t token) const noexcept {
    return !channel.has(_NTO_CHF_PRIVATE) &&
           (is_trusted(peer_.uid) || (token != 0 && token == channel.token()));
}

bool ClientLink::take_attach(const Frame& frame) {
    Frame attached;
    attached.kind = FrameKind::attached;
    attached.chid = frame.chid;
    attached.coid = frame.coid;
    attached.size = frame.bits;
    std::shared_ptr<RemoteClient> client;
    attached.error = attach(frame.chid, frame.number, frame.bits, client);
    if (attached.error == 0) {
        attached.number = static_cast<std::uint64_t>(client->scoid());
        attached.bits =
            connected_[frame.chid].channel->has(_NTO_CHF_UNBLOCK) ? _NTO_CHF_UNBLOCK : 0;
    }
    return answer(attached);
}

int ClientLink::attach(int chid, std::uint64_t token, unsigned flags,
                       std::shared_ptr<RemoteClient>& client) {
    const std::shared_ptr<Channel> channel = Channels::find(chid);
    if (channel == nullptr) {
        return ESRCH;
    }
    if (!allows(*channel, token)) {
        return EPERM;
    }
    if (const auto found = connected_.find(chid);
        found == connected_.end() || found->second.channel != channel) {
        // Made before it has a place: where there is a place there is a client.
        const auto entering = std::make_shared<RemoteClient>(channel, shared_from_this());
        Connected& place = connected_[chid];
        if (const int error = entering->counted() ? entering->enter() : EAGAIN; error != 0) {
            if (place.channel == nullptr) {
                connected_.erase(chid);
            }
            return error;
        }
        place = {.channel = channel, .client = entering, .connections = 0};
    }
    Connected& known = connected_[chid];
    ++known.connections;
    known.client->changed_flags(0, flags);
    client = known.client;
    return 0;
}

bool ClientLink::take_detach(const Frame& frame) {
    Connected* const known = connected_to(frame);
    if (known != nullptr) {
        known->client->changed_flags(frame.bits, 0);
        if (--known->connections == 0) {
            known->client->disconnect();
            connected_.erase(frame.chid);
        }
    }
    return true;
}

// One in an area that was refused may have been on its way, and the client knows by now.
bool ClientLink::take_message(const Frame& frame) {
    const auto found = areas_.find(frame.area);
    if (found == areas_.end()) {
        return true;
    }
    const std::shared_ptr<Area>& area = found->second;
    if (!area->holds(frame.size, frame.room)) {
        return false;
    }
    Sent& sent = sent_[frame.area];
    if (sent.call != nullptr && !sent.call->over()) {
        return false;
    }
    const Connected* const known = connected_to(frame);
    if (known == nullptr) {
        fail_message(*area, ESRCH);
        return true;
    }
    known->client->note_sender(frame.thread);
    ::_msg_info info = {};
    info.pid = peer_.pid;
    info.tid = frame.thread;
    info.chid = frame.chid;
    info.scoid = known->client->scoid();
    info.coid = frame.coid;
    info.priority = static_cast<std::int16_t>(limited_priority(frame.priority));
    info.srcmsglen = frame.size;
    info.dstmsglen = frame.room;
    info.msglen = frame.size;
    sent = {.channel = known->channel,
            .call =
                std::make_shared<RemoteCall>(known->client, info, area, frame.size, frame.room)};
    if (const int error = sent.channel->send(*sent.call); error != 0) {
        sent.call->fail(error);
    }
    return true;
}

// There is nobody to receive it.
void ClientLink::fail_message(const Area& area, int error) noexcept {
    AreaHeader& header = area.header();
    header.error = error;
    header.range_count = 0;
    auto from = AreaState::queued;
    if (header.state.compare_exchange_strong(from, AreaState::answered)) {
        header.bell.ring();
    } else {
        header.state = AreaState::idle;
    }
}

// A channel that has no room for it gets it later, and until then nothing else is read from this
// client, who so learns of it.
bool ClientLink::take_pulse(const Frame& frame) {
    const Addressee known = addressee_of_pulse(frame);
    if (known.channel == nullptr) {
        return true;
    }
    known.client->note_sender(frame.thread);
    const auto code = static_cast<signed char>(frame.event.sigev_code);
    if (code < _PULSE_CODE_MINAVAIL && !is_trusted(peer_.uid)) {
        return true;  // it would pass for the kernel's; the client's library refuses that
    }
    const int error = known.channel->pulse({.scoid = known.client->scoid(),
                                            .priority = limited_priority(frame.priority),
                                            .code = code,
                                            .value = frame.event.sigev_value,
                                            .only_if_awaited = frame.bits != 0});
    if (error == EAGAIN) {
        {
            const std::lock_guard lock{mutex_};
            held_ = frame;
            stalled_ = true;
        }
        // Its end is told once, and found when there is room.
        Service::change(socket_.number(), EPOLLONESHOT);
        known.channel->when_room(weak_from_this());
    }
    return true;
}

void ClientLink::room() noexcept {
    const std::lock_guard lock{mutex_};
    stalled_ = false;
    if (!ended_) {
        Service::change(socket_.number(), EPOLLIN | EPOLLOUT);
    }
}

// With the mutex locked: one that does not read is awaited.
void ClientLink::watch() noexcept {
    if (!ended_ && !stalled_) {
        const bool all_told = kept_.empty() && answers_.empty();
        Service::change(socket_.number(), unsigned{EPOLLIN} | (all_told ? 0U : unsigned{EPOLLOUT}));
    }
}

ClientLink::Connected* ClientLink::connected_to(const Frame& frame) noexcept {
    const auto found = connected_.find(frame.chid);
    const bool known = found != connected_.end() &&
                       static_cast<std::uint64_t>(found->second.client->scoid()) == frame.number;
    return known ? &found->second : nullptr;
}

ClientLink::Sent* ClientLink::sent_in(std::uint32_t area) noexcept {
    const auto found = sent_.find(area);
    return found == sent_.end() || found->second.call == nullptr ? nullptr : &found->second;
}

void ClientLink::end() noexcept {
    const std::shared_ptr<ClientLink> kept = shared_from_this();
    {
        const std::lock_guard lock{mutex_};
        ended_ = true;
        kept_bytes_.clear();
        kept_.clear();
        answers_.clear();
    }
    Service::forget(socket_.number());
    ::shutdown(socket_.number(), SHUT_RDWR);
    for (auto& [area, sent] : sent_) {
        if (sent.call != nullptr) {
            sent.call->give_up(*sent.channel);
        }
    }
    sent_.clear();
    for (auto& [chid, known] : connected_) {
        known.client->disconnect();
    }
    connected_.clear();
    std::vector<FileClient> file_clients;
    {
        const std::lock_guard lock{mutex_};
        ClientLinks::give_back(ClientLinks::Share::area, peer_.uid, areas_.size());
        areas_.clear();
        file_clients.swap(file_clients_);
    }
    for (const FileClient& known : file_clients) {
        known.client->disconnect();
    }
    ClientLinks::remove(*this);
}

}  // namespace tocsin::qnx
