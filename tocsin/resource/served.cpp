// Asking from outside. Private to tocsin/resource.
#include <tocsin/resource/served.h>

#include <algorithm>
#include <sys/xattr.h>

#include <tocsin/base/errors.h>
#include <tocsin/resource/mount_table.h>
#include <tocsin/resource/status.h>

namespace tocsin::resource {

std::error_code list_served_paths(std::vector<std::string>& paths) {
    std::vector<MountEntry> entries;
    if (const std::error_code error = read_mount_table(entries)) {
        return error;
    }
    for (const MountEntry& entry : entries) {
        const bool hidden = find_mount(entries, entry.path) != &entry;
        if (entry.type == mount_type && !hidden) {
            paths.push_back(entry.path);
        }
    }
    return {};
}

std::error_code read_status(const std::string& path, std::string& json) {
    std::string buffer(Status::size_max, '\0');
    const ssize_t size = ::getxattr(path.c_str(), status_attribute, buffer.data(), buffer.size());
    if (size < 0) {
        return base::last_error();
    }
    buffer.resize(static_cast<std::size_t>(size));
    json = std::move(buffer);
    return {};
}

}  // namespace tocsin::resource
