// Calls for directories and the names in them of programs that are compiled as for QNX: below
// TOCSIN_ROOT first, and entries as QNX has them. The headers in include/ lead to them. Private to
// tocsin/qnx.
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <unistd.h>

#include <tocsin/qnx/root.h>

namespace {

using tocsin::qnx::FoundPath;
using Wanted = FoundPath::Wanted;
using Compare = int(const struct ::dirent**, const struct ::dirent**);

// Where glibc has the kind of an entry QNX's struct dirent has the length of its name, see
// include/dirent.h.
struct ::dirent* as_of_qnx(struct ::dirent* entry) noexcept {
    if (entry != nullptr) {
        entry->d_type = static_cast<unsigned char>(std::strlen(entry->d_name));
    }
    return entry;
}

}  // namespace

extern "C" {

::DIR* tocsin_opendir(const char* path) {
    return ::opendir(FoundPath{path}.get());
}

struct ::dirent* tocsin_readdir(::DIR* directory) {
    return as_of_qnx(::readdir(directory));
}

// readdir() is safe for one directory in each thread, and this asks for no more.
int tocsin_readdir_r(::DIR* directory, struct ::dirent* entry, struct ::dirent** result) {
    const int before = errno;
    errno = 0;
    const struct ::dirent* const next = as_of_qnx(::readdir(directory));
    const int error = errno;
    errno = before;
    *result = nullptr;
    if (next != nullptr) {
        std::memcpy(entry, next, offsetof(struct ::dirent, d_name) + next->d_type + 1U);
        *result = entry;
    }
    return next == nullptr ? error : 0;
}

int tocsin_scandir(const char* path, struct ::dirent*** entries,
                   int (*wanted)(const struct ::dirent*), Compare* compare) {
    const int count = ::scandir(FoundPath{path}.get(), entries, nullptr, nullptr);
    if (count < 0) {
        return count;
    }
    int kept = 0;
    for (int index = 0; index < count; ++index) {
        struct ::dirent* const entry = as_of_qnx((*entries)[index]);
        if (wanted == nullptr || wanted(entry) != 0) {
            (*entries)[kept++] = entry;
        } else {
            std::free(entry);
        }
    }
    if (compare != nullptr) {
        ::qsort_r(
            static_cast<void*>(*entries), static_cast<std::size_t>(kept), sizeof(struct ::dirent*),
            [](const void* one, const void* other, void* function) {
                const auto asked = *static_cast<Compare**>(function);
                return asked(static_cast<const struct ::dirent**>(const_cast<void*>(one)),
                             static_cast<const struct ::dirent**>(const_cast<void*>(other)));
            },
            static_cast<void*>(&compare));
    }
    return kept;
}

int tocsin_rmdir(const char* path) {
    return ::rmdir(FoundPath{path}.get());
}

int tocsin_remove(const char* path) {
    return std::remove(FoundPath{path}.get());
}

int tocsin_rename(const char* path, const char* new_path) {
    return std::rename(FoundPath{path}.get(), FoundPath{new_path, Wanted::a_new_name}.get());
}

int tocsin_link(const char* path, const char* new_path) {
    return ::link(FoundPath{path}.get(), FoundPath{new_path, Wanted::a_new_name}.get());
}

// What the link says stays as it is said.
int tocsin_symlink(const char* target, const char* path) {
    return ::symlink(target, FoundPath{path, Wanted::a_new_name}.get());
}

ssize_t tocsin_readlink(const char* path, char* target, size_t size) {
    return ::readlink(FoundPath{path}.get(), target, size);
}

int tocsin_truncate(const char* path, ::off_t size) {
    return ::truncate(FoundPath{path}.get(), size);
}

}  // extern "C"
