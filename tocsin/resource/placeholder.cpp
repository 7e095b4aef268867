// Preparing and removing placeholders. Private to tocsin/resource.
#include <tocsin/resource/placeholder.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tocsin/base/errors.h>
#include <tocsin/base/uncancelled.h>
#include <tocsin/resource/mount_failure.h>
#include <tocsin/resource/mount_point.h>
#include <tocsin/resource/mount_table.h>
#include <tocsin/resource/sharing_fork.h>

namespace tocsin::resource {

namespace {

[[noreturn]] void fail_without_place(std::error_code error, const std::string& path) {
    fail_if_short(error, path);
    fail_to_serve(Error::no_placeholder, path, error.message());
}

// Symbolic links are followed in all but the last name, which is to be what it seems.
std::string resolved(const std::string& path) {
    if (path.empty() || path.front() != '/') {
        fail_to_serve(Error::relative_path, path, "");
    }
    std::filesystem::path name{path};
    while (!name.has_filename() && name.has_relative_path()) {
        name = name.parent_path();
    }
    const bool dots = name.filename() == "." || name.filename() == "..";
    std::error_code error;
    const std::filesystem::path parent =
        std::filesystem::canonical(dots ? name : name.parent_path(), error);
    if (error) {
        fail_without_place(error, path);
    }
    return dots || !name.has_filename() ? parent.string() : (parent / name.filename()).string();
}

// A mount may be closed to all but the user who mounted it, even to root, who asks as that user.
bool is_dead_now(const MountEntry& mount) noexcept {
    if (::geteuid() == 0) {
        // The C library would have all threads do so, and here is one.
        static_cast<void>(::syscall(SYS_setresgid, mount.gid, mount.gid, mount.gid) == 0 &&
                          ::syscall(SYS_setresuid, mount.uid, mount.uid, mount.uid) == 0);
    }
    struct ::stat status = {};
    return ::lstat(mount.path.c_str(), &status) != 0 &&
           (errno == ENOTCONN || errno == ECONNABORTED);
}

// A child that writes whether it is dead.
::pid_t start_to_ask(const MountEntry& mount, int answers) noexcept {
    const base::Uncancelled here;
    const ::pid_t child = fork_sharing_descriptors();
    if (child == 0) {
        const bool dead = is_dead_now(mount);
        ::_exit(::write(answers, &dead, sizeof dead) < 0 ? 1 : 0);
    }
    return child;
}

// Whether nobody serves `mount` any more. A child asks, since only that can be given up: a call to
// a manager that is stopped ends with its caller.
bool is_dead(const MountEntry& mount) {
    constexpr int patience_ms = 1000;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::system_error{base::last_error(), mount.path};
    }
    const base::Descriptor reads{ends[0]};
    const base::Descriptor writes{ends[1]};
    const ::pid_t child = start_to_ask(mount, writes.number());
    if (child < 0) {
        throw std::system_error{base::last_error(), mount.path};
    }
    ::pollfd answered = {.fd = reads.number(), .events = POLLIN, .revents = 0};
    while (::poll(&answered, 1, patience_ms) < 0 && errno == EINTR) {
    }
    bool dead = false;
    if (answered.revents == 0 || ::read(reads.number(), &dead, sizeof dead) < 0) {
        ::kill(child, SIGKILL);
    }
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    return dead;
}

}  // namespace

Placeholder::Placeholder(const std::string& path, Kind kind) : path_{resolved(path)}, kind_{kind} {
    begin_exclusively();
    try {
        clear_mounts();
        note_identity(check_or_make());
    } catch (...) {
        end_exclusively();
        throw;
    }
}

Placeholder::~Placeholder() {
    if (made_) {
        remove();
    }
    end_exclusively();
}

// Under the lock: somebody who prepares the same path must not find it and lose it again.
void Placeholder::remove() noexcept {
    try {
        if (!lock_) {
            begin_exclusively();
        }
    } catch (const std::bad_alloc&) {
        // Without the lock, then.
    }
    if (is_what_was_made()) {
        take_away();
    }
}

void Placeholder::take_away() noexcept {
    if (kind_ == Kind::file) {
        ::unlink(path_.c_str());
    } else {
        ::rmdir(path_.c_str());
    }
}

