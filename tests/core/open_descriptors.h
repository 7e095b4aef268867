// What descriptors this process has, and a limit for them. For tests.
#pragma once

#include <cstddef>
#include <dirent.h>
#include <fcntl.h>
#include <set>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <vector>

#include <tocsin/base/descriptor.h>
#include <tocsin/base/errors.h>

namespace tocsin::core {

// The numbers of all open descriptors.
[[nodiscard]] inline std::set<int> open_descriptors() {
    std::set<int> numbers;
    DIR* const folder = ::opendir("/proc/self/fd");
    while (const dirent* const entry = folder == nullptr ? nullptr : ::readdir(folder)) {
        if (entry->d_name[0] != '.' && std::stoi(entry->d_name) != ::dirfd(folder)) {
            numbers.insert(std::stoi(entry->d_name));
        }
    }
    if (folder != nullptr) {
        ::closedir(folder);
    }
    return numbers;
}

// Leaves this process `left` free descriptors, until it goes.
class FewDescriptors {
public:
    explicit FewDescriptors(int left) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const std::set<int> open = open_descriptors();
        const int highest = open.empty() ? -1 : *open.rbegin();
        const auto limit = static_cast<rlim_t>(highest + 1 + left);
        const rlimit few{.rlim_cur = limit, .rlim_max = before_.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &few) != 0) {
            throw std::system_error{base::last_error(), "setrlimit"};
        }
        fill_gaps(highest);
    }
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;
    ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    // Below the highest number, so that what is left is exactly what was asked for.
    void fill_gaps(int highest) {
        while (true) {
            base::Descriptor filler{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
            if (!filler || filler.number() > highest) {
                return;
            }
            fillers_.push_back(std::move(filler));
        }
    }

    rlimit before_{};
    std::vector<base::Descriptor> fillers_;
};

}  // namespace tocsin::core
