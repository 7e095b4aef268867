// A directory for one test. For tests.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <stdlib.h>
#include <string>
#include <sys/mount.h>
#include <vector>

#include <tocsin/resource/served.h>

namespace tocsin::resource {

// Removed at the end, with what is in it and what managers have left mounted in it.
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
    }
    ~TemporaryDirectory() {
        std::vector<std::string> served;
        std::error_code error = list_served_paths(served);
        for (const std::string& path : served) {
            if (path.starts_with(path_.string() + "/")) {
                ::umount2(path.c_str(), MNT_DETACH);
            }
        }
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
    std::filesystem::path path_;
};

}  // namespace tocsin::resource
