// The connection of a FileServer to the kernel. Private to tocsin/resource.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <sys/types.h>
#include <vector>

#include <tocsin/resource/channel.h>
#include <tocsin/resource/every_session.h>
#include <tocsin/resource/file_charges.h>
#include <tocsin/resource/file_system.h>
#include <tocsin/resource/user_accounts.h>

namespace tocsin::resource {

// Any number of threads receive and process messages at a time. Keeps nothing of a call: the
// FileCall that is made of it holds all there is, what it is charged with included.
class FileSession final : public EverySession::Member {
public:
    // Takes over `device`. Throws std::system_error, std::bad_alloc.
    FileSession(base::Descriptor device, FileSystem& file_system, const UserLimits& limits = {});

    // As end().
    ~FileSession();
    FileSession(const FileSession&) = delete;
    FileSession& operator=(const FileSession&) = delete;

    // As FileServer says.
    void begin_serving(::pid_t thread);
    void end_serving(::pid_t thread) noexcept;
    [[nodiscard]] bool serves(::pid_t thread) const override;

    // Processes one message. Threads that serve.
    void process(std::span<std::byte> message) noexcept;

    // Cuts the connection. Nobody serves any more.
    void end() noexcept;

    [[nodiscard]] const std::shared_ptr<Channel>& channel() const noexcept { return channel_; }
    [[nodiscard]] FileSystem& file_system() const noexcept { return file_system_; }
    [[nodiscard]] const UserAccounts& users() const noexcept { return users_; }

    // Charges a call to its user, and with it the file that it is to open; the error that it fails
    // with when he has too many. Nothing is looked up for a trusted user.
    enum class Opens : bool { nothing, file };
    [[nodiscard]] int charge(::uid_t uid, Opens opens, CallCharges& charges) noexcept;

    // The kernel has closed a file, whoever had opened it. Its charge ends with what is returned.
    FileCharges::File closed(FileHandle file) noexcept { return files_->leave(file); }

private:
    [[nodiscard]] bool tell_of_signal(CallId id) noexcept;

    FileSystem& file_system_;
    UserAccounts users_;
    const std::shared_ptr<FileCharges> files_ = std::make_shared<FileCharges>();
    std::shared_ptr<Channel> channel_;
    mutable std::mutex mutex_;  // a leaf
    std::vector<::pid_t> serving_;
};

}  // namespace tocsin::resource
