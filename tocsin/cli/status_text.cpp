// Checking a status. Private to tocsin/cli.
#include <tocsin/cli/status_text.h>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace tocsin::cli {

namespace {

// A whole number that counts and times in milliseconds reach.
bool is_number(const nlohmann::json& value) {
    constexpr double number_max = 1e12;
    return value.is_number_integer() && std::abs(value.get<double>()) <= number_max;
}

// Whether what is called `key`, if it is there at all, is what it should be.
bool may_be(const nlohmann::json& object, const char* key, bool (*is)(const nlohmann::json&)) {
    const auto found = object.find(key);
    return found == object.end() || is(*found);
}

bool is_resource(const nlohmann::json& value) {
    return value.is_object() && may_be(value, "open_count", is_number);
}

bool are_resources(const nlohmann::json& value) {
    return value.is_array() && std::ranges::all_of(value, is_resource);
}

bool is_status(const nlohmann::json& value) {
    const auto is_text = [](const nlohmann::json& text) { return text.is_string(); };
    const auto is_boolean = [](const nlohmann::json& boolean) { return boolean.is_boolean(); };
    return is_resource(value) && value.contains("pid") && may_be(value, "pid", is_number) &&
           may_be(value, "uid", is_number) && may_be(value, "age_ms", is_number) &&
           may_be(value, "command", is_text) && may_be(value, "socket", is_boolean) &&
           may_be(value, "resources", are_resources);
}

}  // namespace

std::optional<nlohmann::json> parse_status(const std::string& text) {
    constexpr int depth_max = 16;
    const auto keep = [](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
        return depth <= depth_max;
    };
    nlohmann::json status = nlohmann::json::parse(text, keep, false);
    return is_status(status) ? std::optional{std::move(status)} : std::nullopt;
}

}  // namespace tocsin::cli
