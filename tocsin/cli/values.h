// Values as people write them: sizes, durations, modes, owners. Private to tocsin/cli.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

#include <tocsin/base/clock.h>

namespace tocsin::cli {

// A number of bytes, with K, M or G for powers of 1024: "64K". Throws Failure{Exit::usage}, as all
// of these do; `option` is what the message names.
[[nodiscard]] std::uint64_t parse_size(const std::string& option, const std::string& text);

// A number with a unit: "500ms", "2s", "1.5m", "1h"; without one it is seconds.
[[nodiscard]] base::Duration parse_duration(const std::string& option, const std::string& text);

// Permission bits in octal: "640".
[[nodiscard]] ::mode_t parse_mode(const std::string& option, const std::string& text);

struct Owner {
    ::uid_t uid = 0;
    std::optional<::gid_t> gid;
};

// "user" or "user:group", by name or number.
[[nodiscard]] Owner parse_owner(const std::string& option, const std::string& text);

// The name of a user, or the number when it has none.
[[nodiscard]] std::string name_of_user(::uid_t uid);

// `duration` in the largest unit that makes sense: "350ms", "12s", "3m 20s", "2h 5m", "4d 1h".
[[nodiscard]] std::string show_duration(base::Duration duration);

}  // namespace tocsin::cli
