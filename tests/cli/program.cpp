// Running programs from tests of the command.
#include <tests/cli/program.h>
#include <tests/places/places.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace cli_test {

namespace {

using namespace std::chrono_literals;

constexpr auto step = 2ms;

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error{error, std::generic_category(), what};
}

// Closed in children, so that no other program holds an end of it.
std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        fail(errno, "pipe2");
    }
    return ends;
}

// Appends what is there; false at the end.
bool read_some(int& descriptor, std::string& text) {
    std::array<char, 65536> space;
    const ssize_t size = ::read(descriptor, space.data(), space.size());
    if (size > 0) {
        text.append(space.data(), static_cast<std::size_t>(size));
        return true;
    }
    if (size == 0) {
        ::close(descriptor);
        descriptor = -1;
    }
    return size != 0;
}

}  // namespace

bool eventually(const std::function<bool()>& condition, std::chrono::seconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        ::poll(nullptr, 0, static_cast<int>(step.count()));
    }
    return true;
}

Program::Program(const Arguments& arguments, Input input) {
    std::signal(SIGPIPE, SIG_IGN);
    if (input == Input::pipe) {
        const std::array<int, 2> ends = make_pipe();
        input_ = ends[1];
        start(arguments, ends[0]);
        ::close(ends[0]);
    } else if (input == Input::nothing) {
        const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        start(arguments, nothing);
        ::close(nothing);
    } else {
        start(arguments, -1);
    }
}

Program::Program(const Arguments& arguments, int descriptor) {
    start(arguments, descriptor);
}

Program::~Program() {
    if (status_ == -1000) {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    for (const int descriptor : {input_, output_pipe_, complaint_pipe_}) {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }
}

void Program::start(const Arguments& arguments, int input) {
    const std::array<int, 2> output = make_pipe();
    const std::array<int, 2> complaints = make_pipe();
    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    if (input >= 0) {
        ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    } else {
        ::posix_spawn_file_actions_addclose(&actions, STDIN_FILENO);
    }
    ::posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, complaints[1], STDERR_FILENO);
    std::vector<char*> words;
    for (const std::string& argument : arguments) {
        words.push_back(const_cast<char*>(argument.c_str()));
    }
    words.push_back(nullptr);
    const int error = ::posix_spawnp(&id_, words[0], &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(output[1]);
    ::close(complaints[1]);
    output_pipe_ = output[0];
    complaint_pipe_ = complaints[0];
    if (error != 0) {
        fail(error, arguments[0]);
    }
}

void Program::write(std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::write(input_, text.data(), text.size());
        if (size < 0) {
            return;  // it has ended; its exit code says why
        }
        text.remove_prefix(static_cast<std::size_t>(size));
    }
}

std::size_t Program::write_some(std::string_view text) {
    ::fcntl(input_, F_SETFL, O_NONBLOCK);
    const ssize_t size = ::write(input_, text.data(), text.size());
    ::fcntl(input_, F_SETFL, 0);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}

void Program::end_input() {
    ::close(input_);
    input_ = -1;
}

// Reads what the program says within the time; false when it has closed both pipes.
bool Program::collect(std::chrono::milliseconds timeout) {
    std::array<::pollfd, 2> ready{{{.fd = output_pipe_, .events = POLLIN, .revents = 0},
                                   {.fd = complaint_pipe_, .events = POLLIN, .revents = 0}}};
    if (output_pipe_ < 0 && complaint_pipe_ < 0) {
        return false;
    }
    ::poll(ready.data(), ready.size(), static_cast<int>(timeout.count()));
    if (ready[0].revents != 0) {
        read_some(output_pipe_, output_);
    }
    if (ready[1].revents != 0) {
        read_some(complaint_pipe_, complaints_);
    }
    return output_pipe_ >= 0 || complaint_pipe_ >= 0;
}

const std::string& Program::output() {
    collect(0ms);
    return output_;
}

const std::string& Program::complaints() {
    collect(0ms);
    return complaints_;
}

bool Program::says(std::string_view text) {
    return eventually([&] { return output().find(text) != std::string::npos; });
}

bool Program::complains(std::string_view text) {
    return eventually([&] { return complaints().find(text) != std::string::npos; });
}

void Program::send_signal(int signal) const {
    ::kill(id_, signal);
}

void Program::close_output() {
    ::close(output_pipe_);
    output_pipe_ = -1;
}

bool Program::has_ended() {
    if (status_ != -1000) {
        return true;
    }
    int status = 0;
    if (::waitpid(id_, &status, WNOHANG) != id_) {
        return false;
    }
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return true;
}

int Program::wait(std::chrono::seconds time) {
    const auto ended = [&] {
        collect(0ms);
        return has_ended();
    };
    if (!eventually(ended, time)) {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
        status_ = -SIGKILL;
    }
    // A grandchild may hold the pipes open: what is there by now is all there is.
    while ((output_pipe_ >= 0 || complaint_pipe_ >= 0)) {
        const std::size_t before = output_.size() + complaints_.size();
        if (!collect(0ms) || output_.size() + complaints_.size() == before) {
            break;
        }
    }
    return status_;
}

Outcome run(const Arguments& arguments, std::string_view input, std::chrono::seconds time) {
    Program program{arguments};
    program.write(input);
    program.end_input();
    const int exit = program.wait(time);
    return {.exit = exit, .output = program.output(), .complaints = program.complaints()};
}

std::string line_of(std::size_t length) {
    std::string line(length + 1, 'x');
    line.back() = '\n';
    return line;
}

Arguments tocsin_with(const Arguments& arguments) {
    Arguments all{places::program("tocsin")};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
}

Folder::Folder() {
    std::string name = "/tmp/tocsin-cli-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        fail(errno, name);
    }
    path_ = name;
}

Folder::~Folder() {
    // A server that a test has killed leaves a dead mount.
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator{path_, ignored}) {
        ::umount2(entry.path().c_str(), MNT_DETACH);
    }
    std::filesystem::remove_all(path_, ignored);
}

std::string Folder::path(std::string_view name) const {
    return path_ + "/" + std::string{name};
}

bool exists(const std::string& path) {
    struct ::stat status{};
    return ::lstat(path.c_str(), &status) == 0;
}

bool is_mounted(const std::string& path) {
    std::ifstream table{"/proc/self/mountinfo"};
    for (std::string line; std::getline(table, line);) {
        if (line.find(" " + path + " ") != std::string::npos) {
            return true;
        }
    }
    return false;
}

}  // namespace cli_test
