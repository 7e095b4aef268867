// Being the client of another process. Private to tocsin/qnx.
#include <tocsin/qnx/link/server_link.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <map>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <tocsin/base/errors.h>
#include <tocsin/base/uncancelled.h>
#include <tocsin/qnx/channels.h>
#include <tocsin/qnx/link/implied_events.h>
#include <tocsin/qnx/link/native_files.h>
#include <tocsin/qnx/link/service.h>
#include <tocsin/qnx/link/socket.h>
#include <tocsin/qnx/link/unshared.h>
#include <tocsin/qnx/process_table.h>

namespace tocsin::qnx {

namespace {

// A server that answers at all answers at once.
constexpr std::chrono::seconds patience{2};

constexpr int frames_in_turn = 64;

struct Table {
    std::mutex mutex;
    std::map<::pid_t, std::weak_ptr<ServerLink>> links;
};

ProcessTable<Table> table;

// What the service holds of a link: nothing that keeps it.
class Reader final : public Watcher {
public:
    explicit Reader(std::weak_ptr<ServerLink> link) noexcept : link_{std::move(link)} {}

    void ready(std::uint32_t events) noexcept override {
        if (const std::shared_ptr<ServerLink> link = link_.lock()) {
            link->ready(events);
        }
    }

private:
    const std::weak_ptr<ServerLink> link_;
};

}  // namespace

std::shared_ptr<ServerLink> ServerLink::to(::pid_t process) {
    const base::Uncancelled here;
    std::shared_ptr<ServerLink> link = known_or_new(process);
    if (const int error = link->greet(); error != 0) {
        throw std::system_error{base::error_of(error), "cannot reach the process"};
    }
    return link;
}

// It is not greeted under the lock: one server that does not answer keeps nobody from others.
std::shared_ptr<ServerLink> ServerLink::known_or_new(::pid_t process) {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    std::erase_if(all.links, [](const auto& entry) { return entry.second.expired(); });
    const auto known = all.links.find(process);
    std::shared_ptr<ServerLink> link = known == all.links.end() ? nullptr : known->second.lock();
    // What it asks for by a link that was made as another user a manager would refuse.
    if (link == nullptr || link->ended() || link->own_user_ != ::geteuid()) {
        link = std::make_shared<ServerLink>(process, LinkSocket::connect(process));
        if (const int error = link->watch(); error != 0) {
            throw std::system_error{base::error_of(error), "cannot reach the process"};
        }
        all.links[process] = link;
    }
    return link;
}

ServerLink::ServerLink(::pid_t process, base::Descriptor socket) noexcept
    : process_{process}, socket_{std::move(socket)}, peer_{LinkSocket::peer(socket_)} {
    Unshared::add(socket_.number());
}

ServerLink::~ServerLink() {
    Service::forget(socket_.number());
    ::shutdown(socket_.number(), SHUT_RDWR);
    Unshared::remove(socket_.number());
    ImpliedEvents::forget(identity_);
}

int ServerLink::watch() {
    return Service::watch(socket_.number(), EPOLLIN, std::make_shared<Reader>(weak_from_this()));
}

// Once; whoever asks while another does waits for the same answer.
int ServerLink::greet() {
    const std::lock_guard one{greeting_};
    if (!greeted_) {
        greeted_ = say_hello();
        if (*greeted_ != 0) {
            end();
        }
    }
    return *greeted_;
}

int ServerLink::ask(Frame question, Frame& answer, int passed) {
    const base::Uncancelled here;
    const std::lock_guard one{attaching_};
    std::unique_lock lock{mutex_};
    question.coid = ++question_;
    answer_.reset();
    if (const int error = send(question, passed); error != 0) {
        return error;
    }
    const bool told = answered_.wait_for(lock, patience, [&] { return answer_ || ended(); });
    if (!told) {
        ++question_;  // nobody asks any more
        return ETIMEDOUT;
    }
    if (!answer_) {
        return ESRCH;
    }
    answer = *answer_;
    return 0;
}

ServerLink::Attached ServerLink::attach(int chid, std::uint64_t token, unsigned flags) {
    Frame question;
    question.kind = FrameKind::attach;
    question.chid = chid;
    question.number = token;
    question.bits = flags;
    Frame answer;
    const int error = ask(question, answer);
    return {.error = error != 0 ? error : std::abs(answer.error),
            .scoid = static_cast<int>(answer.number),
            .unblocks = (answer.bits & _NTO_CHF_UNBLOCK) != 0};
}

void ServerLink::detach(int chid, int scoid, unsigned flags) noexcept {
    Frame frame;
    frame.kind = FrameKind::detach;
    frame.chid = chid;
    frame.number = static_cast<std::uint64_t>(scoid);
    frame.bits = flags;
    static_cast<void>(send(frame));
}

bool ServerLink::is_trusted_by_server() const noexcept {
    const ::uid_t own = ::geteuid();
    return own == 0 || own == peer_.uid;
}

int ServerLink::introduce(const Area& area, int descriptor) {
    Frame question;
    question.kind = FrameKind::area;
    question.area = area.number();
    question.size = area.size();
    Frame answer;
    const int error = ask(question, answer, descriptor);
    return error == 0 && answer.kind == FrameKind::area_refused ? EAGAIN : error;
}

int ServerLink::pulse(int chid, int scoid, const PulseContent& content) noexcept {
    if (content.code < _PULSE_CODE_MINAVAIL && !is_trusted_by_server()) {
        return EPERM;
    }
    Frame frame;
    frame.kind = FrameKind::pulse;
    frame.chid = chid;
    frame.number = static_cast<std::uint64_t>(scoid);
    frame.thread = own_thread();
    frame.priority = content.priority < 0 ? own_priority() : content.priority;
    frame.bits = content.only_if_awaited ? 1 : 0;
    frame.event.sigev_code = static_cast<short>(content.code);
    frame.event.sigev_value = content.value;
    const int error = send(frame);
    return error == ESRCH ? EBADF : error == ENOMEM ? EAGAIN : error;
}

int ServerLink::send(const Frame& frame, int passed) noexcept {
    if (ended()) {
        return ESRCH;
    }
    const int error = LinkSocket::send(socket_.number(), frame, passed);
    const bool is_short = error == ENOBUFS || error == ENOMEM || error == ETOOMANYREFS;
    return error == 0 || error == EAGAIN ? error : is_short ? ENOMEM : ESRCH;
}

int ServerLink::await_room(std::optional<base::Time> deadline) const {
    ::pollfd wanted = {.fd = socket_.number(), .events = POLLOUT, .revents = 0};
    ::timespec left = {};
    if (deadline) {
        const base::Duration until =
            std::max(*deadline - base::monotonic_clock().now(), base::Duration{0});
        left.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(until).count();
        left.tv_nsec = (until % std::chrono::seconds{1}).count();
    }
    const int count = ::ppoll(&wanted, 1, deadline ? &left : nullptr, nullptr);
    return count > 0 ? 0 : count == 0 ? ETIMEDOUT : errno;
}

// The smallest that is large enough, and that its server has let go.
std::shared_ptr<Area> ServerLink::idle_area_locked(std::size_t size) noexcept {
    auto best = idle_.end();
    for (auto area = idle_.begin(); area != idle_.end(); ++area) {
        const bool fits = (*area)->size() >= size && (*area)->header().state == AreaState::idle;
        if (fits && (best == idle_.end() || (*area)->size() < (*best)->size())) {
            best = area;
        }
    }
    if (best == idle_.end()) {
        return nullptr;
    }
    std::shared_ptr<Area> area = std::move(*best);
    *best = std::move(idle_.back());
    idle_.pop_back();
    return area;
}

std::shared_ptr<Area> ServerLink::take_area(std::size_t size, base::Descriptor& descriptor) {
    const std::lock_guard lock{mutex_};
    idle_.reserve(idle_.size() + in_use_.size() + 1);
    in_use_.reserve(in_use_.size() + 1);
    std::shared_ptr<Area> area = idle_area_locked(size);
    if (area == nullptr) {
        const bool too_many = idle_.size() + in_use_.size() == areas_max;
        if (too_many || size > area_bytes_max - area_bytes_) {
            throw std::system_error{base::error_of(EAGAIN), "too many messages wait"};
        }
        area = Area::make(next_area_++, size, descriptor);
        area_bytes_ += size;
    }
    in_use_.push_back(area);
    return area;
}

void ServerLink::give_back(std::shared_ptr<Area> area) noexcept {
    const std::lock_guard lock{mutex_};
    if (area->refused()) {
        return forget_locked(area);
    }
    std::erase(in_use_, area);
    idle_.push_back(std::move(area));
}

void ServerLink::forget(const std::shared_ptr<Area>& area) noexcept {
    const std::lock_guard lock{mutex_};
    forget_locked(area);
}

void ServerLink::forget_locked(const std::shared_ptr<Area>& area) noexcept {
    area_bytes_ -= area->size();
    area->empty();
    std::erase(in_use_, area);
}

void ServerLink::ready(std::uint32_t /*events*/) noexcept {
    for (int turn = 0; turn < frames_in_turn; ++turn) {
        Frame frame;
        base::Descriptor passed;
        const int error = LinkSocket::receive(socket_.number(), frame, passed);
        if (error == EAGAIN || error == EINTR) {
            break;
        }
        if (error != 0 || !take(frame)) {
            take_mail();
            return end();
        }
    }
    take_mail();  // the socket may have had no room for who wanted to tell of it
}

bool ServerLink::take(const Frame& frame) noexcept {
    switch (frame.kind) {
    case FrameKind::welcome:
    case FrameKind::area_taken:
    case FrameKind::attached:
        take_answer(frame);
        return true;
    case FrameKind::area_refused:
        if (frame.coid == 0) {
            take_refusal(frame.area);
        } else {
            take_answer(frame);
        }
        return true;
    case FrameKind::event:
        take_event(frame.event);
        return true;
    case FrameKind::mail:
        return true;  // which is looked at in any case
    case FrameKind::channel_gone:
        tell_of_death(static_cast<int>(frame.number));
        return true;
    default:
        return false;
    }
}

// A connection that is not awaited any more is given up.
void ServerLink::take_answer(const Frame& frame) noexcept {
    std::unique_lock lock{mutex_};
    if (frame.coid == question_) {
        answer_ = frame;
        answered_.notify_all();
        return;
    }
    lock.unlock();
    if (frame.kind == FrameKind::attached && frame.error == 0) {
        detach(frame.chid, static_cast<int>(frame.number), static_cast<unsigned>(frame.size));
    }
}

// The message that is in it fails, or the area goes if its message has gone. A server that lies has
// as many messages fail, as it could by its answers, and loses what they were.
void ServerLink::take_refusal(std::uint32_t number) noexcept {
    const auto is_it = [&](const std::shared_ptr<Area>& area) { return area->number() == number; };
    const std::lock_guard lock{mutex_};
    if (const auto used = std::ranges::find_if(in_use_, is_it); used != in_use_.end()) {
        return (*used)->refuse();
    }
    if (const auto idle = std::ranges::find_if(idle_, is_it); idle != idle_.end()) {
        const std::shared_ptr<Area> area = std::move(*idle);
        idle_.erase(idle);
        forget_locked(area);
    }
}

// All who wait for the server are woken, and find that it has ended.
void ServerLink::end() noexcept {
    {
        const std::lock_guard lock{mutex_};
        if (ended_) {
            return;
        }
        ended_ = true;
        answered_.notify_all();
        for (const std::shared_ptr<Area>& area : in_use_) {
            area->header().bell.ring();
        }
    }
    Service::forget(socket_.number());
    ::shutdown(socket_.number(), SHUT_RDWR);
    tell_of_death({});
    NativeFiles::tell_of_death(*this);
}

// Of the server's channel, or of all of them.
void ServerLink::tell_of_death(std::optional<int> scoid) noexcept {
    try {
        for (const std::shared_ptr<Connection>& connection : Connections::all()) {
            if (connection->identity() == identity_ &&
                (!scoid || connection->server().scoid == *scoid)) {
                Channels::tell_of_death(connection->coid());
            }
        }
    } catch (const std::bad_alloc&) {
        // Nobody is told, as there is no memory for it.
    }
}

}  // namespace tocsin::qnx
