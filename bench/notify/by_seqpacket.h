// The floor of what sends messages: a socket for each client. Private to bench/notify.
#pragma once

#include <sys/socket.h>
#include <vector>

#include <bench/notify/readiness.h>
#include <bench/notify/way.h>
#include <bench/resource/cycle_socket.h>

namespace bench {

// The ends of a pair of sockets for each client, before processes part.
class SocketPairs {
public:
    SocketPairs(int clients, int kind) {
        for (int client = 0; client < clients; ++client) {
            int ends[2] = {-1, -1};
            require(::socketpair(AF_UNIX, kind | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
            servers_.push_back(ends[0]);
            clients_.push_back(ends[1]);
        }
    }
    [[nodiscard]] const std::vector<int>& of_server() const { return servers_; }
    [[nodiscard]] int of_client(int number) const {
        return clients_.at(static_cast<std::size_t>(number));
    }

private:
    std::vector<int> servers_;
    std::vector<int> clients_;
};

// One message tells a client, another one arms it; there is no answer.
class BySeqpacket {
public:
    static constexpr const char* name = "seqpacket";

    explicit BySeqpacket(const Plan& plan) : plan_{plan}, pairs_{plan.clients, SOCK_SEQPACKET} {}

    void run_server(Course& course, int socket) {
        for (const int client : pairs_.of_server()) {
            arms_.add(client, client);
        }
        say(socket, 'r');
        say(socket, 'a');
        serve_in_turns(*this, course, socket);
    }
    void await_arms() {
        int left = plan_.clients;
        while (left > 0) {
            arms_.wait([&left](int client) {
                static_cast<void>(heard<Packet>(client));
                --left;
            });
        }
    }
    void tell() {
        for (const int client : pairs_.of_server()) {
            say(client, Packet{});
        }
    }

    class Clients {
    public:
        Clients(BySeqpacket& way, Tally& tally, int first) : way_{way}, tally_{tally} {
            for (int number = 0; number < tally.clients(); ++number) {
                own_.push_back(way.pairs_.of_client(first + number));
                events_.add(own_.back(), number);
            }
        }
        void arm() {
            if (way_.plan_.mode != Mode::cycle) {
                return;
            }
            for (const int socket : own_) {
                say(socket, Packet{});
            }
        }
        void receive() {
            while (!tally_.is_complete()) {
                events_.wait([this](int number) {
                    static_cast<void>(heard<Packet>(own_[static_cast<std::size_t>(number)]));
                    tally_.note(number);
                });
            }
        }

    private:
        BySeqpacket& way_;
        Tally& tally_;
        std::vector<int> own_;
        Readiness events_;
    };

private:
    const Plan plan_;
    SocketPairs pairs_;
    Readiness arms_;
};

}  // namespace bench
