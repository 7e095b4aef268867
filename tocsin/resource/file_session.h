// The connection of a FileServer to the kernel. Private to tocsin/resource.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <sys/types.h>
#include <vector>

#include <tocsin/resource/channel.h>
#include <tocsin/resource/every_session.h>
#include <tocsin/resource/file_system.h>

namespace tocsin::resource {

// Any number of threads receive and process messages at a time. Keeps nothing of a call: the
// FileCall that is made of it holds all there is.
class FileSession final : public EverySession::Member {
public:
    // Takes over `device`. Throws std::system_error, std::bad_alloc.
    FileSession(base::Descriptor device, FileSystem& file_system);

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

private:
    [[nodiscard]] bool tell_of_signal(CallId id) noexcept;

    FileSystem& file_system_;
    std::shared_ptr<Channel> channel_;
    mutable std::mutex mutex_;  // a leaf
    std::vector<::pid_t> serving_;
};

}  // namespace tocsin::resource
