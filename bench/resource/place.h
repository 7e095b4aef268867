// Where servers are mounted. Private to bench/resource.
#pragma once

#include <filesystem>
#include <fstream>
#include <sched.h>
#include <string>
#include <sys/mount.h>

#include <bench/peer.h>
#include <tocsin/resource/mount_point.h>

namespace bench {

// A file in a directory of its own. At the end what is mounted on it goes, and so do both.
class Place {
public:
    Place() {
        std::string name =
            (std::filesystem::temp_directory_path() / "tocsin-bench-XXXXXX").string();
        require(::mkdtemp(name.data()) != nullptr, "mkdtemp");
        directory_ = name;
        std::ofstream{path()};
    }
    ~Place() {
        static_cast<void>(tocsin::resource::MountPoint::detach(path()));
        std::error_code error;
        std::filesystem::remove_all(directory_, error);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    [[nodiscard]] std::string path() const { return (directory_ / "device").string(); }

private:
    std::filesystem::path directory_;
};

// Where this process may, its mounts are seen by nobody else, and go with it however it ends.
inline void keep_mounts_private() {
    if (::unshare(CLONE_NEWNS) == 0) {
        static_cast<void>(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
    }
}

}  // namespace bench
