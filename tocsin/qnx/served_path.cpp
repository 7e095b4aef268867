// Calling a manager's functions for a message. Private to tocsin/qnx.
#include <tocsin/qnx/served_path.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>
#include <vector>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/context.h>
#include <tocsin/qnx/dispatch.h>

namespace tocsin::qnx {

namespace {

bool is_no_reply(int result) noexcept {
    return result == _RESMGR_NOREPLY || result == _RESMGR_DELAY_CLOSE;
}

// Locks the OCB around a handler, in the manager's way.
class OcbLock {
public:
    OcbLock(::resmgr_context_t& request, const Binding& binding) noexcept
        : request_{request},
          functions_{binding.bound() ? &binding.functions() : nullptr},
          ocb_{binding.ocb()} {
        // The handler may let go of the OCB; what the default locks is the attribute.
        if (functions_ != nullptr && functions_->lock_ocb == &iofunc_lock_ocb_default &&
            functions_->unlock_ocb == &iofunc_unlock_ocb_default) {
            attribute_ = ocb_->attr;
        }
        if (functions_ != nullptr && functions_->lock_ocb != nullptr) {
            functions_->lock_ocb(&request_, nullptr, ocb_);
        }
    }
    ~OcbLock() {
        if (functions_ == nullptr || functions_->unlock_ocb == nullptr) {
            return;
        }
        if (attribute_ != nullptr) {
            iofunc_attr_unlock(attribute_);
        } else {
            functions_->unlock_ocb(&request_, nullptr, ocb_);
        }
    }
    OcbLock(const OcbLock&) = delete;
    OcbLock& operator=(const OcbLock&) = delete;

private:
    ::resmgr_context_t& request_;
    const ::resmgr_io_funcs_t* const functions_;
    ::iofunc_ocb_t* const ocb_;
    ::iofunc_attr_t* attribute_ = nullptr;
};

int call_unblock(::resmgr_context_t& request, Binding& binding) {
    if (binding.bound()) {
        const auto unblock = binding.functions().unblock;
        return unblock == nullptr ? _RESMGR_DEFAULT
                                  : unblock(&request, &request.msg->pulse, binding.ocb());
    }
    const ServedPath::Attachment& attachment = binding.path().attachment();
    const auto unblock = attachment.connect->unblock;
    return unblock == nullptr ? _RESMGR_DEFAULT
                              : unblock(&request, &request.msg->pulse,
                                        static_cast<::iofunc_attr_t*>(attachment.handle), nullptr);
}

}  // namespace

ServedPath::ServedPath(Attachment attachment)
    : attachment_{std::move(attachment)}, number_{attachment_.name, attachment_.directory} {}

ServedPath::~ServedPath() = default;

void ServedPath::serve(const std::string& path) {
    server_.emplace(path, *this,
                    resource::FileServerOptions{.directory = attachment_.directory,
                                                .kernel_checks_permissions = false,
                                                .cleaned_up_after = true});
}

// What is parked ends first, so that its clients learn an error of their own.
void ServedPath::stop(Context& context) noexcept {
    while (const int rcvid = first_parked()) {
        if (const std::shared_ptr<Call> call = Calls::take(rcvid)) {
            call->fail(EIO);
        } else {
            std::this_thread::yield();  // another thread is answering it
        }
    }
    if (server_) {
        server_->stop();
    }
    while (!bindings_.empty()) {
        Binding& binding = bindings_.front();
        const std::shared_ptr<Binding> held = binding.release();
        close(context, binding);
    }
}

int ServedPath::first_parked() noexcept {
    const std::lock_guard lock{mutex_};
    const FileMessage* const first = messages_.first();
    return first == nullptr ? 0 : first->rcvid();
}

void ServedPath::process(Context& context) {
    const Context::Use use{context};
    server_->process(context.file_buffer(), context.file_size);
}

void ServedPath::leave(FileMessage& message) noexcept {
    const std::lock_guard lock{mutex_};
    message.unlink();
}

::resmgr_context_t& ServedPath::begin_request(Context& context, FileMessage& message,
                                              std::span<std::byte> bytes) const noexcept {
    ::resmgr_context_t& request = context.request();
    request.rcvid = message.rcvid();
    request.info = message.info();
    request.msg = reinterpret_cast<::resmgr_iomsgs_t*>(bytes.data());
    // What was handled here before may have been of another kind.
    request.dpp = context.dispatch.face();
    request.msg_max_size = context.message_buffer().size();
    request.id = id();
    request.status = 0;
    request.offset = message.offset();
    request.size = bytes.size();
    return request;
}

void ServedPath::run(Context& context, const std::shared_ptr<FileMessage>& message,
                     std::span<std::byte> bytes, const Kind& kind) {
    const int rcvid = Calls::enter(message);
    if (rcvid < 0) {
        return message->fail(-rcvid);
    }
    message->set_rcvid(rcvid);
    message->set_part(bytes);
    {
        const std::lock_guard lock{mutex_};
        messages_.push_back(*message);
    }
    ::resmgr_context_t& request = begin_request(context, *message, bytes);
    Binding& binding = *message->binding();
    int result = 0;
    {
        const CurrentRequest current{binding, kind.poll};
        const OcbLock lock{request, binding};
        result = kind.handler(request, binding);
    }
    settle(request, context, message, result);
}

void ServedPath::run_again(Context& context, const std::shared_ptr<FileMessage>& message) {
    if (message->kept().empty()) {
        // There was no memory to keep it.
        if (const std::shared_ptr<Call> call = Calls::take(message->rcvid())) {
            call->fail(ENOMEM);
        }
        return;
    }
    const Context::Use use{context};
    const ::resmgr_context_t outer = context.request();
    const MessageKind kind = kind_of(message->type());
    // What lies in the context is still in use; the function may answer where the message lies.
    const std::span kept = message->kept();
    std::vector<std::byte> room(std::max(kept.size(), context.message_buffer().size()));
    std::ranges::copy(kept, room.begin());
    ::resmgr_context_t& request =
        begin_request(context, *message, std::span{room}.first(kept.size()));
    Binding& binding = *message->binding();
    int result = _RESMGR_NOREPLY;
    if (pin(binding)) {
        {
            const CurrentRequest current{binding, PollMode::none};
            const OcbLock lock{request, binding};
            result = kind.handler(request, binding);
        }
        if (!is_no_reply(result)) {
            settle(request, context, message, result);
        }
        unpin(context, binding);
    }
    context.request() = outer;
}

void ServedPath::settle(const ::resmgr_context_t& request, Context& context,
                        const std::shared_ptr<FileMessage>& message, int result) {
    if (is_no_reply(result)) {
        message->keep();
        const FileMessage::Asked asked = message->park();
        if (asked.to_unblock) {
            tell_of_interrupt(context, *message);
        }
        if (asked.again) {
            run_again(context, message);
        }
        return;
    }
    const std::shared_ptr<Call> call = Calls::take(message->rcvid());
    if (call == nullptr) {
        return;  // the handler has answered by itself
    }
    if (result == _RESMGR_DEFAULT) {
        call->fail(ENOSYS);
    } else if (result > 0) {
        call->fail(result);
    } else {
        call->reply(request.status, {request.iov, static_cast<std::size_t>(-result)});
    }
}

// While it is pinned its OCB stays. False when it has been closed.
bool ServedPath::pin(Binding& binding) noexcept {
    const std::lock_guard lock{mutex_};
    if (binding.is_closing()) {
        return false;
    }
    binding.pin();
    return true;
}

// Any file that is open at the node, pinned; or none.
std::shared_ptr<Binding> ServedPath::pin_any(resource::Node node) {
    const std::lock_guard lock{mutex_};
    Binding* binding = bindings_.first();
    while (binding != nullptr && binding->node() != node) {
        binding = bindings_.next_of(*binding);
    }
    if (binding == nullptr) {
        return nullptr;
    }
    binding->pin();
    return binding->shared_from_this();
}

void ServedPath::unpin(Context& context, Binding& binding) noexcept {
    bool close_now = false;
    {
        const std::lock_guard lock{mutex_};
        close_now = binding.unpin() && binding.is_closing();
    }
    if (close_now) {
        close_ocb(context, binding);
    }
}

void ServedPath::ask_to_unblock(const FileMessage& message) noexcept {
    PulseContent content{
        .scoid = message.client().scoid(), .priority = usual_priority, .code = _PULSE_CODE_UNBLOCK};
    content.value.sival_int = message.rcvid();
    static_cast<void>(attachment_.channel->pulse(content));
}

void ServedPath::unblock(Context& context, FileMessage& message) {
    const Context::Use use{context};
    tell_of_interrupt(context, message);
}

bool ServedPath::interrupt(resource::CallId id) {
    std::shared_ptr<FileMessage> message;
    {
        const std::lock_guard lock{mutex_};
        const FileMessage* candidate = messages_.first();
        while (candidate != nullptr && candidate->id() != id) {
            candidate = messages_.next_of(*candidate);
        }
        if (candidate != nullptr) {
            message = std::static_pointer_cast<FileMessage>(Calls::find(candidate->rcvid()));
        }
    }
    if (message == nullptr || message->id() != id) {
        return false;
    }
    if (message->interrupt()) {
        tell_of_interrupt(*Context::current(), *message);
    }
    return true;
}

// The manager may answer, or leave its client waiting; one that says nothing of it has its client
// fail with EINTR.
void ServedPath::tell_of_interrupt(Context& context, FileMessage& message) {
    const std::span<std::byte> bytes = context.message_buffer().first(sizeof(struct ::_pulse));
    auto& pulse = *reinterpret_cast<struct ::_pulse*>(bytes.data());
    pulse = {};
    pulse.code = _PULSE_CODE_UNBLOCK;
    pulse.value.sival_int = message.rcvid();
    pulse.scoid = message.client().scoid();
    ::resmgr_context_t& request = begin_request(context, message, bytes);
    Binding& binding = *message.binding();
    int result = _RESMGR_NOREPLY;
    // Another thread may answer now, and the client close the file.
    if (!pin(binding)) {
        return;
    }
    {
        const CurrentRequest current{binding, PollMode::none};
        const OcbLock lock{request, binding};
        if (Calls::find(message.rcvid()) != nullptr) {
            result = call_unblock(request, binding);
        }
    }
    unpin(context, binding);
    if (is_no_reply(result)) {
        return;
    }
    if (const std::shared_ptr<Call> call = Calls::take(message.rcvid())) {
        call->fail(result > 0 ? result : EINTR);
    }
}

}  // namespace tocsin::qnx
