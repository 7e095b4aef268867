// Programs that a test starts. For tests.
#pragma once

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {

// A child process with its standard output in a pipe. Killed at the end if it still runs.
class Program {
public:
    explicit Program(std::vector<std::string> words) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error{"pipe2"};
        }
        output_.reset(ends[0]);
        const base::Descriptor theirs{ends[1]};
        std::vector<char*> arguments;
        for (std::string& word : words) {
            arguments.push_back(word.data());
        }
        arguments.push_back(nullptr);
        ::posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, theirs.number(), STDOUT_FILENO);
        const int error =
            ::posix_spawnp(&child_, arguments[0], &actions, nullptr, arguments.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        if (error != 0) {
            throw std::runtime_error{"cannot start " + words[0]};
        }
    }
    ~Program() {
        if (child_ > 0) {
            kill(SIGKILL);
            static_cast<void>(wait());
        }
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    [[nodiscard]] ::pid_t id() const noexcept { return child_; }
    void kill(int signal) const noexcept { ::kill(child_, signal); }

    // The exit status, or minus the signal that ended it.
    [[nodiscard]] int wait() {
        int status = 0;
        while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
        }
        child_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

    // The next line of output without its end; "" at the end of the output, or after 30 seconds.
    [[nodiscard]] std::string read_line() {
        std::string line;
        char byte = 0;
        ::pollfd entry = {.fd = output_.number(), .events = POLLIN, .revents = 0};
        while (::poll(&entry, 1, 30'000) > 0 && ::read(output_.number(), &byte, 1) == 1 &&
               byte != '\n') {
            line.push_back(byte);
        }
        return line;
    }

private:
    ::pid_t child_ = -1;
    base::Descriptor output_;
};

}  // namespace tocsin::resource
