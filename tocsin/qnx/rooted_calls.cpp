// The calls by path of programs that are compiled as for QNX: glibc's, with what is below
// TOCSIN_ROOT found first. The headers in include/ lead to them. Private to tocsin/qnx.
#include <cstdarg>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tocsin/qnx/root.h>

namespace {

using tocsin::qnx::FoundPath;
using Wanted = FoundPath::Wanted;

constexpr bool takes_mode(int flags) noexcept {
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

}  // namespace

extern "C" {

int tocsin_open(const char* path, int flags, ...) {
    const bool makes = (flags & O_CREAT) != 0;
    const FoundPath found{path, makes ? Wanted::a_new_name : Wanted::what_is_there};
    if (!takes_mode(flags)) {
        return ::open(found.get(), flags);
    }
    std::va_list arguments;
    va_start(arguments, flags);
    const ::mode_t mode = va_arg(arguments, ::mode_t);
    va_end(arguments);
    return ::open(found.get(), flags, mode);
}

int tocsin_creat(const char* path, ::mode_t mode) {
    return ::creat(FoundPath{path, Wanted::a_new_name}.get(), mode);
}

int tocsin_access(const char* path, int mode) {
    return ::access(FoundPath{path}.get(), mode);
}

int tocsin_unlink(const char* path) {
    return ::unlink(FoundPath{path}.get());
}

int tocsin_stat(const char* path, struct ::stat* status) {
    return ::stat(FoundPath{path}.get(), status);
}

int tocsin_lstat(const char* path, struct ::stat* status) {
    return ::lstat(FoundPath{path}.get(), status);
}

int tocsin_stat64(const char* path, struct ::stat64* status) {
    return ::stat64(FoundPath{path}.get(), status);
}

int tocsin_lstat64(const char* path, struct ::stat64* status) {
    return ::lstat64(FoundPath{path}.get(), status);
}

int tocsin_chmod(const char* path, ::mode_t mode) {
    return ::chmod(FoundPath{path}.get(), mode);
}

int tocsin_mkdir(const char* path, ::mode_t mode) {
    return ::mkdir(FoundPath{path, Wanted::a_new_name}.get(), mode);
}

std::FILE* tocsin_fopen(const char* path, const char* mode) {
    const bool makes = *mode == 'w' || *mode == 'a';
    return std::fopen(FoundPath{path, makes ? Wanted::a_new_name : Wanted::what_is_there}.get(),
                      mode);
}

}  // extern "C"
