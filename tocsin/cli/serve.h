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
#include <tocsin/core/timer.h>
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
    resource::UserLimits limits;
    bool writable = false;
    bool verbose = false;
};

// Publishes standard input until it is finished, or ended by a signal. One thread.
//
//   serving ------------> writing ------------> over
//      finished, a signal    what clients have written is written; or the output is broken; or
//      or unmounted:         after a signal, it took nothing for five seconds, or another signal
//      the paths go          came
class Server {
public:
    // Throws Failure with what is wrong with the options, the input or a path; leaves nothing
    // behind then.
    explicit Server(const ServeOptions& options);

    // Serves until the end, and leaves nothing behind. Throws Failure.
    [[nodiscard]] Exit run();

private:
    void open_paths();
    void mount();
    void watch_signals();
    void output_changed();
    void signalled();
    void close_paths();
    void write_rest();
    void begin_standstill();
    void check_progress();
    void report() const;
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
    core::Timer standstill_;
    std::size_t unwritten_before_ = 0;
    int signals_ = 0;
    bool stands_still_ = false;
    bool was_unmounted_ = false;
};

}  // namespace tocsin::cli
