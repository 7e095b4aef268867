// Asks one server for its status, and does not wait for ever. Private to tocsin/cli.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <system_error>

#include <tocsin/base/descriptor.h>
#include <tocsin/cli/served_list.h>

namespace tocsin::cli {

// A question to the server of a path or a socket. It is asked by a child process, since only that
// can be given up: a call to a server that is stopped ends with its caller, even the one that asks
// what kind of file its path is. For processes of one thread.
class Question {
public:
    enum class Whom : std::uint8_t { mount, socket, either };

    // Begins to ask. Throws std::system_error when descriptors or processes are short.
    Question(const std::string& path, Whom whom);

    // Gives it up unless it has been answered.
    ~Question();
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;

    // Waits for the answer until `deadline`; State::silent when there is none by then.
    [[nodiscard]] Served answer(std::chrono::steady_clock::time_point deadline);

private:
    [[nodiscard]] bool read_until(std::chrono::steady_clock::time_point deadline,
                                  std::string& text) const;
    void take_status(const std::string& json);
    void take_error(const std::error_code& error);

    Served served_;
    base::Descriptor answer_;
    ::pid_t child_ = -1;
};

}  // namespace tocsin::cli
