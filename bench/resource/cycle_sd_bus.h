// D-Bus as a peer: sd-bus over a socket between the two, and through its daemon. Private to
// bench/resource.
#pragma once

#if TOCSIN_HAS_SYSTEMD

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-id128.h>

#include <bench/resource/child.h>
#include <bench/resource/place.h>

namespace bench {

// One end of a bus. The server answers a method call with its return, and a signal after it.
class SdBusEnd {
public:
    SdBusEnd() { check(::sd_bus_new(&bus_), "sd_bus_new"); }
    ~SdBusEnd() { ::sd_bus_unref(bus_); }
    SdBusEnd(const SdBusEnd&) = delete;
    SdBusEnd& operator=(const SdBusEnd&) = delete;

    void start_on(int socket, bool as_server) {
        const int own = ::dup(socket);  // as the bus closes it
        check(::sd_bus_set_fd(bus_, own, own), "sd_bus_set_fd");
        if (as_server) {
            ::sd_id128_t id = {};
            check(::sd_id128_randomize(&id), "sd_id128_randomize");
            check(::sd_bus_set_server(bus_, 1, id), "sd_bus_set_server");
        }
        check(::sd_bus_start(bus_), "sd_bus_start");
    }

    void start_at(const std::string& address) {
        check(::sd_bus_set_address(bus_, address.c_str()), "sd_bus_set_address");
        check(::sd_bus_set_bus_client(bus_, 1), "sd_bus_set_bus_client");
        check(::sd_bus_start(bus_), "sd_bus_start");
    }

    // `destination` is nullptr where there is nobody but the server.
    void be_client(const char* destination) {
        destination_ = destination;
        check(::sd_bus_match_signal(bus_, nullptr, nullptr, path, interface, "Fired", take_signal,
                                    this),
              "sd_bus_match_signal");
    }

    int cycle(int number) {
        told_ = -1;
        ::sd_bus_message* answer = nullptr;
        check(::sd_bus_call_method(bus_, destination_, path, interface, "Arm", nullptr, &answer,
                                   "i", number),
              "sd_bus_call_method");
        ::sd_bus_message_unref(answer);
        while (told_ == -1) {
            step();
        }
        return told_;
    }

    void be_server(const char* wanted_name) {
        check(::sd_bus_add_object(bus_, nullptr, path, take_call, this), "sd_bus_add_object");
        if (wanted_name != nullptr) {
            check(::sd_bus_request_name(bus_, wanted_name, 0), "sd_bus_request_name");
        }
    }

    void serve() {
        for (;;) {
            step();
        }
    }

private:
    static constexpr const char* path = "/device";
    static constexpr const char* interface = "tocsin.Bench";

    static void check(int result, const char* what) { require(result >= 0, what); }

    void step() {
        const int processed = ::sd_bus_process(bus_, nullptr);
        check(processed, "sd_bus_process");
        if (processed == 0) {
            check(::sd_bus_wait(bus_, UINT64_MAX), "sd_bus_wait");
        }
    }

    static int take_signal(::sd_bus_message* message, void* self, ::sd_bus_error*) {
        check(::sd_bus_message_read(message, "i", &static_cast<SdBusEnd*>(self)->told_),
              "sd_bus_message_read");
        return 0;
    }

    static int take_call(::sd_bus_message* call, void* self, ::sd_bus_error*) {
        int number = -1;
        check(::sd_bus_message_read(call, "i", &number), "sd_bus_message_read");
        check(::sd_bus_reply_method_return(call, ""), "sd_bus_reply_method_return");
        check(::sd_bus_emit_signal(static_cast<SdBusEnd*>(self)->bus_, path, interface, "Fired",
                                   "i", number),
              "sd_bus_emit_signal");
        return 1;
    }

    ::sd_bus* bus_ = nullptr;
    const char* destination_ = nullptr;
    int told_ = -1;
};

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
        : daemon_{cores, [this](int socket) { run_daemon(socket); }, SOCK_STREAM},
          ready_{heard_address()},
          server_{cores, [this](int socket) {
                      SdBusEnd end;
                      end.start_at(address_);
                      end.be_server("tocsin.Bench");
                      say(socket, 'r');
                      end.serve();
                  }} {
        require(heard<char>(server_.socket()) == 'r', "a server that serves");
        client_.start_at(address_);
        client_.be_client("tocsin.Bench");
    }

    int cycle(int number) { return client_.cycle(number); }

private:
    void run_daemon(int socket) const {
        const std::string configuration = place_.path() + "-configuration";
        std::ofstream{configuration}
            << "<busconfig><listen>" << address_ << "</listen><auth>EXTERNAL</auth>"
            << "<policy context='default'><allow send_destination='*'/><allow own='*'/>"
            << "<allow receive_sender='*'/></policy></busconfig>";
        const int told = ::dup(socket);  // which exec leaves open
        // It complains about limits that it may not raise.
        ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        const std::string file = "--config-file=" + configuration;
        const std::string print = "--print-address=" + std::to_string(told);
        ::execl(TOCSIN_DBUS_DAEMON, "dbus-daemon", file.c_str(), print.c_str(), "--nofork",
                "--nopidfile", "--nosyslog", nullptr);
        ::_exit(1);
    }

    bool heard_address() const {
        char text[256];
        require(::recv(daemon_.socket(), text, sizeof text, 0) > 0, "the daemon's address");
        return true;
    }

    Place place_;
    const std::string address_ = "unix:path=" + place_.path() + "-bus";
    Child daemon_;
    const bool ready_;
    Child server_;
    SdBusEnd client_;
};

#endif

}  // namespace bench

#endif
