// Messages, pulses and descriptors beside the calls of files. Private to tocsin/qnx.
#include <tocsin/qnx/dispatch.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/neutrino.h>
#include <system_error>
#include <utility>
#include <vector>

#include <tocsin/base/errors.h>
#include <tocsin/base/uncancelled.h>
#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/channels.h>
#include <tocsin/qnx/link/client_links.h>

namespace tocsin::qnx {

void Dispatch::make_channel_locked() {
    if (channel_ != nullptr) {
        return;
    }
    const int error = ClientLinks::listen();
    const int chid = error != 0 ? -error : Channels::create(_NTO_CHF_UNBLOCK | _NTO_CHF_DISCONNECT);
    if (chid < 0) {
        throw std::system_error{base::error_of(-chid), "cannot make a channel"};
    }
    try {
        watch_channel_locked(Channels::find(chid));
    } catch (...) {
        static_cast<void>(Channels::destroy(chid));
        throw;
    }
    owns_channel_ = true;
}

void Dispatch::watch_channel_locked(const std::shared_ptr<Channel>& channel) {
    const int descriptor = channel->descriptor();
    if (descriptor < 0) {
        throw std::system_error{base::last_error(), "cannot wait for a channel"};
    }
    watch(descriptor, channel_name);
    channel->set_watchers(waiting_);
    channel_ = channel;
}

std::shared_ptr<Channel> Dispatch::channel() {
    const std::lock_guard lock{mutex_};
    make_channel_locked();
    return channel_;
}

std::shared_ptr<Channel> Dispatch::channel_if_any() const noexcept {
    const std::lock_guard lock{mutex_};
    return channel_;
}

int Dispatch::use_channel(int chid) {
    const std::lock_guard lock{mutex_};
    const std::shared_ptr<Channel> channel = Channels::find(chid);
    if (channel == nullptr) {
        return EINVAL;
    }
    watch_channel_locked(channel);
    return 0;
}

Selects& Dispatch::selects() {
    const std::lock_guard lock{mutex_};
    if (!selects_) {
        selects_.emplace();
        watch(selects_->descriptor(), selects_name);
    }
    return *selects_;
}

void Dispatch::make_room(unsigned parts_max, std::size_t message_size_max) noexcept {
    const std::lock_guard lock{mutex_};
    make_room_locked(parts_max, message_size_max);
}

void Dispatch::make_room_locked(unsigned parts_max, std::size_t message_size_max) noexcept {
    parts_max_ = std::max(parts_max_, parts_max);
    message_size_max_ = std::max(message_size_max_, message_size_max);
}

bool Dispatch::take_from_channel(Context& context) {
    Received received;
    if (!channel_if_any()->try_receive(received)) {
        return false;
    }
    const std::span<std::byte> buffer = context.message_buffer();
    ::resmgr_context_t& request = context.request();
    request = {};
    request.msg = reinterpret_cast<::resmgr_iomsgs_t*>(buffer.data());
    request.msg_max_size = buffer.size();
    request.dpp = face();
    request.rcvid = received.rcvid;
    if (received.rcvid == 0) {
        std::memcpy(buffer.data(), &received.pulse, sizeof received.pulse);
        request.size = sizeof received.pulse;
    } else {
        const ::iovec piece = piece_of(buffer.data(), buffer.size());
        const ssize_t size = received.call->read({&piece, 1}, 0);
        if (size < 0) {
            return false;  // its sender has gone
        }
        request.info = received.call->info();
        request.info.msglen = static_cast<std::size_t>(size);
        request.size = static_cast<std::size_t>(size);
    }
    context.received = std::move(received);
    return true;
}

bool Dispatch::take_from_selects(Context& context) {
    context.selected = selects().take();
    return context.selected.has_value();
}

int Dispatch::handle(Context& context) {
    if (context.path != nullptr) {
        handle_call(context);
    } else if (context.selected) {
        handle_descriptor(context);
    } else if (context.received) {
        const int rcvid = std::exchange(context.received, {})->rcvid;
        return rcvid == 0 ? handle_pulse(context) : handle_message(context);
    }
    return 0;
}

// While handlers of a path run it is not taken away, and they cannot do that themselves. One that
// has been taken away meanwhile is not visited. A thread is not cancelled there, as the call would
// have no answer, and libfuse, which lies in between, cannot be left by unwinding.
class Dispatch::Visit {
public:
    Visit(Dispatch& dispatch, Context& context, const ServedPath& path) noexcept
        : dispatch_{dispatch},
          context_{context},
          outer_{context.path},
          used_{dispatch.use(path.id())} {
        context_.path = used_.get() == &path ? used_ : nullptr;
    }
    ~Visit() {
        context_.path = outer_;
        if (used_ != nullptr) {
            dispatch_.stop_using(used_->id());
        }
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    [[nodiscard]] explicit operator bool() const noexcept { return context_.path != nullptr; }

private:
    const base::Uncancelled uncancelled_;
    Dispatch& dispatch_;
    Context& context_;
    const std::shared_ptr<ServedPath> outer_;
    const std::shared_ptr<ServedPath> used_;
};

// Of a path that was taken away in the meantime the kernel expects no answer any more.
void Dispatch::handle_call(Context& context) {
    const std::shared_ptr<ServedPath> path = std::exchange(context.path, nullptr);
    if (const Visit visit{*this, context, *path}) {
        path->process(context);
    }
}

bool Dispatch::handle_again(Context& context, const std::shared_ptr<FileMessage>& message) {
    ServedPath& path = message->binding()->path();
    const Visit visit{*this, context, path};
    if (visit) {
        path.run_again(context, message);
    }
    return static_cast<bool>(visit);
}

int Dispatch::handle_message(Context& context) {
    ::resmgr_context_t& request = context.request();
    const int rcvid = request.rcvid;
    if (request.size < sizeof request.msg->type) {
        static_cast<void>(MsgError_r(rcvid, EBADMSG));
        return -1;
    }
    const int type = request.msg->type;
    if (!handle_by_route(context, type)) {
        // Who has found the channel by a name begins with this.
        static_cast<void>(MsgError_r(rcvid, type == _IO_CONNECT ? EOK : ENOSYS));
    }
    return 0;
}

bool Dispatch::handle_by_route(Context& context, int type) {
    std::optional<Routes::Route> route = routes_.for_message(type);
    if (!route) {
        route = routes_.for_others();
    }
    if (route) {
        const Context::Use use{context};
        route->function(&context.face()->message_context, type, 0, route->handle);
    }
    return route.has_value();
}

int Dispatch::handle_pulse(Context& context) {
    const ::_pulse pulse = context.request().msg->pulse;
    std::shared_ptr<Client> gone;
    if (pulse.code == _PULSE_CODE_DISCONNECT) {
        gone = Calls::find_client(pulse.scoid);
    }
    if (pulse.code == _PULSE_CODE_UNBLOCK) {
        const auto message =
            std::dynamic_pointer_cast<FileMessage>(Calls::find(pulse.value.sival_int));
        if (message != nullptr) {
            ServedPath& path = message->binding()->path();
            if (const Visit visit{*this, context, path}) {
                path.unblock(context, *message);
            }
            return 0;
        }
    }
    // What it has armed goes also where the program has a function for the end of its clients.
    if (gone != nullptr) {
        const ::resmgr_context_t request = context.request();
        tell_paths_of_end(context, *gone);
        context.request() = request;
        context.request().msg->pulse = pulse;
    }
    if (const std::optional<Routes::Route> route = routes_.for_pulse(pulse.code)) {
        const Context::Use use{context};
        route->function(&context.face()->message_context, pulse.code, 0, route->handle);
        return 0;
    }
    switch (pulse.code) {
    case _PULSE_CODE_DISCONNECT:
        if (gone != nullptr) {
            static_cast<void>(gone->release());
        }
        return 0;
    case _PULSE_CODE_UNBLOCK:
        static_cast<void>(MsgError_r(pulse.value.sival_int, -1));
        return 0;
    case _PULSE_CODE_THREADDEATH:
        return -1;
    default:
        return 0;
    }
}

void Dispatch::handle_descriptor(Context& context) {
    const Selects::Ready ready = *std::exchange(context.selected, {});
    ::select_context_t& shown = context.face()->select_context;
    shown = {};
    shown.dpp = face();
    shown.fd = ready.descriptor;
    shown.flags = static_cast<int>(ready.flags);
    {
        const Context::Use use{context};
        ready.select.function(&shown, ready.descriptor, ready.flags, ready.select.handle);
    }
    if ((ready.select.flags & SELECT_FLAG_NOREARM) == 0) {
        static_cast<void>(selects().rearm(ready.descriptor));
    }
}

void Dispatch::tell_paths_of_end(Context& context, const Client& client) {
    std::vector<std::shared_ptr<ServedPath>> paths;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [id, attached] : attached_) {
            paths.push_back(attached.path);
        }
    }
    for (const std::shared_ptr<ServedPath>& path : paths) {
        if (const Visit visit{*this, context, *path}) {
            path->client_gone(context, client);
        }
    }
}

}  // namespace tocsin::qnx
