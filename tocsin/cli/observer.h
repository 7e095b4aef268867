// Opens a path only to wait or to ask. Private to tocsin/cli.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <tocsin/base/descriptor.h>
#include <tocsin/cli/records.h>

namespace tocsin::cli {

// A path that is open without blocking. On one that `tocsin serve` serves it is an observer: no
// reader, so that nothing is kept for it and nobody waits for it.
class Observer {
public:
    // Throws Failure{Exit::refused} that names the path, the reason and the remedy.
    explicit Observer(const std::string& path);

    [[nodiscard]] int descriptor() const noexcept { return file_.number(); }

    // Whether the path is served by `tocsin serve`.
    [[nodiscard]] bool has_records() const noexcept { return has_records_; }

    // What has happened until now is seen: conditions that are about it are over.
    void mark_seen() const noexcept;

    // How many records all readers have lost so far; 0 on other paths.
    [[nodiscard]] std::uint64_t records_lost() const noexcept;

    // The state of the ring and its readers, an object; nothing on other paths.
    [[nodiscard]] std::optional<nlohmann::json> status() const;

private:
    base::Descriptor file_;
    bool has_records_ = false;
};

}  // namespace tocsin::cli
