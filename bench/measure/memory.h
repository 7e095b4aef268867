// What this process holds. Private to bench.
#pragma once

#include <cstdio>
#include <filesystem>
#include <iterator>
#include <sys/resource.h>
#include <unistd.h>

#include <bench/measure/stopwatch.h>

namespace bench {

// Memory that is really there, in bytes.
[[nodiscard]] inline double resident_bytes() {
    long total = 0;
    long resident = 0;
    std::FILE* const file = std::fopen("/proc/self/statm", "re");
    require(file != nullptr && std::fscanf(file, "%ld %ld", &total, &resident) == 2,
            "/proc/self/statm");
    std::fclose(file);
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

[[nodiscard]] inline double open_descriptors() {
    const std::filesystem::directory_iterator all{"/proc/self/fd"};
    return static_cast<double>(std::distance(begin(all), end(all)));
}

inline void allow_descriptors(std::size_t count) {
    ::rlimit limit = {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    require(limit.rlim_cur >= count, "descriptors: too few are allowed, see ulimit -Hn");
}

}  // namespace bench
