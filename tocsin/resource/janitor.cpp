// Waiting for the end of a server. Private to tocsin/resource.
#include <tocsin/resource/janitor.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

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

// Whether the mount is still what is found at the path. As long as its root is held no other one
// gets its number.
bool is_at(int root, const char* path) noexcept {
    const int found = ::open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    const std::uint64_t number = mount_of(root);
    const bool is = number != 0 && number == mount_of(found);
    ::close(found);
    return is;
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

// Keeps two descriptors, as these.
constexpr int own_life = 0;
constexpr int own_root = 1;

void leave_the_server(int life, int root) noexcept {
    ::setsid();
    ::prctl(PR_SET_NAME, "tocsin-janitor");
    for (int signal = 1; signal < NSIG; ++signal) {
        ::signal(signal, signal == SIGCHLD ? SIG_DFL : SIG_IGN);
    }
    ::sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    // One of them may have the other's place.
    const int safe_root = ::fcntl(root, F_DUPFD, 2);
    ::dup2(life, own_life);
    ::dup2(safe_root, own_root);
    ::close_range(own_root + 1, UINT_MAX, 0);
    static_cast<void>(::chdir("/"));
}

[[noreturn]] void clean_up_after(const Janitor::Task& task, int life, int root) noexcept {
    const char* const path = task.path.c_str();
    leave_the_server(life, root);
    if (!server_has_died(own_life)) {
        ::_exit(0);
    }
    lock_out_successors(task.parent.c_str());
    if (is_at(own_root, path)) {
        detach(path);
        if (task.made) {
            static_cast<void>(task.directory ? ::rmdir(path) : ::unlink(path));
        }
    }
    ::_exit(0);
}

}  // namespace

// Forked twice, so that it is no child that the program could wait for.
Janitor::Janitor(const Task& task) noexcept {
    std::array<int, 2> ends{};
    if (!may_copy_itself || ::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return;
    }
    const base::Descriptor reading{ends[0]};
    base::Descriptor writing{ends[1]};
    const base::Descriptor root{::open(task.path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
    const ::pid_t child = ::_Fork();
    if (child == 0) {
        if (::_Fork() == 0) {
            clean_up_after(task, reading.number(), root.number());
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
        static_cast<void>(::write(life_.number(), "x", 1));
    }
}

}  // namespace tocsin::resource
