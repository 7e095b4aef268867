// D-Bus, by sd-bus. Private to bench/notify.
#pragma once

#if TOCSIN_HAS_SYSTEMD

#include <deque>
#include <sys/socket.h>

#include <bench/notify/by_seqpacket.h>
#include <bench/notify/readiness.h>
#include <bench/notify/way.h>
#include <bench/resource/sd_bus.h>

namespace bench {

// Several ends in one process, of which each has a connection of its own.
class SdBusEnds {
public:
    SdBusEnd& add() { return ends_.emplace_back(); }

    // All have been started: goes on when each has its other side.
    void connect() {
        for (SdBusEnd& end : ends_) {
            while (!end.ready()) {
                end.step();
            }
        }
        int number = 0;
        for (const SdBusEnd& end : ends_) {
            events_.add(end.descriptor(), number++);
        }
        wait_once_ = true;
    }

    // Hands over each end that something has come to.
    template <typename Take>
    void wait(Take take) {
        if (std::exchange(wait_once_, false)) {
            process_all(take);
            return;
        }
        events_.wait([&](int number) {
            SdBusEnd& end = ends_[static_cast<std::size_t>(number)];
            end.process();
            take(number, end);
        });
    }

    [[nodiscard]] std::deque<SdBusEnd>& all() { return ends_; }

private:
    // What has come while they were connecting has been read from the kernel perhaps.
    template <typename Take>
    void process_all(Take take) {
        int number = 0;
        for (SdBusEnd& end : ends_) {
            end.process();
            take(number++, end);
        }
    }

    std::deque<SdBusEnd> ends_;
    Readiness events_;
    bool wait_once_ = false;
};

// A signal tells a client; a method call arms it, of which no answer is wanted.
class SdBusClients {
public:
    explicit SdBusClients(Mode mode, Tally& tally) : mode_{mode}, tally_{tally} {}

    SdBusEnds& ends() { return ends_; }

    void arm() {
        if (mode_ != Mode::cycle) {
            return;
        }
        for (SdBusEnd& end : ends_.all()) {
            end.call_without_answer(0);
        }
    }
    void receive() {
        while (!tally_.is_complete()) {
            ends_.wait([this](int number, SdBusEnd& end) {
                for (int left = end.take_signals(); left > 0; --left) {
                    tally_.note(number);
                }
            });
        }
    }

private:
    const Mode mode_;
    Tally& tally_;
    SdBusEnds ends_;
};

// Over a socket between the server and each client.
class BySdBus {
public:
    static constexpr const char* name = "sd-bus, no daemon";

    explicit BySdBus(const Plan& plan) : plan_{plan}, pairs_{plan.clients, SOCK_STREAM} {}

    void run_server(Course& course, int socket) {
        for (const int client : pairs_.of_server()) {
            SdBusEnd& end = ends_.add();
            end.start_on(client, true);
            end.be_server(nullptr);
        }
        say(socket, 'r');
        ends_.connect();
        say(socket, 'a');
        serve_in_turns(*this, course, socket);
    }
    void await_arms() {
        int left = plan_.clients;
        while (left > 0) {
            ends_.wait([&left](int, SdBusEnd& end) { left -= end.take_calls(); });
        }
        require(left == 0, "clients that arm");
    }
    void tell() {
        for (SdBusEnd& end : ends_.all()) {
            end.emit(0);
        }
    }

    class Clients : public SdBusClients {
    public:
        Clients(BySdBus& way, Tally& tally, int first) : SdBusClients{way.plan_.mode, tally} {
            for (int number = 0; number < tally.clients(); ++number) {
                SdBusEnd& end = ends().add();
                end.start_on(way.pairs_.of_client(first + number), false);
                end.be_client(nullptr);
            }
            ends().connect();
        }
    };

private:
    const Plan plan_;
    SocketPairs pairs_;
    SdBusEnds ends_;
};

#ifdef TOCSIN_DBUS_DAEMON

// The server sends one signal, and the daemon one to each client.
class ByBusDaemon {
public:
    static constexpr const char* name = "sd-bus, dbus-daemon";

    explicit ByBusDaemon(const Plan& plan) : plan_{plan} {}

    void run_server(Course& course, int socket) {
        SdBusEnd end;
        end_ = &end;
        end.start_at(daemon_.address());
        end.be_server(wanted_name);
        say(socket, 'r');
        say(socket, 'a');
        serve_in_turns(*this, course, socket);
    }
    void await_arms() {
        int left = plan_.clients;
        while ((left -= end_->take_calls()) > 0) {
            end_->step();
        }
        require(left == 0, "clients that arm");
    }
    void tell() { end_->emit(0); }

    class Clients : public SdBusClients {
    public:
        Clients(ByBusDaemon& way, Tally& tally, int) : SdBusClients{way.plan_.mode, tally} {
            for (int number = 0; number < tally.clients(); ++number) {
                SdBusEnd& end = ends().add();
                end.start_at(way.daemon_.address());
                end.be_client(wanted_name);
            }
            ends().connect();
        }
    };

private:
    static constexpr const char* wanted_name = "tocsin.Bench";

    const Plan plan_;
    BusDaemon daemon_{Cores::one};
    SdBusEnd* end_ = nullptr;
};

#endif

}  // namespace bench

#endif