// The lock of the parent directory keeps two managers that start at once from stacking their
// mounts. Where the parent cannot be read, or where somebody who wishes ill never lets go of the
// lock, mounting goes on without.
void Placeholder::begin_exclusively() {
    constexpr int tries_max = 100;
    constexpr int pause_ms = 10;
    const std::string parent = std::filesystem::path{path_}.parent_path().string();
    lock_.reset(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int tries = 0; lock_ && ::flock(lock_.number(), LOCK_EX | LOCK_NB) != 0; ++tries) {
        if (tries == tries_max || errno != EWOULDBLOCK) {
            lock_.reset();
        } else {
            ::poll(nullptr, 0, pause_ms);
        }
    }
}

// Closing would not do: a child forked meanwhile may have the descriptor, too.
void Placeholder::end_exclusively() noexcept {
    if (lock_) {
        ::flock(lock_.number(), LOCK_UN);
        lock_.reset();
    }
}

// Under the lock, so what make() has made a moment ago is what is there, though it cannot be looked
// at. What a dead manager has left may be something else by now.
void Placeholder::note_identity(bool just_made) {
    struct ::stat status = {};
    if (::lstat(path_.c_str(), &status) != 0) {
        const std::error_code error = base::last_error();
        if (just_made) {
            take_away();
        }
        fail_without_place(error, path_);
    }
    device_ = status.st_dev;
    inode_ = status.st_ino;
}

bool Placeholder::is_of_kind(const struct ::stat& status) const noexcept {
    return (status.st_mode & S_IFMT) == (kind_ == Kind::file ? S_IFREG : S_IFDIR);
}

bool Placeholder::has_identity_of(const struct ::stat& status) const noexcept {
    return status.st_dev == device_ && status.st_ino == inode_;
}

bool Placeholder::is_what_was_made() const noexcept {
    struct ::stat status = {};
    return ::lstat(path_.c_str(), &status) == 0 && has_identity_of(status) &&
           (kind_ == Kind::directory || status.st_size == 0);
}

base::Descriptor Placeholder::reach() const {
    base::Descriptor place{::open(path_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
    struct ::stat status = {};
    if (!place || ::fstat(place.number(), &status) != 0) {
        fail_without_place(base::last_error(), path_);
    }
    if (!is_of_kind(status) || !has_identity_of(status)) {
        fail_to_serve(Error::no_placeholder, path_, "something else has been put in its place");
    }
    return place;
}

void Placeholder::clear_mounts() {
    while (true) {
        std::vector<MountEntry> entries;
        if (const std::error_code error = read_mount_table(entries)) {
            throw std::system_error{error, "cannot read /proc/self/mountinfo"};
        }
        const MountEntry* const entry = find_mount(entries, path_);
        if (entry == nullptr) {
            return;
        }
        const bool dead = entry->type == mount_type && is_dead(*entry);
        if (!dead || MountPoint::detach(path_)) {
            fail_to_serve(Error::already_mounted, path_, "a mount of type " + entry->type);
        }
        made_ = made_ || MountPoint::covers_made_placeholder(*entry);
    }
}

bool Placeholder::check_or_make() {
    struct ::stat status = {};
    if (::lstat(path_.c_str(), &status) != 0) {
        if (errno != ENOENT) {
            fail_without_place(base::last_error(), path_);
        }
        make();
        return true;
    }
    if (!is_of_kind(status)) {
        made_ = false;
        fail_to_serve(Error::wrong_kind, path_,
                      S_ISLNK(status.st_mode) ? "it is a symbolic link"
                      : S_ISDIR(status.st_mode)
                          ? "it is a directory"
                          : "it is neither a regular file nor a directory, or not the one needed");
    }
    return false;
}

void Placeholder::make() {
    if (kind_ == Kind::directory) {
        made_ = ::mkdir(path_.c_str(), 0700) == 0;
    } else {
        const base::Descriptor file{
            ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
        made_ = static_cast<bool>(file);
    }
    if (!made_) {
        fail_without_place(base::last_error(), path_);
    }
}

}  // namespace tocsin::resource
