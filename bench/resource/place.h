// Where servers are mounted. Private to bench.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <set>
#include <string>
#include <sys/mount.h>

#include <bench/measure/stopwatch.h>
#include <tocsin/resource/mount_point.h>

namespace bench {

// A file or a directory in a directory of its own. At the end what is mounted on it goes, and so do
// both.
class Place {
public:
    enum class Kind { file, directory };

    explicit Place(Kind kind = Kind::file) {
        std::string name =
            (std::filesystem::temp_directory_path() / "tocsin-bench-XXXXXX").string();
        require(::mkdtemp(name.data()) != nullptr, "mkdtemp");
        directory_ = name;
        all().insert(directory_);
        if (kind == Kind::directory) {
            std::filesystem::create_directory(path());
        } else {
            std::ofstream{path()};
        }
    }
    ~Place() {
        remove(directory_);
        all().erase(directory_);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    [[nodiscard]] std::string path() const { return path_in(directory_); }

private:
    static std::string path_in(const std::filesystem::path& directory) {
        return (directory / "device").string();
    }
    static void remove(const std::filesystem::path& directory) {
        static_cast<void>(tocsin::resource::MountPoint::detach(path_in(directory)));
        std::error_code error;
        std::filesystem::remove_all(directory, error);
    }

    // Those that there are, so that a wrong result, which ends the program, leaves none.
    struct Directories : std::set<std::filesystem::path> {
        ~Directories() {
            for (const std::filesystem::path& directory : *this) {
                remove(directory);
            }
        }
    };
    static Directories& all() {
        static Directories directories;
        return directories;
    }

    std::filesystem::path directory_;
};

// Where this process may, its mounts are seen by nobody else, and go with it however it ends.
inline void keep_mounts_private() {
    if (::unshare(CLONE_NEWNS) == 0) {
        static_cast<void>(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
    }
}

}  // namespace bench
