// What is to be seen at a path, and what serving it fails with. For tests.
#pragma once

#include <algorithm>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <utility>
#include <vector>

#include <tests/resource/switchboard.h>

#include <tocsin/core/loop.h>
#include <tocsin/resource/mount.h>
#include <tocsin/resource/served.h>

namespace tocsin::resource {

[[nodiscard]] inline bool exists(const std::string& path) {
    struct ::stat status = {};
    return ::lstat(path.c_str(), &status) == 0;
}

[[nodiscard]] inline bool served(const std::string& path) {
    std::vector<std::string> paths;
    return !list_served_paths(paths) && std::ranges::find(paths, path) != paths.end();
}

// What serving `path` fails with; the code of no error when it works.
[[nodiscard]] inline std::pair<std::error_code, std::string>
failure_at(const std::string& path, Directory* directory = nullptr) {
    try {
        Switchboard board;
        core::Loop loop;
        if (directory != nullptr) {
            const Mount mount{loop, path, *directory};
        } else {
            const Mount mount{loop, path, board};
        }
        return {};
    } catch (const std::system_error& error) {
        return {error.code(), error.what()};
    }
}

}  // namespace tocsin::resource
