// Adding entries. Private to tocsin/resource.
#include <tocsin/resource/directory.h>

namespace tocsin::resource {

std::error_code Directory::add(std::string_view name, Resource& resource) {
    return add_entry(name, &resource);
}

std::error_code Directory::add(std::string_view name, Directory& directory) {
    return add_entry(name, &directory);
}

std::error_code Directory::add_entry(std::string_view name, Entry entry) {
    constexpr std::size_t name_length_max = 255;
    if (name.empty() || name == "." || name == ".." ||
        name.find_first_of(std::string_view{"/\0", 2}) != std::string_view::npos) {
        return std::make_error_code(std::errc::invalid_argument);
    }
    if (name.size() > name_length_max) {
        return std::make_error_code(std::errc::filename_too_long);
    }
    const std::lock_guard lock{mutex_};
    return entries_.emplace(name, entry).second ? std::error_code{}
                                                : std::make_error_code(std::errc::file_exists);
}

}  // namespace tocsin::resource
