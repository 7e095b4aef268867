// What stat(2) says about a resource or a directory. Public.
#pragma once

#include <chrono>
#include <cstdint>
#include <sys/types.h>
#include <unistd.h>

namespace tocsin::resource {

using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

// A plain value. The kernel checks every open(2) against mode, uid and gid.
struct Attributes {
    ::mode_t mode = 0600;  // permission bits; the kind of file is added by the library
    ::uid_t uid = ::geteuid();
    ::gid_t gid = ::getegid();

    // Only of a seekable resource; a stream is said to have the size 0.
    std::int64_t size = 0;

    // False: a stream, like a device: no offsets, lseek(2) fails, and one thread may read while
    // another writes the same descriptor. True: like a file, each request carries its offset.
    bool seekable = false;

    WallTime accessed = std::chrono::system_clock::now();
    WallTime modified = accessed;
    WallTime changed = accessed;
};

}  // namespace tocsin::resource
