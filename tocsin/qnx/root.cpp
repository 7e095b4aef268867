// Finding what TOCSIN_ROOT says. Private to tocsin/qnx.
#include <tocsin/qnx/root.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace tocsin::qnx {

namespace {

namespace fs = std::filesystem;

// NULL when there is none, and in a program with more rights than who has started it.
const char* root() noexcept {
    const char* const directory = ::secure_getenv("TOCSIN_ROOT");
    return directory == nullptr || *directory == '\0' ? nullptr : directory;
}

// Asks for nothing that a manager would have to be asked for: the caller may be that manager.
bool is_there(const char* path) noexcept {
    struct ::statx status = {};
    return ::statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, 0,
                   &status) == 0 ||
           errno == ENOTCONN;
}

}  // namespace

bool root_is_set() noexcept {
    return root() != nullptr;
}

// A path with ".." in it does not lead out of the root.
std::string place_to_serve(const char* path) {
    const char* const directory = root();
    if (directory == nullptr || *path != '/') {
        return fs::absolute(path).string();
    }
    const fs::path below = fs::path{path}.lexically_normal().relative_path();
    const fs::path place = fs::absolute(directory) / below;
    fs::create_directories(place.parent_path());
    return place.string();
}

// The root itself is no directory of a manager's.
bool FoundPath::has_directory_below(std::size_t prefix) noexcept {
    char* const last = std::strrchr(below_.data() + prefix, '/');
    if (last == nullptr || last == below_.data() + prefix) {
        return false;
    }
    *last = '\0';
    const bool has = is_there(below_.data());
    *last = '/';
    return has;
}

FoundPath::FoundPath(const char* path, Wanted wanted) noexcept : path_{path} {
    const char* const directory = root();
    if (directory == nullptr || path == nullptr || *path != '/') {
        return;
    }
    const std::size_t prefix = std::strlen(directory);
    const std::size_t length = std::strlen(path);
    if (prefix + length >= below_.size()) {
        return;
    }
    std::memcpy(below_.data(), directory, prefix);
    std::memcpy(below_.data() + prefix, path, length + 1);
    const int error = errno;
    if (is_there(below_.data()) || (wanted == Wanted::a_new_name && has_directory_below(prefix))) {
        path_ = below_.data();
    }
    errno = error;
}

}  // namespace tocsin::qnx
