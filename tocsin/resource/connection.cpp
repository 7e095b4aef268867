// Writing to fusectl; see the kernel's filesystems/fuse.rst. Private to tocsin/resource.
#include <tocsin/resource/connection.h>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/base/errors.h>
#include <tocsin/resource/mount_table.h>

namespace tocsin::resource {

std::error_code cut_connection(const std::string& path) noexcept {
    try {
        std::vector<MountEntry> entries;
        if (const std::error_code error = read_mount_table(entries)) {
            return error;
        }
        const MountEntry* const entry = find_mount(entries, path);
        if (entry == nullptr || entry->type != mount_type) {
            return base::error_of(ENOENT);
        }
        const std::string name =
            "/sys/fs/fuse/connections/" + std::to_string(entry->device) + "/abort";
        const base::Descriptor abort{::open(name.c_str(), O_WRONLY | O_CLOEXEC)};
        const bool cut = abort && ::write(abort.number(), "1", 1) == 1;
        return cut ? std::error_code{} : base::last_error();
    } catch (const std::bad_alloc&) {
        return base::error_of(ENOMEM);
    }
}

}  // namespace tocsin::resource
