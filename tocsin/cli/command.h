// The command line: which command, with which options. Private to tocsin/cli.
#pragma once

#include <tocsin/cli/subcommand.h>

namespace tocsin::cli {

// Runs `tocsin` with these arguments and returns its exit code. Complaints are one line each on
// standard error.
[[nodiscard]] int run_command(int argument_count, const char* const* arguments);

// Each adds one subcommand, which sets `action` when it is chosen.
void add_serve_command(CLI::App& app, Action& action);
void add_watch_command(CLI::App& app, Action& action);
void add_ls_command(CLI::App& app, Action& action);
void add_stat_command(CLI::App& app, Action& action);

// Whether the process was started without a standard input; run_command() has put /dev/null there.
[[nodiscard]] bool standard_input_was_closed() noexcept;

}  // namespace tocsin::cli
