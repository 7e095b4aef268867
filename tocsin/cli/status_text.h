// Reads what a server says of itself. Private to tocsin/cli.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace tocsin::cli {

// The status in a text that anybody may have written; nothing when it is none. What every status
// holds is of the kind that it should be: pid, uid, age_ms and open_count (there and in resources)
// are whole numbers, command is a text, socket a boolean. Nothing is nested deeper than it is in a
// status.
[[nodiscard]] std::optional<nlohmann::json> parse_status(const std::string& text);

}  // namespace tocsin::cli
