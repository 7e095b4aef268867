// A running `tocsin serve`, and what it says of itself. For tests of the command only.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include <tests/cli/program.h>

namespace cli_test {

// The arguments that serve `path` and say when that is ready.
[[nodiscard]] Arguments serve_at(const std::string& path, const Arguments& more = {});
[[nodiscard]] Arguments serve_on(const std::string& socket, const Arguments& more = {});

// What `tocsin stat PATH` says of a server that is not stopped: on a busy machine it may need more
// than the second that it is given, and is asked again then.
[[nodiscard]] Outcome stat_of(const std::string& path, const Arguments& more = {});

// What `tocsin stat --json PATH` says; null when it fails.
[[nodiscard]] nlohmann::json status_of(const std::string& path);

// A server that is ready when the constructor returns, or has failed; the test sees that.
class Server : public Program {
public:
    explicit Server(const Arguments& arguments) : Program{arguments} {
        static_cast<void>(eventually(
            [this] { return complaints().find(": ready\n") != std::string::npos || has_ended(); }));
    }

    // Wait until the server has published so many records in all; has so many open files; has so
    // many readers among them, the others being observers; has so many reads waiting. False when
    // patience is over.
    [[nodiscard]] static bool has_published(const std::string& path, std::uint64_t count);
    [[nodiscard]] static bool has_open_files(const std::string& path, std::uint64_t count);
    [[nodiscard]] static bool has_readers(const std::string& path, std::uint64_t count);
    [[nodiscard]] static bool has_parked_reads(const std::string& path, std::uint64_t count);
};

}  // namespace cli_test
