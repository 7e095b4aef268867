// The server that `tocsin serve` is. Private to tocsin/cli.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <tocsin/cli/failure.h>
#include <tocsin/cli/line_output.h>
#include <tocsin/cli/publication.h>
#include <tocsin/cli/record_resource.h>
#include <tocsin/cli/socket_server.h>
#include <tocsin/core/event.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/signal_watch.h>
#include <tocsin/resource/mount.h>

namespace tocsin::cli {

struct ServeOptions {
    std::string path;         // empty: none is served
    std::string socket_path;  // empty: none is served
    PublicationOptions publication;
    std::uint64_t threshold = 1;
    OnLoss on_loss = OnLoss::line;
    std::optional<::mode_t> mode;
    std::optional<Owner> owner;
    bool writable = false;
    bool verbose = false;
};

// Publishes standard input until it is finished, or ended by a signal. One thread.
class Server {
public:
    // Throws Failure with what is wrong with the options, the input or a path; leaves nothing
    // behind then.
    explicit Server(const ServeOptions& options);

    // Serves until the end, and leaves nothing behind.
    [[nodiscard]] Exit run();

private:
    void open_paths();
    void mount();
    void watch_signals();
    void output_changed();
    void stop_when_written();
    [[nodiscard]] ::mode_t mode() const noexcept;
    [[nodiscard]] LineOutput* output() noexcept { return output_ ? &*output_ : nullptr; }

    ServeOptions options_;
    core::Loop loop_;
    core::SignalWatch interrupt_;
    core::SignalWatch terminate_;
    core::SignalWatch hang_up_;
    core::Event unmounted_;
    std::optional<LineOutput> output_;
    Publication publication_;
    std::optional<RecordResource> resource_;
    std::optional<resource::Mount> mount_;
    std::optional<SocketServer> socket_;
    bool finished_ = false;
    bool was_unmounted_ = false;
};

}  // namespace tocsin::cli
