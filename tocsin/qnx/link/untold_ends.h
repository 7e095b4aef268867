// Connections whose end the server could not be told yet. Private to tocsin/qnx.
#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

namespace tocsin::qnx {

class ServerLink;

// A server keeps a connection until it is told of its end, or the link ends. Telling has to succeed
// also while the link is full: each connection has its place here before it begins. Any thread.
class UntoldEnds {
public:
    struct End {
        int chid = 0;
        int scoid = 0;
        unsigned flags = 0;  // of the connection
    };

    explicit UntoldEnds(ServerLink& link) noexcept : link_{link} {}

    // There is a place for one more, until it is told or does not come. Throws std::bad_alloc.
    void expect();
    void does_not_come() noexcept;

    // Tells the server; true when that has to be tried again. What nobody expects is told or lost.
    [[nodiscard]] bool tell(const End& end) noexcept;

    // Tells what was kept, in any order: the server counts. 0, EAGAIN, ENOMEM.
    [[nodiscard]] int tell_kept() noexcept;

private:
    [[nodiscard]] int send(const End& end) noexcept;
    void give_up_place_locked() noexcept;

    ServerLink& link_;
    std::mutex mutex_;
    std::size_t places_ = 0;  // also of those that are kept
    std::vector<End> kept_;
};

}  // namespace tocsin::qnx
