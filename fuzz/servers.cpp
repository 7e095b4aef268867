// Fuzz target: what a server of another process says to its client over a link, and lays into the
// client's mailbox. Private to fuzz.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <poll.h>
#include <span>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/neutrino.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <fuzz/steps.h>
#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/events.h>
#include <tocsin/qnx/link/area.h>
#include <tocsin/qnx/link/mailbox.h>
#include <tocsin/qnx/link/server_link.h>
#include <tocsin/qnx/link/socket.h>

namespace {

using namespace tocsin;
using namespace tocsin::qnx;

// A server of the own user may have any signal raised here, also one that would end the search.
struct ::sigevent harmless(struct ::sigevent event) {
    const unsigned type = SIGEV_GET_TYPE(&event);
    if (type == SIGEV_SIGNAL || type == SIGEV_SIGNAL_CODE || type == SIGEV_SIGNAL_THREAD) {
        event.sigev_signo = SIGUSR1;
    }
    return event;
}

// A process whose name clients knock at. It hands on the server's ends of their links, and does
// nothing else.
struct Doorkeeper {
    Doorkeeper() {
        int pair[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
            std::abort();
        }
        ends = base::Descriptor{pair[0]};
        const base::Descriptor own{pair[1]};
        process = ::fork();
        if (process == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            keep(own);
        }
        base::Descriptor none;
        await(ends, none);  // it listens
    }

    // The next frame, which has to come.
    static Frame await(const base::Descriptor& socket, base::Descriptor& passed) {
        Frame frame;
        int error = EAGAIN;
        while ((error = LinkSocket::receive(socket.number(), frame, passed)) == EAGAIN) {
            ::pollfd comes = {.fd = socket.number(), .events = POLLIN, .revents = 0};
            ::poll(&comes, 1, -1);
        }
        if (error != 0) {
            std::abort();
        }
        return frame;
    }

    [[noreturn]] static void keep(const base::Descriptor& own) {
        const base::Descriptor door = LinkSocket::listen();
        static_cast<void>(LinkSocket::send(own.number(), Frame{}));
        for (;;) {
            ::pollfd knock = {.fd = door.number(), .events = POLLIN, .revents = 0};
            ::poll(&knock, 1, -1);
            if (const base::Descriptor end = LinkSocket::accept(door)) {
                static_cast<void>(LinkSocket::send(own.number(), Frame{}, end.number()));
            }
        }
    }

    ::pid_t process = -1;
    base::Descriptor ends;
};

// The server's end of a link.
class Impostor {
public:
    Impostor() {
        static const Doorkeeper keeper;
        std::thread greeter{[this] { greet(keeper); }};
        link_ = ServerLink::to(keeper.process);
        greeter.join();
    }
    // The server dies; its client knows, and the next one is another server.
    ~Impostor() {
        end_.reset();
        while (!link_->ended()) {
            link_->ready(EPOLLIN | EPOLLHUP);
        }
        if (memory_ != MAP_FAILED) {
            ::munmap(memory_, Mailbox::size);
        }
    }
    Impostor(const Impostor&) = delete;
    Impostor& operator=(const Impostor&) = delete;

    [[nodiscard]] ServerLink& link() const noexcept { return *link_; }

    void say(Frame frame) {
        frame.event = harmless(frame.event);
        static_cast<void>(LinkSocket::send(end_.number(), frame));
        hear();
    }
    void say_bytes(std::span<const std::uint8_t> bytes) {
        static_cast<void>(::send(end_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
        hear();
    }

    // Behind the header of the area the counters have a line each, and then come the events.
    void lay(std::size_t at, const struct ::sigevent& event) {
        const struct ::sigevent laid = harmless(event);
        std::byte* const events = mailbox() + std::size_t{2} * 64;
        std::memcpy(events + at % Mailbox::events_max * sizeof laid, &laid, sizeof laid);
    }
    void count(unsigned line, std::uint32_t value) {
        auto* const counter =
            reinterpret_cast<std::uint32_t*>(mailbox() + std::size_t{line % 2} * 64);
        std::atomic_ref{*counter}.store(value);
        link_->take_mail();
    }

private:
    void greet(const Doorkeeper& keeper) {
        static_cast<void>(Doorkeeper::await(keeper.ends, end_));
        base::Descriptor shared;
        Frame told = Doorkeeper::await(end_, shared);
        memory_ =
            ::mmap(nullptr, Mailbox::size, PROT_READ | PROT_WRITE, MAP_SHARED, shared.number(), 0);
        if (memory_ == MAP_FAILED) {
            std::abort();
        }
        told.kind = FrameKind::welcome;
        told.number = 1;
        static_cast<void>(LinkSocket::send(end_.number(), told));
    }

    // Takes what the client says, so that there is always room, and has it read what it is told.
    void hear() {
        Frame frame;
        base::Descriptor passed;
        while (LinkSocket::receive(end_.number(), frame, passed) == 0) {
        }
        link_->ready(EPOLLIN);
    }

    [[nodiscard]] std::byte* mailbox() const noexcept {
        return static_cast<std::byte*>(memory_) + Area::header_size;
    }

    base::Descriptor end_;
    void* memory_ = MAP_FAILED;
    std::shared_ptr<ServerLink> link_;
};

// Takes the pulses that have come.
void take_pulses(int chid) {
    struct ::_pulse pulse;
    do {
        TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_RECEIVE, nullptr, nullptr, nullptr);
    } while (MsgReceivePulse_r(chid, &pulse, sizeof pulse, nullptr) == 0);
}

struct OwnChannel {
    OwnChannel() {
        std::signal(SIGUSR1, [](int) {});
        chid = ChannelCreate(_NTO_CHF_COID_DISCONNECT);
        coid = ConnectAttach(0, 0, chid, _NTO_SIDE_CHANNEL, 0);
    }
    int chid = -1;
    int coid = -1;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Impostor impostor;  // whose process is forked first, while this one has no threads
    static const OwnChannel own;
    struct ::sigevent registered = {};
    SIGEV_PULSE_INT_INIT(&registered, own.coid, 10, 7, 0);
    if (RegisteredEvents::add(registered, impostor.link().identity()) != 0) {
        std::abort();
    }
    fuzz::Steps steps{data, size};
    while (const std::optional<fuzz::Step> step = steps.next()) {
        const auto [what, bytes] = *step;
        Frame frame;
        std::memcpy(&frame, bytes.data(), std::min(bytes.size(), sizeof frame));
        // Few would find the handle, or the channel, by chance.
        frame.event = what % 16 >= 8 ? registered : frame.event;
        frame.event.sigev_coid = what % 32 >= 16 ? frame.event.sigev_coid : own.coid;
        switch (what % 8) {
        case 0:
            impostor.say_bytes(bytes);
            break;
        case 1:
        case 2:
            impostor.lay(frame.area, frame.event);
            break;
        case 3:
            impostor.count(frame.bits, static_cast<std::uint32_t>(frame.number));
            break;
        case 4:
            take_pulses(own.chid);
            break;
        case 5:
            static_cast<void>(impostor.link().pulse(frame.chid, frame.coid, {.code = frame.error}));
            break;
        default:
            impostor.say(frame);
        }
    }
    static_cast<void>(RegisteredEvents::remove(registered));
    take_pulses(own.chid);
    return 0;
}
