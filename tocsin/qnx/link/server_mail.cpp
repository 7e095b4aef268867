// Events that a server has put into its mailbox, or sent. Private to tocsin/qnx.
#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <sys/epoll.h>
#include <system_error>

#include <tocsin/base/uncancelled.h>
#include <tocsin/qnx/link/remote_events.h>
#include <tocsin/qnx/link/server_link.h>
#include <tocsin/qnx/link/service.h>
#include <tocsin/qnx/link/sleepers.h>
#include <tocsin/qnx/link/socket.h>
#include <tocsin/qnx/process_table.h>
#include <tocsin/qnx/signals_held.h>

namespace tocsin::qnx {

namespace {

// The links whose servers may wake threads by themselves. More are reached through the service's
// thread.
class DirectLinks {
public:
    using Held = std::array<std::shared_ptr<ServerLink>, 8>;

    // False when there are enough of them.
    [[nodiscard]] bool enter(const std::shared_ptr<ServerLink>& link) noexcept {
        const std::lock_guard lock{mutex_};
        const auto place =
            std::ranges::find_if(links_, [](const auto& known) { return known.expired(); });
        if (place != links_.end()) {
            *place = link;
        }
        return place != links_.end();
    }

    [[nodiscard]] Held hold() noexcept {
        Held held;
        const std::lock_guard lock{mutex_};
        std::ranges::transform(links_, held.begin(),
                               [](const auto& known) { return known.lock(); });
        return held;
    }

private:
    std::mutex mutex_;
    std::array<std::weak_ptr<ServerLink>, std::tuple_size_v<Held>> links_;
};

ProcessTable<DirectLinks> direct_links;

// Whether the thread is taking mail, and has to look once more.
struct Taking {
    std::atomic<bool> on{false};
    std::atomic<bool> again{false};
};
thread_local constinit Taking taking;

}  // namespace

int ServerLink::say_hello() {
    Frame hello;
    hello.kind = FrameKind::hello;
    hello.number = frame_version;
    Frame welcome;
    base::Descriptor descriptor;
    try {
        const std::lock_guard lock{mail_mutex_};
        mailbox_.emplace(descriptor);
    } catch (const std::system_error& error) {
        return error.code().value();
    }
    const int error = ask(hello, welcome, descriptor.number());
    ticket_ = welcome.number;
    if (error == 0 && is_trusted(peer_.uid)) {
        share_sleepers();
    }
    return error;
}

// Without them the service's thread is woken.
void ServerLink::share_sleepers() noexcept {
    Frame frame;
    frame.kind = FrameKind::sleepers;
    try {
        if (!direct_links.get().enter(shared_from_this())) {
            return;
        }
        const base::Descriptor descriptor = Sleepers::share();
        static_cast<void>(send(frame, descriptor.number()));
    } catch (const std::exception&) {
        // There is no memory or descriptor for it.
    }
}

void ServerLink::take_mail() noexcept {
    SignalsHeld signals;
    const std::lock_guard lock{mail_mutex_};
    take_mail_locked(signals);
}

// A server may put more all the time, and say that they lie behind others: the rest has its turn
// after others had theirs, when the service's thread finds that the socket could be written to.
void ServerLink::take_mail_locked(SignalsHeld& signals) noexcept {
    struct ::sigevent event;
    std::uint32_t left = Mailbox::events_max;
    while (left > 0 && mailbox_ && mailbox_->take(event)) {
        deliver_from(*this, event, signals);
        --left;
    }
    const bool more = left == 0;
    if (more != mail_left_.exchange(more)) {
        watch_for_room();
    }
}

// A handler that has interrupted its thread here would wait for what the thread holds: it leaves
// the rest to the thread.
void ServerLink::take_all_mail() noexcept {
    if (taking.on) {
        taking.again = true;
        return;
    }
    const base::Uncancelled here;
    do {
        taking.on = true;
        taking.again = false;
        for (const std::shared_ptr<ServerLink>& link : direct_links.get().hold()) {
            if (link != nullptr) {
                link->take_mail();
            }
        }
        taking.on = false;
    } while (taking.again);
}

// It was sent after what lies in the mailbox.
void ServerLink::take_event(const struct ::sigevent& event) noexcept {
    SignalsHeld signals;
    const std::lock_guard lock{mail_mutex_};
    take_mail_locked(signals);
    deliver_from(*this, event, signals);
    if (mailbox_) {
        mailbox_->note_handled();
    }
}

}  // namespace tocsin::qnx
