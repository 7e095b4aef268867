// Waiting and handling. Private to tocsin/qnx.
#include <tocsin/qnx/dispatch.h>

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <system_error>
#include <utility>

#include <tocsin/base/errors.h>
#include <tocsin/base/uncancelled.h>
#include <tocsin/qnx/caught_signals.h>
#include <tocsin/qnx/channels.h>

namespace tocsin::qnx {

namespace {

// Room for an ioctl of the largest size that the kernel passes on.
constexpr std::size_t message_size_least = sizeof(::io_devctl_t) + (1U << _IOC_SIZEBITS);

base::Descriptor checked(int number, const char* what) {
    base::Descriptor descriptor{number};
    if (!descriptor) {
        throw std::system_error{base::last_error(), what};
    }
    return descriptor;
}

int milliseconds_of(base::Duration::rep timeout) noexcept {
    if (timeout < 0) {
        return -1;
    }
    // Never early.
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(base::Duration{timeout});
    return static_cast<int>(std::min<std::int64_t>(rounded.count(), INT_MAX));
}

}  // namespace

Dispatch::Dispatch()
    : set_{checked(::epoll_create1(EPOLL_CLOEXEC), "cannot make a set of descriptors")},
      message_size_max_{message_size_least} {
    if (const std::error_code error = bell_.open()) {
        throw std::system_error{error, "cannot make a bell"};
    }
    watch(bell_.reading_descriptor(), bell_name);
}

Dispatch::~Dispatch() {
    while (!attached_.empty()) {
        static_cast<void>(detach(attached_.begin()->first));
    }
    if (owns_channel_) {
        static_cast<void>(Channels::destroy(channel_->chid()));
    }
}

void Dispatch::watch(int descriptor, std::uint64_t name) const {
    ::epoll_event event = {.events = EPOLLIN, .data = {.u64 = name}};
    if (::epoll_ctl(set_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
        throw std::system_error{base::last_error(), "cannot wait for a descriptor"};
    }
}

std::unique_ptr<Context> Dispatch::make_context() const {
    const std::lock_guard lock{mutex_};
    return std::make_unique<Context>(const_cast<Dispatch&>(*this), parts_max_, message_size_max_);
}

void Dispatch::set_timeout(std::optional<base::Duration> timeout) noexcept {
    timeout_ = timeout ? timeout->count() : -1;
}

// The bell stays rung until all have heard it who wait now.
void Dispatch::unblock() noexcept {
    const std::lock_guard lock{mutex_};
    ++unblocked_;
    to_hear_ = *waiting_;
    if (to_hear_ > 0) {
        bell_.post();
    }
}

// A thread in epoll_wait(2), in whatever way it leaves.
class Dispatch::Waiting {
public:
    explicit Waiting(Dispatch& dispatch) noexcept : dispatch_{dispatch} {
        const std::lock_guard lock{dispatch_.mutex_};
        ++*dispatch_.waiting_;
        unblocked_ = dispatch_.unblocked_;
    }
    ~Waiting() {
        if (!ended_) {
            static_cast<void>(end());
        }
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    // Whether unblock() was called since it began.
    [[nodiscard]] bool end() noexcept {
        const base::Uncancelled here;
        ended_ = true;
        const std::lock_guard lock{dispatch_.mutex_};
        --*dispatch_.waiting_;
        if (dispatch_.unblocked_ == unblocked_) {
            return false;
        }
        if (--dispatch_.to_hear_ == 0) {
            dispatch_.bell_.drain();
        }
        return true;
    }

private:
    Dispatch& dispatch_;
    unsigned unblocked_ = 0;
    bool ended_ = false;
};

int Dispatch::block(Context& context) {
    context.path.reset();
    context.received.reset();
    context.selected.reset();
    for (;;) {
        ::epoll_event event = {};
        Waiting waiting{*this};
        const int count = ::epoll_wait(set_.number(), &event, 1, milliseconds_of(timeout_));
        const int error = errno;
        if (waiting.end()) {
            return EINTR;
        }
        if (count < 0 && (error != EINTR || catches_signals())) {
            return error;
        }
        if (count < 0) {
            continue;
        }
        if (count == 0) {
            context.request().rcvid = -1;
            return 0;
        }
        if (take(event.data.u64, context)) {
            return 0;
        }
        if (event.data.u64 == channel_name && channel_if_any()->is_destroyed()) {
            return ESRCH;
        }
    }
}

bool Dispatch::take(std::uint64_t name, Context& context) {
    switch (name) {
    case bell_name:
        return false;
    case channel_name:
        return take_from_channel(context);
    case selects_name:
        return take_from_selects(context);
    default:
        return take_from(static_cast<int>(name), context);
    }
}

// The path, which is not taken away before stop_using(); empty when it has been.
std::shared_ptr<ServedPath> Dispatch::use(int id) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = attached_.find(id);
    if (found == attached_.end() || found->second.going) {
        return nullptr;
    }
    ++found->second.users;
    return found->second.path;
}

void Dispatch::stop_using(int id) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = attached_.find(id);
    if (found != attached_.end() && --found->second.users == 0) {
        unused_.notify_all();
    }
}

bool Dispatch::take_from(int id, Context& context) {
    const std::span<std::byte> buffer = context.file_buffer();
    const std::shared_ptr<ServedPath> path = use(id);
    if (path == nullptr) {
        return false;
    }
    const base::Uncancelled here;
    const std::error_code error = path->server().receive(buffer, context.file_size);
    if (error == std::errc::no_such_device) {
        // Somebody has unmounted the path.
        ::epoll_ctl(set_.number(), EPOLL_CTL_DEL, path->server().descriptor(), nullptr);
    }
    stop_using(id);
    if (error) {
        return false;
    }
    context.path = path;
    context.request().rcvid = 1;
    return true;
}

int Dispatch::attach(const std::string& path, unsigned parts_max, std::size_t message_size_max,
                     ServedPath::Attachment attachment) {
    attachment.channel = channel();
    if (!attachment.channel->has(_NTO_CHF_DISCONNECT)) {
        throw std::system_error{base::error_of(EINVAL), "the channel lacks _NTO_CHF_DISCONNECT"};
    }
    const auto served = std::make_shared<ServedPath>(std::move(attachment));
    // Not under the lock: the path may lie below one that other threads serve meanwhile.
    if (!path.empty()) {
        served->serve(path);
    }
    const int id = served->id();
    const std::lock_guard lock{mutex_};
    const auto added = attached_.emplace(id, Attached{.path = served, .users = 0}).first;
    try {
        if (!path.empty()) {
            watch(served->server().descriptor(), static_cast<std::uint64_t>(id));
        }
    } catch (...) {
        attached_.erase(added);
        throw;
    }
    make_room_locked(parts_max, message_size_max);
    return id;
}

int Dispatch::detach(int id) {
    const Context* const current = Context::current();
    if (current != nullptr && &current->dispatch == this && current->path != nullptr &&
        current->path->id() == id) {
        return EDEADLK;
    }
    Context context{*this, 1, message_size_least};
    std::shared_ptr<ServedPath> path;
    {
        std::unique_lock lock{mutex_};
        const auto found = attached_.find(id);
        if (found == attached_.end() || found->second.going) {
            return EINVAL;
        }
        path = found->second.path;
        found->second.going = true;
        if (path->is_served()) {
            ::epoll_ctl(set_.number(), EPOLL_CTL_DEL, path->server().descriptor(), nullptr);
        }
        unused_.wait(lock, [&] { return attached_.at(id).users == 0; });
        attached_.erase(id);
    }
    path->stop(context);
    return 0;
}

}  // namespace tocsin::qnx
