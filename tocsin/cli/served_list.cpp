// Finding servers and asking them. Private to tocsin/cli.
#include <tocsin/cli/served_list.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <mutex>
#include <poll.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>

#include <fmt/format.h>

#include <tocsin/base/errors.h>
#include <tocsin/cli/failure.h>
#include <tocsin/cli/socket_path.h>
#include <tocsin/cli/socket_server.h>
#include <tocsin/resource/served.h>

namespace tocsin::cli {

namespace {

constexpr std::chrono::seconds patience{1};

// Set by the thread that asks, which may never return: a call to a stopped server ends with this
// process only.
struct Question {
    std::mutex mutex;
    std::condition_variable answered;
    bool done = false;
    std::error_code error;
    std::string json;
};

void ask(const std::string& path, const std::shared_ptr<Question>& question) {
    std::string json;
    const std::error_code error = resource::read_status(path, json);
    const std::lock_guard lock{question->mutex};
    question->error = error;
    question->json = std::move(json);
    question->done = true;
    question->answered.notify_one();
}

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

Served ask_mount(const std::string& path) {
    Served served{.path = path};
    const auto question = std::make_shared<Question>();
    std::thread{ask, path, question}.detach();
    std::unique_lock lock{question->mutex};
    if (!question->answered.wait_for(lock, patience, [&] { return question->done; })) {
        served.state = State::silent;
        served.reason = "no answer within a second";
    } else if (question->error) {
        take_error(served, question->error);
    } else {
        take_answer(served, question->json);
    }
    return served;
}

// Reads until the server closes, or its patience is over.
bool receive_all(int descriptor, std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::array<char, 4096> space;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        ::pollfd ready{.fd = descriptor, .events = POLLIN, .revents = 0};
        if (::poll(&ready, 1, static_cast<int>(std::max<long>(0, left.count()))) <= 0) {
            return false;
        }
        const ssize_t size = ::recv(descriptor, space.data(), space.size(), MSG_DONTWAIT);
        if (size <= 0) {
            return size == 0;
        }
        text.append(space.data(), static_cast<std::size_t>(size));
    }
}

Served ask_socket(const std::string& path) {
    Served served{.path = path, .is_socket = true};
    const base::Descriptor socket = connect_to(path + status_suffix);
    std::string text;
    if (!socket) {
        take_error(served, base::last_error());
    } else if (!receive_all(socket.number(), text)) {
        served.state = State::silent;
        served.reason = "no answer within a second";
    } else {
        take_answer(served, text);
    }
    return served;
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
    std::vector<Served> all;
    for (const std::string& path : paths) {
        all.push_back(ask_mount(path));
    }
    for (const std::string& path : find_sockets()) {
        Served served = ask_socket(path);
        if (served.state != State::dead) {
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
    return found && S_ISSOCK(status.st_mode) ? ask_socket(path) : ask_mount(path);
}

}  // namespace tocsin::cli
