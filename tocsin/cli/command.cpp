// The command line. Private to tocsin/cli.
#include <tocsin/cli/command.h>

#include <exception>
#include <fcntl.h>
#include <sstream>
#include <string>
#include <string_view>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <tocsin/cli/say.h>
#include <tocsin/cli/version.h>

namespace tocsin::cli {

namespace {

constexpr const char* epilogue = R"(Exit codes of all commands:
  0    done
  1    something went wrong on the way
  2    an unknown option, or a value that makes no sense
  3    the path cannot be served, watched or asked
  4    this machine or this user may not mount; serve --socket works
  124  watch: the time is up

Examples:
  make 2>&1 | tocsin serve --lossless /tmp/build   publish what a command says
  cat /tmp/build                                   and read it, from anywhere
  tocsin ls                                        what is served on this machine
)";

bool input_was_closed = false;

// A descriptor that is missing would be given to the next file that is opened, and then be written
// to by whoever complains.
void fill_missing_descriptors() noexcept {
    input_was_closed = ::fcntl(STDIN_FILENO, F_GETFD) < 0;
    int opened = 0;
    while (opened >= 0 && opened <= STDERR_FILENO) {
        opened = ::open("/dev/null", O_RDWR);
    }
    ::close(opened);
}

void complain(const std::string& command, std::string_view message) noexcept {
    say("{}: {}\n", command, message);
}

// "tocsin serve" and so on, as the one who typed it knows it.
std::string name_of(const CLI::App& app) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    return chosen.empty() ? "tocsin" : "tocsin " + chosen.front()->get_name();
}

std::string one_line(std::string text) {
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    for (char& letter : text) {
        letter = letter == '\n' ? ' ' : letter;
    }
    return text;
}

// CLI11 only says that a command is missing when the first word is none.
void check_command(const CLI::App& app, int argument_count, const char* const* arguments) {
    if (argument_count < 2 || arguments[1][0] == '-') {
        return;
    }
    std::string names;
    for (const CLI::App* const command :
         app.get_subcommands([](const CLI::App*) { return true; })) {
        if (command->get_name() == arguments[1]) {
            return;
        }
        names += (names.empty() ? "" : ", ") + command->get_name();
    }
    throw CLI::ParseError(
        fmt::format("there is no command '{}'; there are: {}", arguments[1], names),
        CLI::ExitCodes::ExtrasError);
}

Exit refuse_usage(const CLI::App& app, const CLI::ParseError& error) {
    const std::string name = name_of(app);
    complain(name, fmt::format("{}; see {} --help", one_line(error.what()), name));
    return Exit::usage;
}

// --help and --version.
Exit fulfil(const CLI::App& app, const CLI::Success& wish) {
    std::ostringstream text;
    const int exit = app.exit(wish, text, text);
    answer("{}", text.str());
    return static_cast<Exit>(exit);
}

Exit run(const CLI::App& app, const Action& action) {
    const std::string name = name_of(app);
    try {
        return action();
    } catch (const Failure& failure) {
        complain(name, failure.what());
        return failure.exit();
    } catch (const std::bad_alloc&) {
        complain(name, "there is not enough memory; ask for less, or end other programs");
    } catch (const std::exception& error) {
        complain(name, one_line(error.what()));
    }
    return Exit::failed;
}

}  // namespace

bool standard_input_was_closed() noexcept {
    return input_was_closed;
}

int run_command(int argument_count, const char* const* arguments) {
    fill_missing_descriptors();
    CLI::App app{"Serve records at a path, and see who is served and who waits.", "tocsin"};
    app.set_version_flag("--version", fmt::format("tocsin {}", version));
    app.require_subcommand(1);
    app.footer(epilogue);
    Action action;
    add_serve_command(app, action);
    add_watch_command(app, action);
    add_ls_command(app, action);
    add_stat_command(app, action);
    try {
        check_command(app, argument_count, arguments);
        app.parse(argument_count, arguments);
    } catch (const CLI::Success& wish) {
        return static_cast<int>(run(app, [&] { return fulfil(app, wish); }));
    } catch (const CLI::ParseError& error) {
        return static_cast<int>(refuse_usage(app, error));
    }
    return static_cast<int>(run(app, action));
}

}  // namespace tocsin::cli
