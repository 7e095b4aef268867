// The guard's thread. Private to tocsin/resource.
#include <tocsin/resource/guard.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <tocsin/base/errors.h>
#include <tocsin/resource/quiet_thread.h>

namespace tocsin::resource {

namespace {

bool add_to(int set, int descriptor, std::uint32_t events) noexcept {
    ::epoll_event event = {.events = events, .data = {.fd = descriptor}};
    return ::epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

int milliseconds_of(base::Duration time) noexcept {
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

}  // namespace

Guard::Guard(Session& session, base::Duration grace)
    : session_{session}, grace_{grace}, buffer_(Channel::message_size_max) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        throw std::system_error{base::last_error(), "cannot open a pipe for the guard"};
    }
    stop_reader_.reset(ends[0]);
    stop_writer_.reset(ends[1]);
    open_set();
    thread_ = start_quiet_thread([this] { run(); });
}

Guard::~Guard() {
    // Closing would not do: a forked child may hold the other end, too. The kernel may have no page
    // for it now, but the thread has to be told.
    while (::write(stop_writer_.number(), "", 1) < 0 &&
           (errno == EINTR || errno == EAGAIN || errno == ENOMEM)) {
    }
    thread_.join();
}

// Without epoll it waits with poll(2), and is woken by every message.
void Guard::open_set() {
    set_.reset(::epoll_create1(EPOLL_CLOEXEC));
    const bool added = set_ && add_to(set_.number(), stop_reader_.number(), EPOLLIN) &&
                       add_to(set_.number(), session_.channel().descriptor(),
                              std::uint32_t{EPOLLIN} | std::uint32_t{EPOLLEXCLUSIVE});
    if (!added) {
        set_.reset();
    }
}

void Guard::run() noexcept {
    while (wait_for_message()) {
        const std::uint64_t before = session_.taken_count();
        if (stop_comes_within(grace_)) {
            return;
        }
        if (session_.taken_count() == before) {
            take_messages();
        }
    }
}

// False when it has to stop, or when the connection is gone.
bool Guard::wait_for_message() noexcept {
    const int device = session_.channel().descriptor();
    if (set_) {
        ::epoll_event event = {};
        while (::epoll_wait(set_.number(), &event, 1, -1) < 0) {
        }
        woken_count_.fetch_add(1, std::memory_order_relaxed);
        return event.data.fd == device && (event.events & (EPOLLERR | EPOLLHUP)) == 0;
    }
    std::array<::pollfd, 2> entries = {
        {{.fd = device, .events = POLLIN, .revents = 0},
         {.fd = stop_reader_.number(), .events = POLLIN, .revents = 0}}};
    while (::poll(entries.data(), entries.size(), -1) < 0) {
    }
    woken_count_.fetch_add(1, std::memory_order_relaxed);
    return entries[1].revents == 0 && (entries[0].revents & (POLLERR | POLLHUP)) == 0;
}

bool Guard::stop_comes_within(base::Duration time) noexcept {
    ::pollfd entry = {.fd = stop_reader_.number(), .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, milliseconds_of(time)) > 0;
}

void Guard::take_messages() noexcept {
    std::size_t size = 0;
    while (!session_.channel().receive(buffer_, size)) {
        session_.refuse_or_hand_over(std::span{buffer_}.first(size));
    }
}

}  // namespace tocsin::resource
