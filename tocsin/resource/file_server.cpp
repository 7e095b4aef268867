// Putting a FileServer together and taking it apart. Private to tocsin/resource.
#include <tocsin/resource/file_server.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <tocsin/base/check.h>
#include <tocsin/base/errors.h>
#include <tocsin/base/fork.h>
#include <tocsin/resource/file_session.h>
#include <tocsin/resource/janitor.h>
#include <tocsin/resource/mount_point.h>
#include <tocsin/resource/placeholder.h>

namespace tocsin::resource {

static_assert(FileServer::message_size_max == Channel::message_size_max);

// Its parts stand in the order in which they are made; they go the other way round.
struct FileServer::State {
    State(std::string wanted_path, FileSystem& file_system, const FileServerOptions& options);
    ~State() { stop(); }

    [[nodiscard]] FileSession& serving() noexcept;
    void answer_first_message();
    void stop() noexcept;

    const std::uint32_t fork_generation = base::fork_generation();
    std::string path;
    std::optional<Placeholder> placeholder;
    std::optional<MountPoint> point;
    std::optional<Janitor> janitor;
    std::optional<FileSession> session;
};

namespace {

// The part of a buffer that a message is read into.
std::span<std::byte> message_in(std::span<std::byte> buffer) noexcept {
    base::check(buffer.size() >= FileSystem::write_headroom + FileServer::message_size_max,
                "FileServer: the buffer is too small; it holds FileSystem::write_headroom and "
                "FileServer::message_size_max bytes");
    return buffer.subspan(FileSystem::write_headroom);
}

}  // namespace

FileServer::State::State(std::string wanted_path, FileSystem& file_system,
                         const FileServerOptions& options)
    : path{std::move(wanted_path)} {
    placeholder.emplace(path,
                        options.directory ? Placeholder::Kind::directory : Placeholder::Kind::file);
    path = placeholder->path();
    point.emplace(*placeholder, options.kernel_checks_permissions ? MountPoint::Checks::by_kernel
                                                                  : MountPoint::Checks::by_server);
    placeholder->end_exclusively();
    session.emplace(point->take_device(), file_system, options.limits);
    answer_first_message();
    if (options.cleaned_up_after) {
        janitor.emplace(Janitor::Task{.path = path,
                                      .parent = std::filesystem::path{path}.parent_path().string(),
                                      .made = placeholder->made(),
                                      .directory = options.directory,
                                      .device = placeholder->device(),
                                      .inode = placeholder->inode()});
    }
}

FileSession& FileServer::State::serving() noexcept {
    base::check(session.has_value(), "FileServer: used after stop()");
    return *session;
}

// It is there as soon as the path is mounted, and the kernel lets no client in before it is
// answered.
void FileServer::State::answer_first_message() {
    std::vector<std::byte> buffer(message_size_max);
    std::size_t size = 0;
    if (!session->channel()->receive(buffer, size)) {
        session->process(std::span{buffer}.first(size));
    }
}

// Cutting the connection comes before unmounting, which may ask the file system something that
// nobody answers any more.
void FileServer::State::stop() noexcept {
    if (session) {
        session->end();
    }
    point.reset();
    janitor.reset();
    session.reset();
    placeholder.reset();
}

FileServer::FileServer(std::string path, FileSystem& file_system, const FileServerOptions& options)
    : state_{std::make_unique<State>(std::move(path), file_system, options)} {}

// In a child of fork() everything but the memory belongs to the parent.
FileServer::~FileServer() {
    if (state_->fork_generation != base::fork_generation()) {
        static_cast<void>(state_.release());
    }
}

int FileServer::descriptor() const noexcept {
    return state_->serving().channel()->descriptor();
}

std::error_code FileServer::receive(std::span<std::byte> buffer, std::size_t& size) noexcept {
    Channel& channel = *state_->serving().channel();
    return channel.is_of_this_process() ? channel.receive(message_in(buffer), size)
                                        : base::error_of(ENODEV);
}

void FileServer::process(std::span<std::byte> buffer, std::size_t size) noexcept {
    state_->serving().process(message_in(buffer).first(size));
}

void FileServer::begin_serving(::pid_t thread) {
    state_->serving().begin_serving(thread);
}

void FileServer::end_serving(::pid_t thread) noexcept {
    if (state_->session) {
        state_->session->end_serving(thread);
    }
}

void FileServer::stop() noexcept {
    if (state_->fork_generation == base::fork_generation()) {
        state_->stop();
    }
}

const std::string& FileServer::path() const noexcept {
    return state_->path;
}

}  // namespace tocsin::resource
