// A directory of files that a client can wait for, served in two ways. Private to bench/resource.
#pragma once

#include <cstdint>
#include <string>

#include <bench/resource/child.h>
#include <bench/resource/place.h>

namespace bench {

// Says on `socket` that it is there, and serves until it is killed. The files are called by their
// numbers; a number on the socket makes a byte of that file readable, of which a client in poll()
// or epoll_wait() is told, and which it reads.
struct DirectoryOrder {
    std::uint32_t files;
    int socket;
};
void serve_directory_by_tocsin(const std::string& path, const DirectoryOrder& order);
void serve_directory_by_libfuse(const std::string& path, const DirectoryOrder& order);

using ServeDirectory = void (*)(const std::string& path, const DirectoryOrder& order);

// The number of the file that `name` is of; `files` or more when there is none.
[[nodiscard]] std::uint32_t number_of_file(const std::string& name, std::uint32_t files);

// In a thread beside the one that serves.
void trigger_when_told(const DirectoryOrder& order, void (*trigger)(std::uint32_t number));

class ServedDirectory {
public:
    ServedDirectory(Cores cores, ServeDirectory serve, std::uint32_t files)
        : child_{cores,
                 [&](int socket) { serve(place_.path(), {.files = files, .socket = socket}); }} {
        require(heard<char>(child_.socket()) == 'r', "a server that serves");
    }

    [[nodiscard]] std::string path_of(std::uint32_t number) const {
        return place_.path() + "/" + std::to_string(number);
    }
    void trigger(std::uint32_t number) const { say(child_.socket(), number); }

private:
    Place place_{Place::Kind::directory};
    Child child_;
};

}  // namespace bench
