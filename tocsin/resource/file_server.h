// Puts a FileSystem on a path. Public.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <sys/types.h>
#include <system_error>

#include <tocsin/resource/errors.h>
#include <tocsin/resource/file_system.h>
#include <tocsin/resource/user_limits.h>

namespace tocsin::resource {

struct FileServerOptions {
    // Put on a directory, and serving one; else on a regular file.
    bool directory = false;

    // The kernel checks mode, uid and gid itself, as get_attributes() gives them; else the file
    // system checks every open(), as it likes.
    bool kernel_checks_permissions = true;

    // When this process dies without stop(), in whatever way, another one takes the path away. Else
    // it fails with ENOTCONN until somebody unmounts it or serves it anew.
    bool cleaned_up_after = false;

    // What each user but root and the server's own may hold at the path and below it. The file
    // system decides by itself what waits, so every call of any kind counts until it is answered,
    // but for close(2) and what FileSystem::gives_up() names: 64 more than `parked_max` may be
    // unanswered, and the next one fails with EAGAIN, a poll with POLLERR.
    UserLimits limits = {};
};

// A path served from construction to stop() or destruction, mounted as by Mount: what is missing is
// made and removed at the end, a dead manager's mount is replaced, other users are admitted if the
// kernel lets this user. It has no threads of its own: any number of threads wait for the
// descriptor to become readable, receive a message and have it processed.
//
// A thread that serves must not call the path itself: it is refused with EDEADLK, if another thread
// serves meanwhile; if none does, the call waits for ever. Costs two descriptors.
class FileServer {
public:
    // `file_system` outlives it. Throws std::system_error as Mount does.
    FileServer(std::string path, FileSystem& file_system, const FileServerOptions& options = {});

    // As stop().
    ~FileServer();
    FileServer(const FileServer&) = delete;
    FileServer& operator=(const FileServer&) = delete;

    // Readable when a message is there; does not block, closed on exec. The number is valid until
    // stop().
    [[nodiscard]] int descriptor() const noexcept;

    // The longest message that the kernel sends.
    static constexpr std::size_t message_size_max = 128 * 1024 + 4096;

    // Takes one message, which is written behind FileSystem::write_headroom bytes of `buffer`:
    // this and message_size_max is what it has to hold, at an address that suits any type. EAGAIN:
    // there is none; ENODEV: the path was unmounted, or this is a forked child. Any thread.
    [[nodiscard]] std::error_code receive(std::span<std::byte> buffer, std::size_t& size) noexcept;

    // Calls the FileSystem for the message that receive() put into `buffer`. Any thread, any number
    // at a time.
    void process(std::span<std::byte> buffer, std::size_t size) noexcept;

    // Says that `thread` receives and processes messages from now on, or no more.
    void begin_serving(::pid_t thread);
    void end_serving(::pid_t thread) noexcept;

    // Ends the service: calls that wait fail and files that are open fail from now on, the path is
    // unmounted, what was made is removed. No thread is in receive() or process() any more. What
    // the FileSystem keeps of open files and of calls is its own to drop. Does nothing the second
    // time, nor in a forked child.
    void stop() noexcept;

    // The path, with symbolic links on the way followed.
    [[nodiscard]] const std::string& path() const noexcept;

private:
    struct State;

    std::unique_ptr<State> state_;
};

}  // namespace tocsin::resource
