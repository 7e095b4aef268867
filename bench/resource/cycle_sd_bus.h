// D-Bus as a peer: sd-bus over a socket between the two, and through its daemon. Private to
// bench/resource.
#pragma once

#if TOCSIN_HAS_SYSTEMD

#include <sys/socket.h>

#include <bench/resource/child.h>
#include <bench/resource/sd_bus.h>

namespace bench {

// Asks by a method call and is told by a signal, with nobody between the two.
class SdBusCycle {
public:
    static constexpr const char* name = "sd-bus, no daemon";

    explicit SdBusCycle(Cores cores)
        : server_{cores,
                  [](int socket) {
                      SdBusEnd end;
                      end.start_on(socket, true);
                      end.be_server(nullptr);
                      end.serve();
                  },
                  SOCK_STREAM} {
        client_.start_on(server_.socket(), false);
        client_.be_client(nullptr);
    }

    int cycle(int number) { return client_.cycle(number); }

private:
    Child server_;
    SdBusEnd client_;
};

#ifdef TOCSIN_DBUS_DAEMON

// As D-Bus is used: the daemon hands everything on. It runs where the server does.
class DaemonCycle {
public:
    static constexpr const char* name = "sd-bus, dbus-daemon";

    explicit DaemonCycle(Cores cores)
        : daemon_{cores}, server_{cores, [this](int socket) {
                                      SdBusEnd end;
                                      end.start_at(daemon_.address());
                                      end.be_server("tocsin.Bench");
                                      say(socket, 'r');
                                      end.serve();
                                  }} {
        require(heard<char>(server_.socket()) == 'r', "a server that serves");
        client_.start_at(daemon_.address());
        client_.be_client("tocsin.Bench");
    }

    int cycle(int number) { return client_.cycle(number); }

private:
    BusDaemon daemon_;
    Child server_;
    SdBusEnd client_;
};

#endif

}  // namespace bench

#endif
