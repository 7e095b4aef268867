// One subcommand in the making. Private to tocsin/cli.
#include <tocsin/cli/subcommand.h>

#include <CLI/CLI.hpp>

namespace tocsin::cli {

Subcommand::Subcommand(CLI::App& command_line, Action& chosen, const char* name, const char* text)
    : command_{*command_line.add_subcommand(name, text)}, chosen_{chosen} {}

Subcommand& Subcommand::path(std::string& place, const char* text, bool required) {
    command_.add_option("PATH", place, text)->type_name("")->required(required);
    return *this;
}

Subcommand& Subcommand::flag(const char* names, bool& place, const char* text) {
    command_.add_flag(names, place, text);
    return *this;
}

Subcommand& Subcommand::option(const char* names, const char* kind, std::string& place,
                               const char* text) {
    command_.add_option(names, place, text)->type_name(kind);
    return *this;
}

Subcommand& Subcommand::option(const char* names, const char* kind, std::uint64_t& place,
                               const char* text) {
    command_.add_option(names, place, text)->type_name(kind);
    return *this;
}

Subcommand& Subcommand::examples(const char* text) {
    command_.footer(text);
    return *this;
}

Subcommand& Subcommand::does(const Action& action) {
    command_.callback([this_action = action, &chosen = chosen_] { chosen = this_action; });
    return *this;
}

}  // namespace tocsin::cli
