// Fuzz target: what somebody answers who is asked for the status of a server. Private to fuzz.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <sys/types.h>

#include <nlohmann/json.hpp>

#include <tocsin/cli/status_text.h>

namespace {

using nlohmann::json;

std::size_t depth_of(const json& value) {
    std::size_t depth = 0;
    for (const json& part : value) {
        depth = std::max(depth, part.is_structured() ? depth_of(part) + 1 : 1);
    }
    return depth;
}

}  // namespace

// Refused, or a status: reading what every status holds throws nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t depth_max = 17;
    const std::string text{reinterpret_cast<const char*>(data), size};
    const std::optional<json> status = tocsin::cli::parse_status(text);
    if (!status) {
        return 0;
    }
    static_cast<void>(status->value("open_count", std::size_t{0}));
    for (const json& resource : status->value("resources", json::array())) {
        static_cast<void>(resource.value("open_count", std::size_t{0}));
    }
    static_cast<void>(status->value("age_ms", std::int64_t{0}));
    static_cast<void>(status->value("pid", 0));
    static_cast<void>(status->value("uid", ::uid_t{0}));
    static_cast<void>(status->value("socket", false));
    static_cast<void>(status->value("command", std::string{}));
    if (depth_of(*status) > depth_max) {
        std::abort();
    }
    return 0;
}
