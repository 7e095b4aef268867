// Asking a server from a process of its own. Private to tocsin/cli.
#include <tocsin/cli/question.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <tocsin/base/errors.h>
#include <tocsin/cli/socket_path.h>
#include <tocsin/cli/socket_server.h>
#include <tocsin/resource/served.h>

namespace tocsin::cli {

namespace {

// What one read gives; nothing at the end, and on an error.
std::string read_some(int descriptor) {
    std::array<char, 4096> space;
    const ssize_t size = ::read(descriptor, space.data(), space.size());
    return {space.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

std::string read_all(int descriptor) {
    std::string all;
    for (std::string some = read_some(descriptor); !some.empty(); some = read_some(descriptor)) {
        all += some;
    }
    return all;
}

void write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::write(descriptor, text.data(), text.size());
        if (size <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(size));
    }
}

// What a server answered, or why it did not, as one process tells another: a number of errno (0
// when all is well), a line end, and the text.
std::string ask_mount(const std::string& path) {
    std::string json;
    const std::error_code error = resource::read_status(path, json);
    return fmt::format("{}\n{}", error.value(), json);
}

std::string ask_socket(const std::string& path, int error_when_missing) {
    const base::Descriptor socket = connect_to(path + status_suffix);
    if (!socket) {
        return fmt::format("{}\n", errno == ENOENT ? error_when_missing : errno);
    }
    return "0\n" + read_all(socket.number());
}

std::string ask_either(const std::string& path) {
    struct ::stat status{};
    if (::lstat(path.c_str(), &status) != 0) {
        return fmt::format("{}\n", errno);
    }
    return S_ISSOCK(status.st_mode) ? ask_socket(path, ENODATA) : ask_mount(path);
}

std::string ask(const std::string& path, Question::Whom whom) {
    switch (whom) {
    case Question::Whom::mount:
        return ask_mount(path);
    case Question::Whom::socket:
        return ask_socket(path, ENOENT);
    case Question::Whom::either:
        break;
    }
    return ask_either(path);
}

}  // namespace

Question::Question(const std::string& path, Whom whom) {
    served_.path = path;
    served_.is_socket = whom == Whom::socket;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::system_error{base::last_error(), path};
    }
    answer_.reset(ends[0]);
    const base::Descriptor writes{ends[1]};
    child_ = ::fork();
    if (child_ < 0) {
        throw std::system_error{base::last_error(), path};
    }
    if (child_ == 0) {
        write_all(ends[1], ask(path, whom));
        ::_exit(0);
    }
}

Question::~Question() {
    if (child_ > 0) {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
}

Served Question::answer(std::chrono::steady_clock::time_point deadline) {
    std::string text;
    if (!read_until(deadline, text)) {
        served_.state = State::silent;
        served_.reason = "no answer within a second";
        return served_;
    }
    const std::size_t line = text.find('\n');
    const int error = std::atoi(text.c_str());
    if (line == std::string::npos || error != 0) {
        take_error(base::error_of(line == std::string::npos ? EIO : error));
    } else {
        take_status(text.substr(line + 1));
    }
    return served_;
}

bool Question::read_until(std::chrono::steady_clock::time_point deadline, std::string& text) const {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        ::pollfd ready{.fd = answer_.number(), .events = POLLIN, .revents = 0};
        if (::poll(&ready, 1, static_cast<int>(std::max<long>(0, left.count()))) <= 0) {
            return false;
        }
        const std::size_t before = text.size();
        text += read_some(answer_.number());
        if (text.size() == before) {
            return true;
        }
    }
}

void Question::take_status(const std::string& json) {
    nlohmann::json status = nlohmann::json::parse(json, nullptr, false);
    if (status.is_object() && status.contains("pid")) {
        served_.state = State::alive;
        served_.is_socket = served_.is_socket || status.value("socket", false);
        served_.status = std::move(status);
    } else {
        served_.state = State::foreign;
        served_.reason = "it answers something else than a status";
    }
}

// A socket of another mount namespace is not there, and so as good as dead.
void Question::take_error(const std::error_code& error) {
    constexpr std::errc dead[] = {std::errc::not_connected, std::errc::connection_aborted,
                                  std::errc::connection_refused, std::errc::no_such_device,
                                  std::errc::no_such_file_or_directory};
    const bool is_dead = std::ranges::any_of(dead, [&](std::errc each) { return error == each; });
    served_.state = is_dead ? State::dead : State::foreign;
    served_.error = error;
    served_.reason = error.message();
}

}  // namespace tocsin::cli
