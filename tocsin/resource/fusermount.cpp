// Starting fusermount3 and taking over the device that it opens. Private to tocsin/resource.
#include <tocsin/resource/fusermount.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <spawn.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <tocsin/base/errors.h>
#include <tocsin/resource/mount_table.h>

namespace tocsin::resource {

namespace {

// The number under which fusermount3 finds its end of the socket.
constexpr int socket_number = 3;

struct Ends {
    base::Descriptor ours;
    base::Descriptor theirs;
};

bool open_socket(Ends& ends) noexcept {
    std::array<int, 2> numbers{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, numbers.data()) != 0) {
        return false;
    }
    ends.ours.reset(numbers[0]);
    ends.theirs.reset(numbers[1]);
    return true;
}

bool open_pipe(Ends& ends) noexcept {
    std::array<int, 2> numbers{};
    if (::pipe2(numbers.data(), O_CLOEXEC) != 0) {
        return false;
    }
    ends.ours.reset(numbers[0]);
    ends.theirs.reset(numbers[1]);
    return true;
}

std::vector<char*> environment_with(std::string& variable) {
    std::vector<char*> pointers;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (std::strncmp(*entry, "_FUSE_COMMFD=", 13) != 0) {
            pointers.push_back(*entry);
        }
    }
    pointers.push_back(variable.data());
    pointers.push_back(nullptr);
    return pointers;
}

// The process id, or the error negated. A descriptor of -1 is not passed on.
int start(std::vector<std::string> words, int socket, int complaints) {
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    std::string variable = "_FUSE_COMMFD=" + std::to_string(socket_number);
    std::vector<char*> environment = environment_with(variable);

    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    int error = 0;
    if (complaints >= 0) {
        error = ::posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
    }
    if (error == 0 && socket >= 0) {
        error = ::posix_spawn_file_actions_adddup2(&actions, socket, socket_number);
    }
    ::pid_t child = 0;
    if (error == 0) {
        error = ::posix_spawnp(&child, "fusermount3", &actions, nullptr, arguments.data(),
                               environment.data());
    }
    ::posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? child : -error;
}

constexpr int status_unknown = -1;

// Its status; unknown when somebody else has taken it, or SIGCHLD is ignored. It has ended anyway.
int wait_for(::pid_t child) noexcept {
    int status = status_unknown;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

// The id of what is mounted last at `path`, or 0.
std::uint64_t mount_id_at(const std::string& path) {
    std::vector<MountEntry> entries;
    const std::error_code error = read_mount_table(entries);
    const MountEntry* const entry = find_mount(entries, path);
    return error || entry == nullptr ? 0 : entry->id;
}

// Whether a message came. There is no room for its descriptor when `device` is none then.
bool receive_descriptor(int socket, base::Descriptor& device) noexcept {
    char byte = 0;
    ::iovec piece = {.iov_base = &byte, .iov_len = 1};
    alignas(::cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    ::msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t got = 0;
    while ((got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    const ::cmsghdr* const header = got > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
    if (header == nullptr || header->cmsg_type != SCM_RIGHTS ||
        header->cmsg_len != CMSG_LEN(sizeof(int))) {
        return got > 0;
    }
    int number = -1;
    std::memcpy(&number, CMSG_DATA(header), sizeof number);
    device.reset(number);
    return true;
}

// The first line; what follows is usage. Without memory it says nothing, rather than that the
// mount, which may be there by now, is forgotten.
std::string read_complaint(int pipe) noexcept {
    try {
        std::string text;
        std::array<char, 1024> piece{};
        ssize_t got = 0;
        while ((got = ::read(pipe, piece.data(), piece.size())) > 0 ||
               (got < 0 && errno == EINTR)) {
            text.append(piece.data(), static_cast<std::size_t>(std::max(got, ssize_t{0})));
        }
        return text.substr(0, text.find('\n'));
    } catch (const std::bad_alloc&) {
        return {};
    }
}

}  // namespace

std::error_code mount_with_fusermount(const std::string& path, const std::string& options,
                                      base::Descriptor& device, std::string& complaint) {
    Ends socket;
    Ends complaints;
    if (!open_socket(socket) || !open_pipe(complaints)) {
        return base::last_error();
    }
    const int child = start({"fusermount3", "-o", options, "--", path}, socket.theirs.number(),
                            complaints.theirs.number());
    socket.theirs.reset();
    complaints.theirs.reset();
    if (child < 0) {
        complaint = "fusermount3: " + base::error_of(-child).message();
        return base::error_of(-child);
    }
    const bool mounted = receive_descriptor(socket.ours.number(), device);
    complaint = read_complaint(complaints.ours.number());
    wait_for(child);
    if (device) {
        ::fcntl(device.number(), F_SETFL, ::fcntl(device.number(), F_GETFL) | O_NONBLOCK);
        return {};
    }
    if (mounted) {
        static_cast<void>(unmount_with_fusermount(path));
    }
    return base::error_of(mounted ? EMFILE : EPERM);
}

std::error_code unmount_with_fusermount(const std::string& path) noexcept {
    try {
        const std::uint64_t before = mount_id_at(path);
        const int child = start({"fusermount3", "-u", "-z", "-q", "--", path}, -1, -1);
        if (child < 0) {
            return base::error_of(-child);
        }
        const int status = wait_for(child);
        const bool gone = status == status_unknown ? mount_id_at(path) != before : status == 0;
        return gone ? std::error_code{} : base::error_of(EPERM);
    } catch (const std::bad_alloc&) {
        return base::error_of(ENOMEM);
    }
}

}  // namespace tocsin::resource
