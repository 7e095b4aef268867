// What the command says, and what it answers. Private to tocsin/cli.
#pragma once

#include <exception>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace tocsin::cli {

void say_text(std::string_view text) noexcept;
void answer_text(std::string_view text);

// Writes to standard error, in one piece. That nobody can be told, since a terminal is gone or the
// disk under a log is full, is no reason to end or to serve worse: it never fails.
template <typename... Values>
void say(fmt::format_string<Values...> format, Values&&... values) noexcept {
    try {
        say_text(fmt::format(format, std::forward<Values>(values)...));
    } catch (const std::exception&) {
        say_text("tocsin: there is not enough memory to say why\n");
    }
}

// Writes to standard output what a command was asked for; it has left this process on return.
// Throws Failure{Exit::failed} when that is not possible: an answer that did not arrive is none.
template <typename... Values>
void answer(fmt::format_string<Values...> format, Values&&... values) {
    answer_text(fmt::format(format, std::forward<Values>(values)...));
}

}  // namespace tocsin::cli
