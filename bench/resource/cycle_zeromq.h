// ZeroMQ as a peer, over its ipc transport. Private to bench.
#pragma once

#if TOCSIN_HAS_ZMQ

#include <string>
#include <zmq.h>

#include <bench/resource/child.h>
#include <bench/resource/cycle_socket.h>
#include <bench/resource/place.h>

namespace bench {

// A socket of ZeroMQ, of a context that lasts as long as the process.
class ZeroMqSocket {
public:
    ZeroMqSocket(void* context, int kind) : socket_{::zmq_socket(context, kind)} {
        require(socket_ != nullptr, "zmq_socket");
    }
    ~ZeroMqSocket() { ::zmq_close(socket_); }
    ZeroMqSocket(const ZeroMqSocket&) = delete;
    ZeroMqSocket& operator=(const ZeroMqSocket&) = delete;

    void bind(const std::string& address) const {
        require(::zmq_bind(socket_, address.c_str()) == 0, "zmq_bind");
    }
    void connect(const std::string& address) const {
        require(::zmq_connect(socket_, address.c_str()) == 0, "zmq_connect");
    }
    void say(const Packet& packet) const {
        require(::zmq_send(socket_, &packet, sizeof packet, 0) == sizeof packet, "zmq_send");
    }
    [[nodiscard]] Packet hear() const {
        Packet packet;
        require(::zmq_recv(socket_, &packet, sizeof packet, 0) == sizeof packet, "zmq_recv");
        return packet;
    }

    // For zmq_poll().
    [[nodiscard]] void* handle() const { return socket_; }

private:
    void* const socket_;
};

// Where the server of a client is found.
struct ZeroMqAddresses {
    Place place;
    const std::string questions = "ipc://" + place.path() + "-questions";
    const std::string events = "ipc://" + place.path() + "-events";
};

// Asks and is answered over REQ and REP, and is told over PUSH and PULL.
class ZeroMqCycle {
public:
    static constexpr const char* name = "zeromq";

    explicit ZeroMqCycle(Cores cores)
        : server_{cores, [this](int socket) { serve(addresses_, socket); }} {
        require(heard<char>(server_.socket()) == 'r', "a server that serves");
        questions_.connect(addresses_.questions);
        events_.connect(addresses_.events);
    }

    int cycle(int number) {
        questions_.say({.number = number});
        require(questions_.hear().number == -1, "answers");
        return static_cast<int>(events_.hear().number);
    }

private:
    static void serve(const ZeroMqAddresses& addresses, int socket) {
        void* const context = ::zmq_ctx_new();
        const ZeroMqSocket questions{context, ZMQ_REP};
        const ZeroMqSocket events{context, ZMQ_PUSH};
        questions.bind(addresses.questions);
        events.bind(addresses.events);
        bench::say(socket, 'r');
        for (;;) {
            const Packet packet = questions.hear();
            questions.say({.number = -1});
            events.say(packet);
        }
    }

    ZeroMqAddresses addresses_;
    Child server_;
    void* const context_ = ::zmq_ctx_new();
    ZeroMqSocket questions_{context_, ZMQ_REQ};
    ZeroMqSocket events_{context_, ZMQ_PULL};
};

// The answer is what it is told.
class ZeroMqTrip {
public:
    static constexpr const char* name = "zeromq, req and rep";

    explicit ZeroMqTrip(Cores cores)
        : server_{cores, [this](int socket) { serve(addresses_, socket); }} {
        require(heard<char>(server_.socket()) == 'r', "a server that serves");
        questions_.connect(addresses_.questions);
    }

    int cycle(int number) {
        questions_.say({.number = number});
        return static_cast<int>(questions_.hear().number);
    }

private:
    static void serve(const ZeroMqAddresses& addresses, int socket) {
        const ZeroMqSocket questions{::zmq_ctx_new(), ZMQ_REP};
        questions.bind(addresses.questions);
        bench::say(socket, 'r');
        for (;;) {
            questions.say(questions.hear());
        }
    }

    ZeroMqAddresses addresses_;
    Child server_;
    ZeroMqSocket questions_{::zmq_ctx_new(), ZMQ_REQ};
};

}  // namespace bench

#endif
