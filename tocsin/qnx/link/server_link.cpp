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
    // What it asks for by a link that was made as another user a manager would refuse. A link that
    // a child of the process keeps leads nowhere, when another one has its number least of all; one
    // that works needs no descriptor to be used again.
    if (link == nullptr || link->ended() || link->own_user_ != ::geteuid() ||
        LinkSocket::peer_has_ended(link->socket_).value_or(false)) {
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
    asked_ = question.kind;
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
    ends_.expect();
    const int error = ask(question, answer);
    if ((error != 0 && error != ETIMEDOUT) || answer.error != 0) {
        ends_.does_not_come();  // after ETIMEDOUT it may
    }
    return {.error = error != 0 ? error : std::abs(answer.error),
            .scoid = static_cast<int>(answer.number),
            .unblocks = (answer.bits & _NTO_CHF_UNBLOCK) != 0};
}

void ServerLink::detach(int chid, int scoid, unsigned flags) noexcept {
    if (ends_.tell({.chid = chid, .scoid = scoid, .flags = flags})) {
        ends_left_ = true;
        watch_for_room();
    }
}

// What others keep meanwhile is told now or noted anew. With room and no memory it is tried again
// after a rest, and not at once; but mail does not rest.
void ServerLink::tell_ends() noexcept {
    ends_left_ = false;
    const int error = ends_.tell_kept();
    if (error != 0) {
        ends_left_ = true;
    }
    if (error == ENOMEM && !mail_left_) {
        return Service::rest(socket_.number(), EPOLLIN, unsigned{EPOLLIN} | unsigned{EPOLLOUT});
    }
    watch_for_room();
}

// Whoever was overtaken by another one's change finds it here, and goes by it.
void ServerLink::watch_for_room() noexcept {
    bool wanted = false;
    do {
        wanted = ends_left_ || mail_left_;
        Service::change(socket_.number(), unsigned{EPOLLIN} | (wanted ? unsigned{EPOLLOUT} : 0U));
    } while (wanted != (ends_left_ || mail_left_));
}

bool ServerLink::is_trusted_by_server() const noexcept {
    const ::uid_t own = ::geteuid();
    return own == 0 || own == peer_.uid;
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

void ServerLink::ready(std::uint32_t events) noexcept {
    if ((events & EPOLLOUT) != 0) {
        tell_ends();
    }
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
        return take_answer(frame);
    case FrameKind::area_refused:
        if (frame.coid != 0) {
            return take_answer(frame);
        }
        take_refusal(frame.area);
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

static bool answers(FrameKind answer, FrameKind question) noexcept {
    switch (question) {
    case FrameKind::hello:
        return answer == FrameKind::welcome;
    case FrameKind::attach:
        return answer == FrameKind::attached;
    default:
        return answer == FrameKind::area_taken || answer == FrameKind::area_refused;
    }
}

// A connection that is not awaited any more is given up. False for what does not answer what was
// asked.
bool ServerLink::take_answer(const Frame& frame) noexcept {
    std::unique_lock lock{mutex_};
    if (frame.coid == question_) {
        if (!answers(frame.kind, asked_)) {
            return false;
        }
        answer_ = frame;
        answered_.notify_all();
        return true;
    }
    lock.unlock();
    if (frame.kind == FrameKind::attached && frame.error != 0) {
        ends_.does_not_come();
    } else if (frame.kind == FrameKind::attached) {
        detach(frame.chid, static_cast<int>(frame.number), static_cast<unsigned>(frame.size));
    }
    return true;
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
