// Mounting and unmounting. Private to tocsin/resource.
#include <tocsin/resource/mount_point.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tocsin/base/errors.h>
#include <tocsin/resource/connection.h>
#include <tocsin/resource/fusermount.h>
#include <tocsin/resource/mount_failure.h>
#include <tocsin/resource/mount_table.h>

namespace tocsin::resource {

namespace {

constexpr std::string_view source_found = "tocsin";
constexpr std::string_view source_made = "tocsin:made";

std::string source_of(const Placeholder& placeholder) {
    return std::string{placeholder.made() ? source_made : source_found};
}

std::string checks_option(MountPoint::Checks checks) {
    return checks == MountPoint::Checks::by_kernel ? ",default_permissions" : "";
}

std::string kernel_options(int device, ::mode_t kind) {
    return "fd=" + std::to_string(device) + ",rootmode=" + (kind == S_IFDIR ? "40000" : "100000") +
           ",user_id=" + std::to_string(::getuid()) + ",group_id=" + std::to_string(::getgid()) +
           ",allow_other";
}

}  // namespace

MountPoint::MountPoint(const Placeholder& placeholder, Checks checks) : path_{placeholder.path()} {
    if (::geteuid() == 0) {
        mount_as_root(placeholder, checks);
    }
    if (!device_) {
        mount_through_program(placeholder, checks);
    }
    note_id();
}

// Leaves no device when the kernel wants another privilege than being root.
void MountPoint::mount_as_root(const Placeholder& placeholder, Checks checks) {
    device_.reset(::open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK));
    if (!device_) {
        const std::error_code error = base::last_error();
        fail_if_short(error, path_);
        fail_to_serve(Error::no_fuse, path_, "/dev/fuse: " + error.message());
    }
    const ::mode_t kind = placeholder.kind() == Placeholder::Kind::directory ? S_IFDIR : S_IFREG;
    const std::string options = kernel_options(device_.number(), kind) + checks_option(checks);
    // Not by its path, at whose end there may be a link by now.
    const base::Descriptor place = placeholder.reach();
    const std::string target = "/proc/self/fd/" + std::to_string(place.number());
    if (::mount(source_of(placeholder).c_str(), target.c_str(), std::string{mount_type}.c_str(),
                MS_NOSUID | MS_NODEV, options.c_str()) == 0) {
        return;
    }
    const std::error_code error = base::last_error();
    device_.reset();
    fail_if_short(error, path_);
    if (error == std::errc::no_such_device) {
        fail_to_serve(Error::no_fuse, path_, "mount: " + error.message());
    }
    if (error != std::errc::operation_not_permitted) {
        fail_to_serve(Error::mount_refused, path_, "mount: " + error.message());
    }
}

void MountPoint::mount_through_program(const Placeholder& placeholder, Checks checks) {
    if (::access("/dev/fuse", F_OK) != 0) {
        fail_to_serve(Error::no_fuse, path_, "/dev/fuse: " + base::last_error().message());
    }
    // fusermount3 lets nobody cover what he may not write, and says so in words only.
    if (::access(path_.c_str(), W_OK) != 0) {
        fail_to_serve(Error::no_placeholder, path_, base::last_error().message());
    }
    const std::string options =
        "fsname=" + source_of(placeholder) + ",subtype=tocsin,nosuid,nodev" + checks_option(checks);
    std::string complaint;
    // Other users are admitted only where /etc/fuse.conf says so.
    std::error_code error =
        mount_with_fusermount(path_, options + ",allow_other", device_, complaint);
    if (error == std::errc::operation_not_permitted) {
        error = mount_with_fusermount(path_, options, device_, complaint);
    }
    if (error) {
        fail_if_short(error, path_);
        fail_to_serve(Error::mount_refused, path_, complaint);
    }
}

void MountPoint::note_id() {
    std::vector<MountEntry> entries;
    const std::error_code error = read_mount_table(entries);
    const MountEntry* const entry = find_mount(entries, path_);
    if (error || entry == nullptr || entry->type != mount_type) {
        device_.reset();
        static_cast<void>(detach(path_));
        fail_if_short(error, path_);
        fail_to_serve(Error::mount_refused, path_,
                      "the mount does not appear in the kernel's list");
    }
    id_ = entry->id;
}

void MountPoint::unmount() noexcept {
    device_.reset();
    if (id_ != 0 && is_on_top()) {
        static_cast<void>(detach(path_));
    }
    id_ = 0;
}

bool MountPoint::is_on_top() const noexcept {
    try {
        std::vector<MountEntry> entries;
        const std::error_code error = read_mount_table(entries);
        const MountEntry* const entry = find_mount(entries, path_);
        return error || (entry != nullptr && entry->id == id_);
    } catch (const std::bad_alloc&) {
        return true;  // most likely
    }
}

std::error_code MountPoint::detach(const std::string& path) noexcept {
    // By force: the connection is cut even if a forked child still holds the device.
    if (::umount2(path.c_str(), MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
        return {};
    }
    if (errno != EPERM) {
        return base::last_error();
    }
    // Where fusectl is not mounted, such a child keeps the connection until it ends.
    static_cast<void>(cut_connection(path));
    return unmount_with_fusermount(path);
}

bool MountPoint::covers_made_placeholder(const MountEntry& entry) noexcept {
    return entry.source == source_made;
}

}  // namespace tocsin::resource
