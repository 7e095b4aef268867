// Messages and pulses within this process. Private to tocsin/qnx.
#include <tocsin/qnx/local_connection.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>
#include <new>
#include <unistd.h>
#include <utility>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/channels.h>
#include <tocsin/qnx/events.h>
#include <tocsin/qnx/local_message.h>
#include <tocsin/qnx/process_table.h>

namespace tocsin::qnx {

namespace {

// What is shared by the connections to a channel.
struct Table {
    std::mutex mutex;
    std::map<int, std::weak_ptr<LocalAttachment>> attachments;
};

ProcessTable<Table> table;

// Empty when the channel has been destroyed. Throws std::bad_alloc.
std::shared_ptr<LocalAttachment> make_attachment(const std::shared_ptr<Channel>& channel) {
    const auto client = std::make_shared<LocalClient>(channel);
    const int error = client->enter();
    if (error != 0 && error != ESRCH) {
        throw std::bad_alloc{};
    }
    return error != 0 ? nullptr : std::make_shared<LocalAttachment>(channel, client);
}

// Empty when the channel has been destroyed. Throws std::bad_alloc.
std::shared_ptr<LocalAttachment> attach_to(const std::shared_ptr<Channel>& channel) {
    Table& all = table.get();
    std::shared_ptr<LocalAttachment> attachment;
    const std::lock_guard lock{all.mutex};
    std::weak_ptr<LocalAttachment>& known = all.attachments[channel->chid()];
    attachment = known.lock();
    if (attachment == nullptr || attachment->channel != channel) {
        attachment = make_attachment(channel);
        known = attachment;
    }
    return attachment;
}

}  // namespace

int LocalClient::deliver(const struct ::sigevent& event) noexcept {
    if (const int error = may_deliver(event); error != 0) {
        return error;
    }
    if ((event.sigev_notify & SIGEV_FLAG_HANDLE) == 0) {
        return deliver_here(event, last_sender());
    }
    RegisteredEvents::Found found;
    const int error = RegisteredEvents::find(event, identity_, found);
    return error != 0 ? error : deliver_here(found.event, found.thread);
}

Credentials LocalClient::credentials() const noexcept {
    return {.pid = ::getpid(), .thread = last_sender(), .uid = ::geteuid(), .gid = ::getegid()};
}

int LocalConnection::attach(int chid, unsigned flags) noexcept {
    const std::shared_ptr<Channel> channel = Channels::find(chid);
    if (channel == nullptr) {
        return -ESRCH;
    }
    try {
        std::shared_ptr<LocalAttachment> attachment = attach_to(channel);
        if (attachment == nullptr) {
            return -ESRCH;
        }
        const auto connection = std::make_shared<LocalConnection>(std::move(attachment), flags);
        const int error = Connections::add(connection);
        return error != 0 ? -error : connection->coid();
    } catch (const std::bad_alloc&) {
        return -ENOMEM;
    }
}

LocalConnection::LocalConnection(std::shared_ptr<LocalAttachment> attachment,
                                 unsigned flags) noexcept
    : Connection{flags}, attachment_{std::move(attachment)} {
    attachment_->client->changed_flags(0, flags);
}

LocalConnection::~LocalConnection() {
    attachment_->client->changed_flags(this->flags(), 0);
}

void LocalConnection::changed_flags(unsigned before, unsigned now) noexcept {
    attachment_->client->changed_flags(before, now);
}

Answer LocalConnection::send(Pieces message, Pieces room, Timeout timeout) {
    const int thread = own_thread();
    attachment_->client->note_sender(thread);
    ::_msg_info info = {};
    info.pid = attachment_->process;
    info.tid = thread;
    info.chid = attachment_->channel->chid();
    info.scoid = attachment_->client->scoid();
    info.coid = coid();
    info.priority = static_cast<std::int16_t>(own_priority());
    info.srcmsglen = size_of(message).value_or(0);
    info.dstmsglen = size_of(room).value_or(0);
    info.msglen = info.srcmsglen;
    for (;;) {
        std::shared_ptr<LocalMessage> call;
        try {
            call = std::make_shared<LocalMessage>(attachment_->client, info, message, room);
        } catch (const std::bad_alloc&) {
            return {.error = ENOMEM, .status = 0};
        }
        const Answer answer = call->exchange(*attachment_->channel, timeout);
        if (answer.error != ERESTART) {
            return answer;
        }
    }
}

int LocalConnection::pulse(PulseContent content) noexcept {
    attachment_->client->note_sender(own_thread());
    content.scoid = attachment_->client->scoid();
    if (content.priority < 0) {
        content.priority = own_priority();
    }
    return attachment_->channel->pulse(content);
}

::_server_info LocalConnection::server() const noexcept {
    ::_server_info info = {};
    info.pid = attachment_->process;
    info.chid = attachment_->channel->chid();
    info.scoid = attachment_->client->scoid();
    info.coid = coid();
    info.flags = flags();
    return info;
}

}  // namespace tocsin::qnx
