// Asks the machine what is served, and servers for their status. Private to tocsin/cli.
#pragma once

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

namespace tocsin::cli {

// What became of a question to a server.
enum class State : std::uint8_t {
    alive,    // it has answered
    dead,     // nobody serves the path any more
    silent,   // it does not answer: stopped, or stuck
    foreign,  // it may not be asked by this user, or is no server of records
};

[[nodiscard]] const char* name_of(State state) noexcept;

struct Served {
    std::string path;
    bool is_socket = false;
    State state = State::dead;
    std::error_code error = {};                        // what asking failed with, if anything
    std::string reason = {};                           // unless alive, in the words of the system
    nlohmann::json status = nlohmann::json::object();  // empty unless alive
};

// All paths and sockets that are served on this machine, as far as this mount and network namespace
// shows them. Asks all servers at once, and waits for a second at most. Throws std::system_error
// when the kernel's lists cannot be read.
[[nodiscard]] std::vector<Served> find_served();

// Asks the server of one path. Throws Failure{Exit::refused} when there is no such path.
[[nodiscard]] Served ask_server(const std::string& path);

}  // namespace tocsin::cli
