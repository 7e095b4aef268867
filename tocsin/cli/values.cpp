// Reading and showing values. Private to tocsin/cli.
#include <tocsin/cli/values.h>

#include <charconv>
#include <cmath>
#include <grp.h>
#include <pwd.h>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <tocsin/cli/failure.h>

namespace tocsin::cli {

namespace {

constexpr std::uint64_t size_max = std::uint64_t{64} << 30;
constexpr double seconds_max = 1e9;

[[noreturn]] void refuse(const std::string& option, const std::string& text, const char* remedy) {
    throw Failure{Exit::usage, fmt::format("{} {}: {}", option, text, remedy)};
}

// The number that `text` begins with, and what follows it; nothing when it does not.
template <typename Number>
std::optional<std::pair<Number, std::string_view>> leading_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    return std::pair{number, text.substr(static_cast<std::size_t>(end - text.data()))};
}

template <typename Number>
std::optional<Number> whole_number(std::string_view text) {
    const auto found = leading_number<Number>(text);
    return found && found->second.empty() ? std::optional{found->first} : std::nullopt;
}

std::optional<unsigned> shift_of(std::string_view unit) {
    constexpr std::pair<std::string_view, unsigned> units[] = {
        {"", 0},    {"B", 0},    {"K", 10}, {"KB", 10}, {"KiB", 10}, {"M", 20},
        {"MB", 20}, {"MiB", 20}, {"G", 30}, {"GB", 30}, {"GiB", 30}, {"k", 10}};
    for (const auto& [name, shift] : units) {
        if (name == unit) {
            return shift;
        }
    }
    return std::nullopt;
}

double seconds_of(std::string_view unit) {
    constexpr std::pair<std::string_view, double> units[] = {
        {"", 1}, {"s", 1}, {"ms", 1e-3}, {"m", 60}, {"h", 3600}};
    for (const auto& [name, seconds] : units) {
        if (name == unit) {
            return seconds;
        }
    }
    return 0;
}

::uid_t find_user(const std::string& option, const std::string& name) {
    if (const auto number = whole_number<::uid_t>(name)) {
        return *number;
    }
    const ::passwd* const found = ::getpwnam(name.c_str());
    if (found == nullptr) {
        refuse(option, name, "there is no such user; give a name of getent passwd, or a number");
    }
    return found->pw_uid;
}

::gid_t find_group(const std::string& option, const std::string& name) {
    if (const auto number = whole_number<::gid_t>(name)) {
        return *number;
    }
    const ::group* const found = ::getgrnam(name.c_str());
    if (found == nullptr) {
        refuse(option, name, "there is no such group; give a name of getent group, or a number");
    }
    return found->gr_gid;
}

}  // namespace

std::uint64_t parse_size(const std::string& option, const std::string& text) {
    const auto number = leading_number<std::uint64_t>(text);
    const auto shift = number ? shift_of(number->second) : std::nullopt;
    if (!shift) {
        refuse(option, text, "not a size; write for example 65536, 64K or 1M");
    }
    if (number->first > size_max >> *shift) {
        refuse(option, text, "more than 64G; a ring is kept in memory, so give less");
    }
    return number->first << *shift;
}

base::Duration parse_duration(const std::string& option, const std::string& text) {
    const auto number = leading_number<double>(text);
    const double seconds = number ? number->first * seconds_of(number->second) : -1;
    const bool zero = number && number->first == 0 && seconds_of(number->second) > 0;
    if (!zero && !(seconds > 0 && seconds < seconds_max)) {
        refuse(option, text, "not a duration; write for example 500ms, 2s, 1.5m or 1h");
    }
    return base::Duration{std::llround(seconds * 1e9)};
}

::mode_t parse_mode(const std::string& option, const std::string& text) {
    ::mode_t mode = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (error != std::errc{} || end != text.data() + text.size() || mode > 0777) {
        refuse(option, text, "not permission bits; write them in octal, for example 640");
    }
    return mode;
}

Owner parse_owner(const std::string& option, const std::string& text) {
    const std::size_t colon = text.find(':');
    Owner owner{.uid = find_user(option, text.substr(0, colon)), .gid = {}};
    if (colon != std::string::npos) {
        owner.gid = find_group(option, text.substr(colon + 1));
    }
    return owner;
}

std::string name_of_user(::uid_t uid) {
    const ::passwd* const found = ::getpwuid(uid);
    return found == nullptr ? std::to_string(uid) : found->pw_name;
}

std::string show_duration(base::Duration duration) {
    const long long ms = std::max<long long>(0, duration.count() / 1'000'000);
    const long long seconds = ms / 1000;
    if (seconds < 1) {
        return fmt::format("{}ms", ms);
    }
    if (seconds < 60) {
        return fmt::format("{}s", seconds);
    }
    if (seconds < 3600) {
        return fmt::format("{}m {}s", seconds / 60, seconds % 60);
    }
    if (seconds < 24 * 3600) {
        return fmt::format("{}h {}m", seconds / 3600, seconds / 60 % 60);
    }
    return fmt::format("{}d {}h", seconds / (24 * 3600), seconds / 3600 % 24);
}

}  // namespace tocsin::cli
