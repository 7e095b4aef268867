// How a command ends. Private to tocsin/cli.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include <tocsin/cli/table.h>

namespace tocsin::cli {

// The exit codes of all commands; tocsin(1) lists them.
enum class Exit : std::uint8_t {
    done = 0,         // what was asked for was done
    failed = 1,       // something went wrong on the way
    usage = 2,        // an unknown option or a value that makes no sense
    refused = 3,      // the path cannot be served, watched or asked
    no_fuse = 4,      // this machine or this user may not mount; serve --socket works
    timed_out = 124,  // as timeout(1) has it
};

// A command cannot go on. The message is one line that names the object, the reason and the remedy.
class Failure : public std::runtime_error {
public:
    // What people named, a path with a line break say, is shown so that the line stays one.
    Failure(Exit exit, const std::string& message)
        : std::runtime_error{printable(message)}, exit_{exit} {}

    [[nodiscard]] Exit exit() const noexcept { return exit_; }

private:
    Exit exit_;
};

}  // namespace tocsin::cli
