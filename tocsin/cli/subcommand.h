// One subcommand in the making: its arguments, and what it does. Private to tocsin/cli.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <tocsin/cli/failure.h>

namespace CLI {
class App;
}

namespace tocsin::cli {

// What the subcommand that was chosen is to do.
using Action = std::function<Exit()>;

// What is read is written to the places given here, which live as long as the command line. (The
// header of CLI11 takes a compiler seconds, so that one file alone includes it.)
class Subcommand {
public:
    // `text` says what it is for, in one sentence; `chosen` is set when it is the one.
    Subcommand(CLI::App& command_line, Action& chosen, const char* name, const char* text);

    // The one argument that is no option.
    Subcommand& path(std::string& place, const char* text, bool required);

    // `names` as in "-v,--verbose"; `kind` names a value in the help, as in "SIZE".
    Subcommand& flag(const char* names, bool& place, const char* text);
    Subcommand& option(const char* names, const char* kind, std::string& place, const char* text);
    Subcommand& option(const char* names, const char* kind, std::uint64_t& place, const char* text);

    // What stands at the end of its help.
    Subcommand& examples(const char* text);

    Subcommand& does(const Action& action);

private:
    CLI::App& command_;
    Action& chosen_;
};

}  // namespace tocsin::cli
