// A directory of resources. Public.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

#include <tocsin/resource/attributes.h>

namespace tocsin::resource {

class Resource;

// Names resources and further directories. The caller owns it and what is in it; all of it outlives
// the mount. Entries may be added at any time and stay. Clients cannot make, rename or remove any.
class Directory {
public:
    explicit Directory(const Attributes& attributes = {.mode = 0700}) : attributes_{attributes} {}
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    // Adds an entry. Any thread. Fails, with nothing changed, with file_exists, filename_too_long
    // (more than 255 bytes) or invalid_argument (empty, ".", "..", or with a slash or a zero byte).
    [[nodiscard]] std::error_code add(std::string_view name, Resource& resource);
    [[nodiscard]] std::error_code add(std::string_view name, Directory& directory);

    using Entry = std::variant<Resource*, Directory*>;

private:
    friend class Tree;

    [[nodiscard]] std::error_code add_entry(std::string_view name, Entry entry);

    Attributes attributes_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace tocsin::resource
