// A process that takes a mount away when its server has died. Private to tocsin/resource.
#pragma once

#include <string>
#include <sys/types.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {

// Without it a server that is killed leaves a path that fails with ENOTCONN until somebody unmounts
// it, or serves it anew. The process has a name of its own, no descriptors but those that it needs,
// and no part in the signals of the server's terminal; it is nobody's child. It does not keep the
// path from being unmounted, but with kernels before 6.8.
class Janitor {
public:
    struct Task {
        std::string path;
        std::string parent;  // whose lock others take who prepare the path
        bool made = false;   // the placeholder goes, too, if that is what lies there:
        bool directory = false;
        ::dev_t device = 0;
        ::ino_t inode = 0;
    };

    // Starts it. Without descriptors or processes to spare there is none, and the mount stays.
    explicit Janitor(const Task& task) noexcept;

    // The server has unmounted by itself: it goes and touches nothing.
    ~Janitor();
    Janitor(const Janitor&) = delete;
    Janitor& operator=(const Janitor&) = delete;

private:
    void start(const Task& task) noexcept;

    base::Descriptor life_;  // its end tells of the server's
};

}  // namespace tocsin::resource
