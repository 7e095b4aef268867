// Standard output and standard error. Private to tocsin/cli.
#include <tocsin/cli/say.h>

#include <cstdio>

#include <tocsin/base/errors.h>
#include <tocsin/cli/failure.h>

namespace tocsin::cli {

void say_text(std::string_view text) noexcept {
    static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

void answer_text(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size() ||
        std::fflush(stdout) != 0) {
        throw Failure{Exit::failed, fmt::format("standard output cannot be written ({}); see "
                                                "whether what is behind it still works",
                                                base::last_error().message())};
    }
}

}  // namespace tocsin::cli
