// Waiting for the end of a server. Private to tocsin/resource.
#include <tocsin/resource/janitor.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <pthread.h>
#include <string_view>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tocsin/base/uncancelled.h>
#include <tocsin/resource/sharing_fork.h>

namespace tocsin::resource {

namespace {

// From here on this is a copy of one thread of a process with many: nothing may be called that
// might wait for another thread, as malloc() would.

// The thread sanitizer does not follow such copies of a process.
#ifdef __SANITIZE_THREAD__
constexpr bool may_copy_itself = false;
#else
constexpr bool may_copy_itself = true;
#endif

constexpr std::string_view label = "\nmnt_id:\t";

// The number of the mount that a descriptor with one digit is in; 0 when it cannot be told.
std::uint64_t mount_of(int descriptor) noexcept {
    std::array<char, 20> name{"/proc/self/fdinfo/"};
    name[18] = static_cast<char>('0' + descriptor);
    const int file =
        descriptor < 0 || descriptor > 9 ? -1 : ::open(name.data(), O_RDONLY | O_CLOEXEC);
    std::array<char, 256> text{};
    const ssize_t size = file < 0 ? 0 : ::read(file, text.data(), text.size());
    ::close(file);
    const std::string_view info{text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    const std::size_t start = info.find(label);
    std::uint64_t number = 0;
    for (std::size_t at = start == std::string_view::npos ? info.size() : start + label.size();
         at < info.size() && info[at] >= '0' && info[at] <= '9'; ++at) {
        number = number * 10 + static_cast<std::uint64_t>(info[at] - '0');
    }
    return number;
}

// What no other mount is ever known by; 0 where the kernel does not know that yet.
std::uint64_t lasting_number_of(int descriptor) noexcept {
    constexpr unsigned unique = 0x4000;  // STATX_MNT_ID_UNIQUE, of Linux 6.8
    struct ::statx status = {};
    const bool known =
        ::statx(descriptor, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, unique, &status) == 0 &&
        (status.stx_mask & unique) != 0;
    return known ? status.stx_mnt_id : 0;
}

// A mount that may go, or be covered by another. Without a lasting number its root is held, as no
// other mount gets its number then, and nobody can unmount it without force.
struct Mount {
    std::uint64_t lasting = 0;
    int root = -1;
};

bool is_at(const Mount& mount, const char* path) noexcept {
    const int found = ::open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    const std::uint64_t number = mount.lasting != 0 ? mount.lasting : mount_of(mount.root);
    const bool is =
        number != 0 && number == (mount.lasting != 0 ? lasting_number_of(found) : mount_of(found));
    ::close(found);
    return is;
}

// What is the server's and empty.
void remove_placeholder(const Janitor::Task& task) noexcept {
    const char* const path = task.path.c_str();
    struct ::stat status = {};
    if (::lstat(path, &status) != 0 || status.st_dev != task.device ||
        status.st_ino != task.inode) {
        return;
    }
    if (task.directory) {
        ::rmdir(path);
    } else if (S_ISREG(status.st_mode) && status.st_size == 0) {
        ::unlink(path);
    }
}

void detach(const char* path) noexcept {
    if (::umount2(path, MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW) == 0 || errno != EPERM) {
        return;
    }
    const ::pid_t child = ::_Fork();
    if (child == 0) {
        ::execlp("fusermount3", "fusermount3", "-u", "-z", "-q", path, nullptr);
        ::_exit(1);
    }
    while (child > 0 && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

// Who prepares the same path holds this lock meanwhile, see Placeholder; nobody does for long.
void lock_out_successors(const char* parent) noexcept {
    constexpr int tries_max = 100;
    constexpr ::timespec pause = {.tv_sec = 0, .tv_nsec = 10'000'000};
    const int directory = ::open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int tries = 0; directory >= 0 && tries < tries_max; ++tries) {
        if (::flock(directory, LOCK_EX | LOCK_NB) == 0) {
            return;
        }
        ::nanosleep(&pause, nullptr);
    }
}

// The server says goodbye by a byte, and dies without one.
bool server_has_died(int life) noexcept {
    char byte = 0;
    ssize_t size = 0;
    while ((size = ::read(life, &byte, 1)) < 0 && errno == EINTR) {
    }
    return size == 0;
}

// Keeps one descriptor or two, as these.
constexpr int own_life = 0;
constexpr int own_root = 1;

void leave_the_server(int life, Mount& mount) noexcept {
    ::setsid();
    ::prctl(PR_SET_NAME, "tocsin-janitor");
    for (int signal = 1; signal < NSIG; ++signal) {
        ::signal(signal, signal == SIGCHLD ? SIG_DFL : SIG_IGN);
    }
    ::sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    // One of them may have the other's place.
    const bool holds_root = mount.lasting == 0;
    const int safe_root = holds_root ? ::fcntl(mount.root, F_DUPFD_CLOEXEC, 2) : -1;
    ::dup2(life, own_life);
    if (holds_root) {
        ::dup2(safe_root, own_root);
        mount.root = own_root;
    }
    ::close_range(holds_root ? own_root + 1 : own_root, UINT_MAX, 0);
    static_cast<void>(::chdir("/"));
}

[[noreturn]] void clean_up_after(const Janitor::Task& task, int life, Mount mount) noexcept {
    const char* const path = task.path.c_str();
    leave_the_server(life, mount);
    if (!server_has_died(own_life)) {
        ::_exit(0);
    }
    lock_out_successors(task.parent.c_str());
    if (is_at(mount, path)) {
        detach(path);
        if (task.made) {
            remove_placeholder(task);
        }
    }
    ::_exit(0);
}

}  // namespace

// Forked twice, so that it is no child that the program could wait for; without signals, whose
// handlers are the program's. A socket, as a pipe whose other end was killed would end the server.
Janitor::Janitor(const Task& task) noexcept {
    const base::Uncancelled here;
    start(task);
}

void Janitor::start(const Task& task) noexcept {
    const base::Descriptor root{::open(task.path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
    std::array<int, 2> ends{};
    if (!may_copy_itself || !root ||
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return;
    }
    const base::Descriptor reading{ends[0]};
    base::Descriptor writing{ends[1]};
    const Mount mount{.lasting = lasting_number_of(root.number()), .root = root.number()};
    const ::pid_t child = fork_sharing_descriptors();
    if (child == 0) {
        if (::_Fork() == 0) {
            clean_up_after(task, reading.number(), mount);
        }
        ::_exit(0);
    }
    while (child > 0 && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (child > 0) {
        life_ = std::move(writing);
    }
}

// A forked child of the server has the descriptor, too, and would keep the janitor waiting: what it
// closes says nothing, and what the server says is said by the byte.
Janitor::~Janitor() {
    if (life_) {
        const base::Uncancelled here;
        static_cast<void>(::send(life_.number(), "x", 1, MSG_NOSIGNAL));
    }
}

}  // namespace tocsin::resource
