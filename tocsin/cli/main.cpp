// The program `tocsin`. Private to tocsin/cli.
#include <tocsin/cli/command.h>

int main(int argument_count, char** arguments) {
    return tocsin::cli::run_command(argument_count, arguments);
}
