// A client of a served path or socket, in the test's own process. For tests of the command only.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <utility>

#include <tocsin/base/descriptor.h>
#include <tocsin/cli/records.h>

namespace cli_test {

// What poll(2) says of `descriptor` for `events` right now (or within `timeout_ms`).
[[nodiscard]] short poll_now(int descriptor, short events, int timeout_ms = 0);

class Client {
public:
    // Opens a path with these flags, or connects to it when it is a socket. Throws
    // std::system_error.
    explicit Client(const std::string& path, int flags = 0);

    [[nodiscard]] int descriptor() const noexcept { return descriptor_.number(); }
    void close() { descriptor_.reset(); }

    // What one read of at most `size` bytes gives; the name of the error, as "<EPIPE>", or "<end>".
    [[nodiscard]] std::string read(std::size_t size = 65536) const;

    // What reads give until the end or an error, which is left out.
    [[nodiscard]] std::string read_all() const;

    // What write(2) gives: "<EACCES>" and so on, or "" when all of it was taken.
    [[nodiscard]] std::string write(const std::string& text) const;

    [[nodiscard]] short poll(short events, int timeout_ms = 0) const {
        return poll_now(descriptor(), events, timeout_ms);
    }

    [[nodiscard]] tocsin_records_lost losses() const;

private:
    [[nodiscard]] ssize_t read_into(std::string& space) const;

    tocsin::base::Descriptor descriptor_;
};

}  // namespace cli_test
