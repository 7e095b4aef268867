// A directory for one test. For tests.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <stdlib.h>
#include <string>
#include <thread>
#include <vector>

#include <tests/core/patience.h>

#include <tocsin/resource/mount_point.h>
#include <tocsin/resource/served.h>

namespace tocsin::resource {

// Removed at the end, with what is in it and what managers have left mounted in it. A test that
// hangs would be unkillable while a thread of it is blocked in a path of its own: after a while
// whatever is mounted here is unmounted by force, which ends all calls with an error.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name =
            (std::filesystem::temp_directory_path() / "tocsin-resource-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error{"mkdtemp"};
        }
        std::filesystem::permissions(name, std::filesystem::perms{0755});
        path_ = name;
        watchdog_ = std::thread{[this] {
            if (!over_.pass(2 * core::patience)) {
                unmount_all();
            }
        }};
        // A test that forks while the thread is being made could leave its child without memory:
        // the address sanitizer's may be locked then.
        over_.be_awaited();
    }
    ~TemporaryDirectory() {
        over_.open();
        watchdog_.join();
        unmount_all();
        std::error_code error;
        std::filesystem::remove_all(path_, error);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] std::string operator/(const std::string& name) const {
        return (path_ / name).string();
    }
    [[nodiscard]] bool empty() const { return std::filesystem::is_empty(path_); }
    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    void unmount_all() const {
        std::vector<std::string> served;
        static_cast<void>(list_served_paths(served));
        for (const std::string& path : served) {
            if (path.starts_with(path_.string() + "/")) {
                static_cast<void>(MountPoint::detach(path));
            }
        }
    }

    std::filesystem::path path_;
    core::Gate over_;
    std::thread watchdog_;
};

}  // namespace tocsin::resource
