// Parsing /proc/self/mountinfo; see proc(5). Private to tocsin/resource.
#include <tocsin/resource/mount_table.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fcntl.h>
#include <unistd.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/base/errors.h>

namespace tocsin::resource {

namespace {

std::error_code read_all(const char* path, std::string& text) {
    const base::Descriptor file{::open(path, O_RDONLY | O_CLOEXEC)};
    if (!file) {
        return base::last_error();
    }
    std::array<char, 16384> piece{};
    ssize_t got = 0;
    while ((got = ::read(file.number(), piece.data(), piece.size())) > 0) {
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
    return got < 0 ? base::last_error() : std::error_code{};
}

std::string_view next_field(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view field = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return field;
}

bool is_octal(char digit) {
    return digit >= '0' && digit <= '7';
}

// Blanks, tabs, line ends and backslashes are written as \ooo.
std::string unescaped(std::string_view field) {
    std::string text;
    for (std::size_t place = 0; place < field.size(); ++place) {
        const std::string_view digits = field.substr(place).substr(0, 4);
        if (digits.size() == 4 && digits[0] == '\\' &&
            std::ranges::all_of(digits.substr(1), is_octal)) {
            text.push_back(static_cast<char>((digits[1] - '0') * 64 + (digits[2] - '0') * 8 +
                                             (digits[3] - '0')));
            place += 3;
        } else {
            text.push_back(field[place]);
        }
    }
    return text;
}

}  // namespace

bool parse_mount_line(std::string_view line, MountEntry& entry) {
    constexpr int fields_between = 3;
    const std::string_view digits = next_field(line);
    std::uint64_t id = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), id);
    for (int field = 0; field < fields_between; ++field) {
        next_field(line);
    }
    const std::string_view path = next_field(line);
    while (!line.empty() && next_field(line) != "-") {
    }
    const std::string_view type = next_field(line);
    if (id == 0 || path.empty() || path.front() != '/' || type.empty()) {
        return false;
    }
    entry = {.id = id,
             .path = unescaped(path),
             .type = unescaped(type),
             .source = unescaped(next_field(line))};
    return true;
}

std::error_code read_mount_table(std::vector<MountEntry>& entries) {
    std::string text;
    if (const std::error_code error = read_all("/proc/self/mountinfo", text)) {
        return error;
    }
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        MountEntry entry;
        if (parse_mount_line(rest.substr(0, end), entry)) {
            entries.push_back(std::move(entry));
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

const MountEntry* find_mount(const std::vector<MountEntry>& entries, std::string_view path) {
    const auto found = std::find_if(entries.rbegin(), entries.rend(),
                                    [path](const MountEntry& entry) { return entry.path == path; });
    return found == entries.rend() ? nullptr : &*found;
}

}  // namespace tocsin::resource
