// Stands in for the calls about files and their names. For tests.
#include <tests/failure/stand_in.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using tocsin::failure::Call;
using tocsin::failure::Caller;
using tocsin::failure::stand_in;

extern "C" {

int ftruncate(int file, off_t size) noexcept {
    return stand_in<Call::ftruncate, int>(Caller{}, file, size);
}

int flock(int file, int operation) noexcept {
    return stand_in<Call::flock, int>(Caller{}, file, operation);
}

int fstat(int file, struct stat* status) noexcept {
    return stand_in<Call::fstat, int>(Caller{}, file, status);
}

int stat(const char* path, struct stat* status) noexcept {
    return stand_in<Call::stat, int>(Caller{}, path, status);
}

int lstat(const char* path, struct stat* status) noexcept {
    return stand_in<Call::lstat, int>(Caller{}, path, status);
}

int statx(int folder, const char* path, int flags, unsigned mask, struct statx* status) noexcept {
    return stand_in<Call::statx, int>(Caller{}, folder, path, flags, mask, status);
}

int access(const char* path, int mode) noexcept {
    return stand_in<Call::access, int>(Caller{}, path, mode);
}

ssize_t readlink(const char* path, char* text, std::size_t size) noexcept {
    return stand_in<Call::readlink, ssize_t>(Caller{}, path, text, size);
}

int link(const char* path, const char* name) noexcept {
    return stand_in<Call::link, int>(Caller{}, path, name);
}

int mkdir(const char* path, mode_t mode) noexcept {
    return stand_in<Call::mkdir, int>(Caller{}, path, mode);
}

int unlink(const char* path) noexcept {
    return stand_in<Call::unlink, int>(Caller{}, path);
}

int chmod(const char* path, mode_t mode) noexcept {
    return stand_in<Call::chmod, int>(Caller{}, path, mode);
}

int mount(const char* source, const char* target, const char* type, unsigned long flags,
          const void* data) noexcept {
    return stand_in<Call::mount, int>(Caller{}, source, target, type, flags, data);
}
}
