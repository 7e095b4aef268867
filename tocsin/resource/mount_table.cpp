// Parsing /proc/self/mountinfo; see proc(5). Private to tocsin/resource.
#include <tocsin/resource/mount_table.h>

#include <algorithm>
#include <charconv>
#include <new>

#include <tocsin/base/read_file.h>

namespace tocsin::resource {

namespace {

std::string_view next_field(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view field = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return field;
}

// The decimal number that `text` begins with, or 0.
template <typename Number = std::uint64_t>
Number number_in(std::string_view text) {
    Number number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// What the option `name` is given in a list like "rw,user_id=0".
std::string_view value_in(std::string_view options, std::string_view name) {
    while (!options.empty()) {
        const std::string_view option = options.substr(0, options.find(','));
        if (option.starts_with(name) && option.substr(name.size()).starts_with('=')) {
            return option.substr(name.size() + 1);
        }
        options.remove_prefix(std::min(option.size() + 1, options.size()));
    }
    return {};
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
    const std::uint64_t id = number_in(next_field(line));
    next_field(line);  // the id of its parent
    const std::string_view device = next_field(line);
    next_field(line);  // the root of the mount in its file system
    const std::string_view path = next_field(line);
    while (!line.empty() && next_field(line) != "-") {
    }
    const std::string_view type = next_field(line);
    if (id == 0 || path.empty() || path.front() != '/' || type.empty()) {
        return false;
    }
    const std::string_view source = next_field(line);
    const std::string_view options = next_field(line);
    entry = {.id = id,
             .path = unescaped(path),
             .type = unescaped(type),
             .source = unescaped(source),
             .device = number_in(device.substr(device.find(':') + 1)),
             .uid = number_in<::uid_t>(value_in(options, "user_id")),
             .gid = number_in<::gid_t>(value_in(options, "group_id"))};
    return true;
}

std::error_code read_mount_table(std::vector<MountEntry>& entries) noexcept {
    try {
        std::string text;
        const std::error_code error = base::read_file("/proc/self/mountinfo", text);
        std::string_view rest = text;
        while (!error && !rest.empty()) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            MountEntry entry;
            if (parse_mount_line(rest.substr(0, end), entry)) {
                entries.push_back(std::move(entry));
            }
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return error;
    } catch (const std::bad_alloc&) {
        return base::error_of(ENOMEM);
    }
}

const MountEntry* find_mount(const std::vector<MountEntry>& entries, std::string_view path) {
    const auto found = std::find_if(entries.rbegin(), entries.rend(),
                                    [path](const MountEntry& entry) { return entry.path == path; });
    return found == entries.rend() ? nullptr : &*found;
}

}  // namespace tocsin::resource
