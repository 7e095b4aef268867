// A bare SOCK_SEQPACKET as the floor of a cycle. Private to bench.
#pragma once

#include <cstdint>

#include <bench/resource/child.h>

namespace bench {

// As long as an event.
struct Packet {
    std::int64_t number = 0;
    std::int64_t rest[7] = {};
};

// Asks, is answered and is told, in a message each.
class SocketCycle {
public:
    static constexpr const char* name = "seqpacket";

    explicit SocketCycle(Cores cores) : server_{cores, serve} {}

    int cycle(int number) {
        say(server_.socket(), Packet{.number = number});
        require(heard<Packet>(server_.socket()).number == -1, "answers");
        return static_cast<int>(heard<Packet>(server_.socket()).number);
    }

private:
    static void serve(int socket) {
        Packet packet;
        while (hear(socket, packet)) {
            say(socket, Packet{.number = -1});
            say(socket, packet);
        }
    }

    Child server_;
};

// The answer is what it is told.
class SocketTrip {
public:
    static constexpr const char* name = "seqpacket, ping-pong";

    explicit SocketTrip(Cores cores) : server_{cores, serve} {}

    int cycle(int number) {
        say(server_.socket(), Packet{.number = number});
        return static_cast<int>(heard<Packet>(server_.socket()).number);
    }

private:
    static void serve(int socket) {
        Packet packet;
        while (hear(socket, packet)) {
            say(socket, packet);
        }
    }

    Child server_;
};

}  // namespace bench
