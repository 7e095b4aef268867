// Finding servers and asking them. Private to tocsin/cli.
#include <tocsin/cli/served_list.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>

#include <fmt/format.h>

#include <tocsin/base/read_file.h>
#include <tocsin/cli/failure.h>
#include <tocsin/cli/question.h>
#include <tocsin/cli/socket_server.h>
#include <tocsin/resource/served.h>

namespace tocsin::cli {

namespace {

constexpr std::chrono::seconds patience{1};

// The path in a line of /proc/net/unix, if somebody listens there:
// "Num: RefCount Protocol Flags Type St Inode Path".
std::string listening_path(const std::string& line) {
    constexpr unsigned long accepts_connections = 0x10000;
    std::istringstream fields{line};
    std::string number;
    std::string references;
    std::string protocol;
    std::string type;
    std::string state;
    std::string inode;
    unsigned long flags = 0;
    fields >> number >> references >> protocol >> std::hex >> flags >> type >> state >> inode;
    std::string path;
    std::getline(fields >> std::ws, path);
    return (flags & accepts_connections) != 0 ? path : "";
}

std::vector<std::string> find_sockets() {
    std::string text;
    static_cast<void>(base::read_file("/proc/net/unix", text));
    std::istringstream table{std::move(text)};
    std::vector<std::string> found;
    for (std::string line; std::getline(table, line);) {
        std::string path = listening_path(line);
        if (path.starts_with('/') && path.ends_with(status_suffix)) {
            path.resize(path.size() - std::string_view{status_suffix}.size());
            found.push_back(std::move(path));
        }
    }
    std::ranges::sort(found);
    found.erase(std::ranges::unique(found).begin(), found.end());
    return found;
}

}  // namespace

const char* name_of(State state) noexcept {
    switch (state) {
    case State::alive:
        return "alive";
    case State::dead:
        return "dead";
    case State::silent:
        return "silent";
    case State::foreign:
        break;
    }
    return "foreign";
}

std::vector<Served> find_served() {
    std::vector<std::string> paths;
    if (const std::error_code error = resource::list_served_paths(paths)) {
        throw std::system_error{error, "/proc/self/mountinfo cannot be read"};
    }
    std::vector<std::unique_ptr<Question>> questions;
    for (const std::string& path : paths) {
        questions.push_back(std::make_unique<Question>(path, Question::Whom::mount));
    }
    for (const std::string& path : find_sockets()) {
        questions.push_back(std::make_unique<Question>(path, Question::Whom::socket));
    }
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::vector<Served> all;
    for (const std::unique_ptr<Question>& question : questions) {
        Served served = question->answer(deadline);
        if (!served.is_socket || served.state != State::dead) {
            all.push_back(std::move(served));
        }
    }
    return all;
}

Served ask_server(const std::string& path) {
    Question question{path, Question::Whom::either};
    Served served = question.answer(std::chrono::steady_clock::now() + patience);
    if (served.error == std::errc::no_such_file_or_directory ||
        served.error == std::errc::not_a_directory) {
        throw Failure{
            Exit::refused,
            fmt::format("{}: there is no such path; tocsin ls lists what is served", path)};
    }
    return served;
}

}  // namespace tocsin::cli
