// Reading /proc. Private to tocsin/qnx.
#include <tocsin/qnx/credentials.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <span>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::qnx {

namespace {

class StatusPath {
public:
    explicit StatusPath(::pid_t thread) noexcept {
        std::snprintf(path_.data(), path_.size(), "/proc/%d/status", thread);
    }
    [[nodiscard]] const char* text() const noexcept { return path_.data(); }

private:
    std::array<char, 40> path_{};
};

// The first bytes of the thread's status, in which what is sought stands; nothing when it is gone.
std::string_view read_status(::pid_t thread, std::span<char> buffer) noexcept {
    const base::Descriptor file{::open(StatusPath{thread}.text(), O_RDONLY | O_CLOEXEC)};
    const ssize_t size = file ? ::read(file.number(), buffer.data(), buffer.size()) : 0;
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

// What stands behind `name` in its line.
std::string_view line_of(std::string_view status, std::string_view name) noexcept {
    const std::size_t start = status.find(name);
    if (start == std::string_view::npos) {
        return {};
    }
    status.remove_prefix(start + name.size());
    return status.substr(0, status.find('\n'));
}

// Takes the next number off the line.
bool take_number(std::string_view& line, unsigned& number) noexcept {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    return error == std::errc{};
}

constexpr std::size_t status_size = 4096;

// Tells `use` each group of the process, of which there may be 65,536, until it returns true.
template <typename Use>
void visit_groups(::pid_t process, Use use) noexcept {
    std::FILE* const file = std::fopen(StatusPath{process}.text(), "re");
    if (file == nullptr) {
        return;
    }
    constexpr std::string_view name = "Groups:";
    char* text = nullptr;
    std::size_t room = 0;
    bool done = false;
    while (!done && ::getline(&text, &room, file) > 0) {
        std::string_view line{text};
        if (line.starts_with(name)) {
            line.remove_prefix(name.size());
            unsigned group = 0;
            while (!done && take_number(line, group)) {
                done = use(group);
            }
        }
    }
    std::free(text);
    static_cast<void>(std::fclose(file));
}

bool is_among_all_groups(::pid_t process, ::gid_t wanted) noexcept {
    bool found = false;
    visit_groups(process, [&](::gid_t group) { return found = group == wanted; });
    return found;
}

}  // namespace

::pid_t process_of(::pid_t thread) noexcept {
    // Most clients have one thread, or call from their first one: that costs one short call.
    if (::syscall(SYS_tgkill, thread, thread, 0) == 0 || errno != ESRCH) {
        return thread;
    }
    std::array<char, status_size> buffer{};
    std::string_view line = line_of(read_status(thread, buffer), "\nTgid:");
    unsigned process = 0;
    return take_number(line, process) ? static_cast<::pid_t>(process) : thread;
}

void describe(const Credentials& credentials, int groups_max, ::_client_info& info) noexcept {
    info = {};
    info.pid = credentials.pid;
    info.cred.ruid = info.cred.euid = info.cred.suid = credentials.uid;
    info.cred.rgid = info.cred.egid = info.cred.sgid = credentials.gid;
    const auto room = static_cast<unsigned>(std::clamp(groups_max, 0, NGROUPS_SHOWN));
    if (room == 0) {
        return;
    }
    std::array<char, status_size> buffer{};
    std::string_view line = line_of(read_status(credentials.thread, buffer), "\nGroups:");
    unsigned group = 0;
    while (info.cred.ngroups < room && take_number(line, group)) {
        info.cred.grouplist[info.cred.ngroups++] = group;
    }
}

unsigned list_groups(::pid_t process, std::span<::gid_t> groups) noexcept {
    unsigned count = 0;
    visit_groups(process, [&](::gid_t group) {
        if (count < groups.size()) {
            groups[count] = group;
        }
        ++count;
        return false;
    });
    return count;
}

bool is_in_group(const ::_client_info& info, ::gid_t group) noexcept {
    const std::span groups{info.cred.grouplist, info.cred.ngroups};
    if (info.cred.egid == group || std::ranges::find(groups, group) != groups.end()) {
        return true;
    }
    return groups.size() == NGROUPS_SHOWN && is_among_all_groups(info.pid, group);
}

}  // namespace tocsin::qnx
