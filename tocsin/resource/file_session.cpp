// Messages on their way to a FileSystem. Private to tocsin/resource.
#include <tocsin/resource/file_session.h>

#include <algorithm>
#include <cerrno>

#include <tocsin/resource/file_system_operations.h>
#include <tocsin/resource/message.h>

namespace tocsin::resource {

FileSession::FileSession(base::Descriptor device, FileSystem& file_system, const UserLimits& limits)
    : file_system_{file_system},
      users_{limits},
      channel_{std::make_shared<Channel>(std::move(device), this, file_system_operations())} {
    EverySession::add(*this);
}

FileSession::~FileSession() {
    EverySession::remove(*this);
    end();
}

void FileSession::end() noexcept {
    channel_->close();
}

void FileSession::begin_serving(::pid_t thread) {
    const std::lock_guard lock{mutex_};
    serving_.push_back(thread);
}

void FileSession::end_serving(::pid_t thread) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = std::ranges::find(serving_, thread);
    if (found != serving_.end()) {
        serving_.erase(found);
    }
}

bool FileSession::serves(::pid_t thread) const {
    const std::lock_guard lock{mutex_};
    return std::ranges::find(serving_, thread) != serving_.end();
}

void FileSession::process(std::span<std::byte> message) noexcept {
    const std::optional<::fuse_in_header> header = header_of(message);
    if (!header) {
        return;
    }
    if (const std::optional<CallId> id = interrupted_call(*header, message)) {
        if (!tell_of_signal(*id)) {
            // Answered already, or read by another thread a moment ago: the kernel asks again then.
            static_cast<void>(channel_->answer(header->unique, EAGAIN));
        }
        return;
    }
    if (const ::pid_t thread = waiting_thread(*header); thread != 0 && serves(thread)) {
        static_cast<void>(channel_->answer(header->unique, EDEADLK));
        return;
    }
    channel_->process(message);
}

int FileSession::charge(::uid_t uid, Opens opens, CallCharges& charges) noexcept {
    try {
        const std::shared_ptr<UserAccount> account = users_.of(uid);
        if (!charges.call.take(account, Holding::unanswered)) {
            return EAGAIN;
        }
        if (account == nullptr || opens == Opens::nothing) {
            return 0;
        }
        Charge file;
        if (!file.take(account, Holding::open_file)) {
            return EMFILE;
        }
        charges.file = FileCharges::file_of(std::move(file));
        charges.files = files_;
        return 0;
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

bool FileSession::tell_of_signal(CallId id) noexcept {
    try {
        return file_system_.interrupt(id);
    } catch (...) {
        return false;  // memory was short, most likely, and the kernel asks again
    }
}

}  // namespace tocsin::resource
