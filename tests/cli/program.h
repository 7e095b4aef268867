// Runs programs and waits, bounded, for what they do. For tests of the command only.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace cli_test {

using Arguments = std::vector<std::string>;

// How long any wait of a test may take; what should happen happens at once.
inline constexpr std::chrono::seconds patience{30};

// True as soon as `condition` holds, asked every few milliseconds; false when the time is over.
[[nodiscard]] bool eventually(const std::function<bool()>& condition,
                              std::chrono::seconds time = patience);

// What a program's standard input is.
enum class Input { pipe, nothing, closed };

// A program that runs with its output and its complaints in pipes. The destructor kills it.
class Program {
public:
    // `arguments[0]` is looked up in PATH. Throws std::system_error.
    explicit Program(const Arguments& arguments, Input input = Input::pipe);
    // As above, with `descriptor` for its standard input; the caller keeps it.
    Program(const Arguments& arguments, int descriptor);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    [[nodiscard]] ::pid_t id() const noexcept { return id_; }

    // Writes all of `text` to its input, unless it ends before.
    void write(std::string_view text);
    // Writes as much of `text` as its input takes now; how much that was.
    [[nodiscard]] std::size_t write_some(std::string_view text);
    void end_input();

    // Its output (its complaints) so far.
    [[nodiscard]] const std::string& output();
    [[nodiscard]] const std::string& complaints();

    // Waits until its output (its complaints) hold `text`; false when patience is over.
    [[nodiscard]] bool says(std::string_view text);
    [[nodiscard]] bool complains(std::string_view text);

    void send_signal(int signal) const;

    // Closes our end of its output.
    void close_output();

    // Waits for its end: its exit code, or minus the signal that ended it. All output is there
    // then. Kills it when the time is over, which gives -9.
    int wait(std::chrono::seconds time = patience);
    // Whether it has ended already.
    [[nodiscard]] bool has_ended();

private:
    void start(const Arguments& arguments, int input);
    bool collect(std::chrono::milliseconds timeout);

    ::pid_t id_ = -1;
    int input_ = -1;
    int output_pipe_ = -1;
    int complaint_pipe_ = -1;
    std::string output_;
    std::string complaints_;
    int status_ = -1000;
};

// What became of a program that has ended.
struct Outcome {
    int exit = -1;
    std::string output;
    std::string complaints;
};

// Runs a program to its end with `input`.
[[nodiscard]] Outcome run(const Arguments& arguments, std::string_view input = "",
                          std::chrono::seconds time = patience);

// A line of so many bytes and its end.
[[nodiscard]] std::string line_of(std::size_t length);

// The arguments of the command under test: `tocsin` and these.
[[nodiscard]] Arguments tocsin_with(const Arguments& arguments);

// A folder of its own, removed with what is in it.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string path(std::string_view name) const;

private:
    std::string path_;
};

[[nodiscard]] bool exists(const std::string& path);

// Whether the kernel lists a mount at `path`.
[[nodiscard]] bool is_mounted(const std::string& path);

}  // namespace cli_test
