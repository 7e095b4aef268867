// Records on a Unix stream socket. Private to tocsin/cli.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <tocsin/base/list.h>
#include <tocsin/cli/publication.h>
#include <tocsin/cli/socket_client.h>
#include <tocsin/cli/socket_path.h>
#include <tocsin/core/task.h>
#include <tocsin/core/timer.h>
#include <tocsin/core/watch.h>

namespace tocsin::cli {

// The path of the socket that answers each connection to `path` + this with the status as JSON.
inline constexpr const char* status_suffix = ".tocsin";

struct SocketServerOptions {
    std::string path;
    ::mode_t mode = 0600;
    std::optional<Owner> owner;
    std::uint64_t threshold = 1;
    OnLoss on_loss = OnLoss::line;
    LineOutput* output = nullptr;
};

// Serves the records of a Publication to all who connect to a path, and its status beside it. On
// the loop's thread.
class SocketServer final : public Audience {
public:
    // Throws Failure{Exit::refused}, std::system_error.
    SocketServer(core::Loop& loop, Publication& publication, const SocketServerOptions& options);
    ~SocketServer() override;

    void look_again() override;

    // Ends the connections; what clients have sent until now goes to the output.
    void end_clients();

private:
    void accept_client();
    void answer_status();
    void pause_accepting(int error);
    void set_accepting(core::Conditions interest) noexcept;
    void destroy_those_over();
    [[nodiscard]] std::string status();

    SocketPath socket_;
    SocketPath status_socket_;
    SocketService service_;
    core::Watch watch_;
    core::Watch status_watch_;
    core::Task reaper_;
    core::Timer accept_again_;
    base::List<SocketClient> clients_;
    std::uint64_t connected_ = 0;
    std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
    bool told_of_shortage_ = false;
};

}  // namespace tocsin::cli
