// Finding servers and asking them. Private to tocsin/cli.
#include <tocsin/cli/served_list.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include <tocsin/base/errors.h>
#include <tocsin/cli/failure.h>
#include <tocsin/cli/socket_path.h>
#include <tocsin/cli/socket_server.h>
#include <tocsin/resource/served.h>

namespace tocsin::cli {

namespace {

constexpr std::chrono::seconds patience{1};

void take_answer(Served& served, const std::string& json) {
    served.status = nlohmann::json::parse(json, nullptr, false);
    const bool understood = served.status.is_object() && served.status.contains("pid");
    served.state = understood ? State::alive : State::foreign;
    if (!understood) {
        served.reason = "it answers something else than a status";
        served.status = nlohmann::json::object();
    }
}

// A socket of another mount namespace is not there, and so as good as dead.
void take_error(Served& served, const std::error_code& error) {
    constexpr std::errc dead[] = {std::errc::not_connected, std::errc::connection_aborted,
                                  std::errc::connection_refused, std::errc::no_such_device,
                                  std::errc::no_such_file_or_directory};
    const bool is_dead = std::ranges::any_of(dead, [&](std::errc each) { return error == each; });
    served.state = is_dead ? State::dead : State::foreign;
    served.reason = error.message();
}

void ask_mount(Served& served) {
    std::string json;
    if (const std::error_code error = resource::read_status(served.path, json)) {
        take_error(served, error);
    } else {
        take_answer(served, json);
    }
}

void ask_socket(Served& served) {
    const base::Descriptor socket = connect_to(served.path + status_suffix);
    if (!socket) {
        take_error(served, base::last_error());
        return;
    }
    std::string text;
    std::array<char, 4096> space;
    for (ssize_t size = 1; size > 0;) {
        size = ::read(socket.number(), space.data(), space.size());
        text.append(space.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    }
    take_answer(served, text);
}

// Shared with a thread that asks, and that may never return: a call to a server that is stopped
// ends with this process only.
struct Question {
    std::mutex mutex;
    std::condition_variable answered;
    bool done = false;
    Served served;
};

std::shared_ptr<Question> begin_to_ask(const std::string& path, bool is_socket) {
    const auto question = std::make_shared<Question>();
    question->served.path = path;
    question->served.is_socket = is_socket;
    std::thread{[question, served = question->served]() mutable {
        served.is_socket ? ask_socket(served) : ask_mount(served);
        const std::lock_guard lock{question->mutex};
        question->served = std::move(served);
        question->done = true;
        question->answered.notify_one();
    }}.detach();
    return question;
}

Served end_asking(Question& question, std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock{question.mutex};
    if (!question.answered.wait_until(lock, deadline, [&] { return question.done; })) {
        question.served.state = State::silent;
        question.served.reason = "no answer within a second";
    }
    return question.served;
}

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
    std::ifstream table{"/proc/net/unix"};
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
    std::vector<std::shared_ptr<Question>> questions;
    for (const std::string& path : paths) {
        questions.push_back(begin_to_ask(path, false));
    }
    for (const std::string& path : find_sockets()) {
        questions.push_back(begin_to_ask(path, true));
    }
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::vector<Served> all;
    for (const std::shared_ptr<Question>& question : questions) {
        Served served = end_asking(*question, deadline);
        if (!served.is_socket || served.state != State::dead) {
            all.push_back(std::move(served));
        }
    }
    return all;
}

Served ask_server(const std::string& path) {
    struct ::stat status{};
    const bool found = ::lstat(path.c_str(), &status) == 0;
    if (!found && (errno == ENOENT || errno == ENOTDIR)) {
        throw Failure{
            Exit::refused,
            fmt::format("{}: there is no such path; tocsin ls lists what is served", path)};
    }
    const auto question = begin_to_ask(path, found && S_ISSOCK(status.st_mode));
    return end_asking(*question, std::chrono::steady_clock::now() + patience);
}

}  // namespace tocsin::cli
