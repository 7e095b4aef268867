// A Unix stream socket at a path: made, refused or replaced, and removed. Private to tocsin/cli.
#pragma once

#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/types.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/cli/values.h>

namespace tocsin::cli {

// Listens at a path from construction to destruction, and removes the path then if it is still its
// own. The socket of a dead server is replaced; anything else that is there is refused.
class SocketPath {
public:
    // Nobody can connect before mode and owner are set. Throws Failure{Exit::refused} that names
    // the path, the reason and the remedy.
    SocketPath(const std::string& path, ::mode_t mode, const std::optional<Owner>& owner);
    ~SocketPath();
    SocketPath(const SocketPath&) = delete;
    SocketPath& operator=(const SocketPath&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    // Does not block.
    [[nodiscard]] int descriptor() const noexcept { return listener_.number(); }

    // One client that waits, or none; errno says why.
    [[nodiscard]] base::Descriptor accept() const noexcept;

private:
    void bind_and_listen(::mode_t mode, const std::optional<Owner>& owner);

    std::string path_;
    base::Descriptor listener_;
    struct ::stat made_{};
};

// Connects to the Unix stream socket at `path`; none when that fails, and errno says why.
[[nodiscard]] base::Descriptor connect_to(const std::string& path) noexcept;

}  // namespace tocsin::cli
