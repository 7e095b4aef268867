// ZeroMQ, over its ipc transport. Private to bench/notify.
#pragma once

#if TOCSIN_HAS_ZMQ

#include <deque>
#include <string>
#include <vector>
#include <zmq.h>

#include <bench/notify/way.h>
#include <bench/resource/cycle_zeromq.h>

namespace bench {

// The server publishes, and each client has a socket that has subscribed; a client arms by pushing
// to the server. A process has one context.
class ByZeroMq {
public:
    static constexpr const char* name = "zeromq";

    explicit ByZeroMq(const Plan& plan) : plan_{plan} {}

    void run_server(Course& course, int socket) {
        Server server{plan_, addresses_};
        say(socket, 'r');
        server.await_subscriptions();
        say(socket, 'a');
        serve_in_turns(server, course, socket);
    }

    class Clients {
    public:
        Clients(ByZeroMq& way, Tally& tally, int) : mode_{way.plan_.mode}, tally_{tally} {
            require(::zmq_ctx_set(context_, ZMQ_MAX_SOCKETS, 4'096) == 0, "zmq_ctx_set");
            for (int number = 0; number < tally.clients(); ++number) {
                const ZeroMqSocket& event = events_.emplace_back(context_, ZMQ_SUB);
                require(::zmq_setsockopt(event.handle(), ZMQ_SUBSCRIBE, "", 0) == 0,
                        "zmq_setsockopt");
                event.connect(way.addresses_.events);
                items_.push_back(
                    {.socket = event.handle(), .fd = -1, .events = ZMQ_POLLIN, .revents = 0});
                if (mode_ == Mode::cycle) {
                    arms_.emplace_back(context_, ZMQ_PUSH).connect(way.addresses_.questions);
                }
            }
        }
        void arm() {
            for (const ZeroMqSocket& arm : arms_) {
                arm.say({});
            }
        }
        void receive() {
            while (!tally_.is_complete()) {
                require(::zmq_poll(items_.data(), static_cast<int>(items_.size()), -1) > 0,
                        "zmq_poll");
                for (int number = 0; number < tally_.clients(); ++number) {
                    const auto place = static_cast<std::size_t>(number);
                    if (items_[place].revents != 0) {
                        static_cast<void>(events_[place].hear());
                        tally_.note(number);
                    }
                }
            }
        }

    private:
        const Mode mode_;
        Tally& tally_;
        void* const context_ = ::zmq_ctx_new();
        std::deque<ZeroMqSocket> events_;
        std::deque<ZeroMqSocket> arms_;
        std::vector<::zmq_pollitem_t> items_;
    };

private:
    class Server {
    public:
        Server(const Plan& plan, const ZeroMqAddresses& addresses) : plan_{plan} {
            const int each = 1;
            require(::zmq_setsockopt(events_.handle(), ZMQ_XPUB_VERBOSE, &each, sizeof each) == 0,
                    "zmq_setsockopt");
            events_.bind(addresses.events);
            arms_.bind(addresses.questions);
        }
        // What is published before a client has subscribed does not reach it.
        void await_subscriptions() const {
            for (int client = 0; client < plan_.clients; ++client) {
                char subscription = 0;
                require(::zmq_recv(events_.handle(), &subscription, 1, 0) == 1 && subscription == 1,
                        "subscriptions");
            }
        }
        void await_arms() const {
            for (int client = 0; client < plan_.clients; ++client) {
                static_cast<void>(arms_.hear());
            }
        }
        void tell() const { events_.say({}); }

    private:
        const Plan plan_;
        void* const context_ = ::zmq_ctx_new();
        ZeroMqSocket events_{context_, ZMQ_XPUB};
        ZeroMqSocket arms_{context_, ZMQ_PULL};
    };

    const Plan plan_;
    ZeroMqAddresses addresses_;
};

}  // namespace bench

#endif
