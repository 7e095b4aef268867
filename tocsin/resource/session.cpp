// Messages, retries and open files. Private to tocsin/resource.
#include <tocsin/resource/session.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <unistd.h>

#include <tocsin/resource/message.h>
#include <tocsin/resource/operations.h>
#include <tocsin/resource/poll_bits.h>

namespace tocsin::resource {

Session::Session(base::Descriptor device, Directory::Entry entry, std::string path,
                 const UserLimits& limits)
    : path_{std::move(path)},
      tree_{entry, pending_},
      channel_{std::make_shared<Channel>(std::move(device), this, Operations::table())},
      users_{limits} {
    EverySession::add(*this);
}

Session::~Session() {
    EverySession::remove(*this);
    end();
}

void Session::end() noexcept {
    pending_->end();
    // By number, which needs no memory.
    std::uint64_t number = Tree::root;
    while (const Tree::Node* const node = tree_.find(number++)) {
        Resource* const resource = node->resource();
        while (resource != nullptr && pending_->take_any(*resource, nullptr) != nullptr) {
        }
    }
    pending_->forget_retries();
    channel_->close();
    std::unordered_map<std::uint64_t, Opened> opened;
    {
        const std::lock_guard lock{mutex_};
        opened.swap(opened_);
    }
    for (const auto& [handle, last] : opened) {
        end(last);
    }
}

void Session::begin_serving(const core::Loop& loop) {
    const std::lock_guard lock{mutex_};
    serving_.push_back(&loop);
}

void Session::end_serving(const core::Loop& loop) noexcept {
    const std::lock_guard lock{mutex_};
    std::erase(serving_, &loop);
}

// A loop may move from thread to thread.
bool Session::serves(::pid_t thread) const {
    const std::lock_guard lock{mutex_};
    return std::ranges::find(serving_, thread, &core::Loop::thread_id) != serving_.end();
}

void Session::process(std::span<std::byte> message) {
    taken_count_.fetch_add(1, std::memory_order_relaxed);
    const std::optional<::fuse_in_header> header = header_of(message);
    if (!header) {
        return;
    }
    if (const std::optional<RequestId> id = interrupted_call(*header, message)) {
        return interrupt(header->unique, *id);
    }
    if (const ::pid_t thread = waiting_thread(*header); thread != 0 && serves(thread)) {
        static_cast<void>(channel_->answer(header->unique, EDEADLK));
        return;
    }
    const Pending::Arrival arrival{*pending_, header->unique};
    channel_->process(message);
}

void Session::interrupt(std::uint64_t unique, RequestId id) {
    std::unique_ptr<PendingRequest> taken;
    if (!pending_->interrupt(id, taken)) {
        // Answered already, or read by another thread a moment ago: the kernel asks again then.
        static_cast<void>(channel_->answer(unique, EAGAIN));
    }
    if (taken == nullptr) {
        return;
    }
    const std::shared_ptr<OpenFile> file = taken->file;
    Resource& resource = *taken->resource;
    const std::lock_guard lock{resource.mutex()};
    resource.counters_.interrupts.fetch_add(1, std::memory_order_relaxed);
    try {
        resource.interrupted(*file, Request{std::move(taken)});
    } catch (...) {
        // The request has answered EIO on its way out.
    }
}

void Session::work() {
    for (std::size_t count = pending_->retry_count(); count > 0; --count) {
        Pending::Round round;
        if (Resource* const resource = pending_->next_resource(round)) {
            retry(*resource, round);
        }
    }
    std::list<HandedOver> messages;
    {
        const std::lock_guard lock{mutex_};
        messages.swap(handed_over_);
    }
    for (HandedOver& handed_over : messages) {
        process(handed_over.message);
    }
}

void Session::retry(Resource& resource, const Pending::Round& round) {
    const std::lock_guard lock{resource.mutex()};
    while (std::unique_ptr<PendingRequest> request = pending_->next_request(resource, round)) {
        const std::shared_ptr<OpenFile> file = request->file;
        try {
            resource.dispatch(Request{std::move(request)});
        } catch (...) {
            // The request has answered EIO on its way out.
        }
    }
}

void Session::refuse_or_hand_over(std::span<std::byte> message) noexcept {
    if (message.size() < sizeof(::fuse_in_header)) {
        return;
    }
    const auto header = copy_of<::fuse_in_header>(message);
    if (const ::pid_t thread = waiting_thread(header);
        thread != 0 && EverySession::is_served_by(thread)) {
        static_cast<void>(channel_->answer(header.unique, EDEADLK));
        return;
    }
    try {
        std::list<HandedOver> taken;
        taken.emplace_back(*pending_, header.unique, message);
        const std::lock_guard lock{mutex_};
        handed_over_.splice(handed_over_.end(), taken);
    } catch (const std::bad_alloc&) {
        if (expects_an_answer(header.opcode)) {
            static_cast<void>(channel_->answer(header.unique, ENOMEM));
        }
        return;
    }
    pending_->ring();
}

Session::Opened Session::find_open(std::uint64_t handle) const {
    const std::lock_guard lock{mutex_};
    const auto found = opened_.find(handle);
    return found == opened_.end() ? Opened{} : found->second;
}

std::uint64_t Session::enter(std::unique_ptr<OpenFile> made, Resource& resource) {
    OpenFile& file = *made;
    std::shared_ptr<OpenFile> shared;
    try {
        shared = std::move(made);
        const std::lock_guard lock{mutex_};
        file.id_ = next_handle_++;
        file.channel_ = channel_;
        for (OpenFile::Waiting& waiting : file.waiting_) {
            waiting.arm.set_sink(core::Sink::bind<&OpenFile::notify>(file), file.id_);
        }
        opened_.emplace(file.id_, Opened{.file = shared, .resource = &resource});
        return file.id_;
    } catch (...) {
        resource.close(file);
        throw;
    }
}

void Session::release(std::uint64_t handle) noexcept {
    Opened opened;
    {
        const std::lock_guard lock{mutex_};
        const auto found = opened_.find(handle);
        if (found == opened_.end()) {
            return;
        }
        opened = std::move(found->second);
        opened_.erase(found);
    }
    end(opened);
}

void Session::end(const Opened& opened) noexcept {
    while (std::unique_ptr<PendingRequest> request =
               pending_->take_any(*opened.resource, opened.file.get())) {
        request.reset();
    }
    const std::lock_guard lock{opened.resource->mutex()};
    for (OpenFile::Waiting& waiting : opened.file->waiting_) {
        opened.resource->queue_.cancel(waiting.arm);
    }
    try {
        opened.resource->close(*opened.file);
    } catch (...) {
        // close(2) has returned long ago: there is nobody to tell.
    }
}

// Everything that was asked is armed, met or not, and looked at only then. An edge-triggered client
// that has drained what there was is not asked again by the kernel, and neither is one that waits
// for input and output at once where output is always possible: the next trigger has to reach them.
core::Conditions Session::poll(const Opened& opened, core::Conditions asked,
                               ::fuse_pollhandle* handle) {
    if (opened.file == nullptr) {
        if (handle != nullptr) {
            ::fuse_pollhandle_destroy(handle);
        }
        return core::Condition::error;
    }
    OpenFile& file = *opened.file;
    Resource& resource = *opened.resource;
    const std::lock_guard lock{resource.mutex()};
    if (handle != nullptr && file.poll_handle_ == nullptr) {
        file.poll_handle_ = handle;
    } else if (handle != nullptr) {
        // All handles of an open file are alike: they name the open file to the kernel.
        ::fuse_pollhandle_destroy(handle);
    }
    core::Conditions met;
    asked.for_each([&](core::Condition condition) {
        OpenFile::Waiting& waiting = file.waiting(condition);
        if (handle != nullptr) {
            resource.queue_.arm(waiting.arm, condition, waiting.threshold);
            waiting.since = std::chrono::system_clock::now();
        }
        if (resource.level(file, condition) >= waiting.threshold) {
            met |= condition;
        }
    });
    return met;
}

void Session::start(const Opened& opened, std::unique_ptr<PendingRequest> pending,
                    ::fuse_req* request, std::optional<int> flags) {
    Resource& resource = *opened.resource;
    if (!pending->unanswered_charge.take(account_of(*opened.file, pending->caller),
                                         Holding::unanswered)) {
        ::fuse_reply_err(request, EAGAIN);
        return;
    }
    pending->pending = pending_;
    pending->channel = channel_;
    pending->file = opened.file;
    pending->resource = &resource;
    pending_->enter(*pending);
    pending->request = request;  // from here on it answers by itself
    const std::lock_guard lock{resource.mutex()};
    count(resource, *pending);
    opened.file->flags_ = flags.value_or(opened.file->flags_);
    pending->nonblocking = (opened.file->flags_ & O_NONBLOCK) != 0;
    pending->triggers_seen =
        static_cast<std::uint32_t>(resource.triggers_and_parked_.fetch_add(0) >> 32U);
    try {
        resource.dispatch(Request{std::move(pending)});
    } catch (...) {
        // The request has answered EIO on its way out.
    }
}

std::shared_ptr<UserAccount> Session::account_of(const OpenFile& file, const Caller& caller) {
    return caller.uid == file.opening_.caller.uid ? file.charge_.account() : users_.of(caller.uid);
}

void Session::count(Resource& resource, const PendingRequest& pending) noexcept {
    switch (pending.kind) {
    case Request::Kind::read:
        resource.counters_.reads.fetch_add(1, std::memory_order_relaxed);
        resource.attributes_.accessed = std::chrono::system_clock::now();
        break;
    case Request::Kind::write:
        resource.counters_.writes.fetch_add(1, std::memory_order_relaxed);
        resource.attributes_.modified = std::chrono::system_clock::now();
        resource.attributes_.changed = resource.attributes_.modified;
        break;
    case Request::Kind::ioctl:
        resource.counters_.ioctls.fetch_add(1, std::memory_order_relaxed);
        break;
    }
}

}  // namespace tocsin::resource
