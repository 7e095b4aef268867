// One client of records on a socket. Private to tocsin/cli.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <tocsin/base/descriptor.h>
#include <tocsin/base/list.h>
#include <tocsin/cli/line_output.h>
#include <tocsin/cli/publication.h>
#include <tocsin/cli/record_reader.h>
#include <tocsin/core/watch.h>

namespace tocsin::cli {

// How a client on a socket is told that it has lost records.
enum class OnLoss : std::uint8_t {
    line,  // by a line between two records: [tocsin: 12 records lost]
    cut,   // by the end of its connection
};

// What all clients of a server have in common.
struct SocketService {
    core::Loop& loop;
    Publication& publication;
    std::uint64_t threshold = 1;
    OnLoss on_loss = OnLoss::line;
    LineOutput* output = nullptr;  // takes what clients send, if anything does
    base::Callback<> on_over;      // called when a client is over, to be destroyed later
};

// Sends records to one connection as fast as it takes them, whole lines always, and takes its
// lines. On the loop's thread. Its server owns it, and destroys it when it is over.
class SocketClient : public base::Link<> {
public:
    // Throws std::system_error.
    SocketClient(const SocketService& service, base::Descriptor socket);
    ~SocketClient();

    // Records may have come, or room for its lines.
    void look_again();

    // Ends the connection; what the client has sent until now is taken.
    void end();

    // Whether the connection has ended: everything was sent, or the other side is gone.
    [[nodiscard]] bool over() const noexcept { return over_; }

    [[nodiscard]] RecordReader& reader() noexcept { return reader_; }
    [[nodiscard]] int descriptor() const noexcept { return socket_.number(); }
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    [[nodiscard]] std::chrono::system_clock::time_point since() const noexcept { return since_; }

private:
    enum class Received : std::uint8_t { something, nothing, end };

    void deliver(core::Conditions ready);
    [[nodiscard]] Received receive();
    void take_lines(std::string_view text);
    void send_records();
    [[nodiscard]] bool send_notice();
    [[nodiscard]] bool send_view(const RecordReader::View& view);
    void tell_loss();
    void choose_interest() noexcept;

    const SocketService& service_;
    base::Descriptor socket_;
    core::Watch watch_;
    RecordReader reader_;
    LineAssembler lines_;
    std::string notice_;  // of a loss, as far as it has not been sent
    std::uint64_t id_;
    std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
    bool sending_ = false;  // the threshold was reached, and something is left
    bool blocked_ = false;  // the socket takes no more now
    bool receives_ = true;  // the client may still send, and what it sends is taken
    bool over_ = false;
};

}  // namespace tocsin::cli
