// One end of a D-Bus, and its daemon. Private to bench.
#pragma once

#if TOCSIN_HAS_SYSTEMD

#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-id128.h>
#include <unistd.h>
#include <utility>

#include <bench/resource/child.h>
#include <bench/resource/place.h>

namespace bench {

// One end of a bus. The server answers a method call with its return, and a signal after it; a call
// that wants no answer is only counted.
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

    void call_without_answer(int number) {
        ::sd_bus_message* call = nullptr;
        check(::sd_bus_message_new_method_call(bus_, &call, destination_, path, interface, "Arm"),
              "sd_bus_message_new_method_call");
        check(::sd_bus_message_append(call, "i", number), "sd_bus_message_append");
        check(::sd_bus_message_set_expect_reply(call, 0), "sd_bus_message_set_expect_reply");
        check(::sd_bus_send(bus_, call, nullptr), "sd_bus_send");
        ::sd_bus_message_unref(call);
    }

    // How often the client has been told since it was last asked.
    [[nodiscard]] int take_signals() { return std::exchange(signals_, 0); }

    void be_server(const char* wanted_name) {
        check(::sd_bus_add_object(bus_, nullptr, path, take_call, this), "sd_bus_add_object");
        if (wanted_name != nullptr) {
            check(::sd_bus_request_name(bus_, wanted_name, 0), "sd_bus_request_name");
        }
    }

    void emit(int number) {
        check(::sd_bus_emit_signal(bus_, path, interface, "Fired", "i", number),
              "sd_bus_emit_signal");
    }

    // How many calls there have been that wanted no answer, since it was last asked.
    [[nodiscard]] int take_calls() { return std::exchange(calls_, 0); }

    [[nodiscard]] int descriptor() const { return ::sd_bus_get_fd(bus_); }
    [[nodiscard]] bool ready() const { return ::sd_bus_is_ready(bus_) > 0; }

    // As far as it goes without a sleep.
    void process() {
        int processed = 1;
        while (processed > 0) {
            processed = ::sd_bus_process(bus_, nullptr);
            check(processed, "sd_bus_process");
        }
    }

    // With a sleep where nothing is to be done.
    void step() {
        const int processed = ::sd_bus_process(bus_, nullptr);
        check(processed, "sd_bus_process");
        if (processed == 0) {
            check(::sd_bus_wait(bus_, UINT64_MAX), "sd_bus_wait");
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

    static int take_signal(::sd_bus_message* message, void* self, ::sd_bus_error*) {
        SdBusEnd& own = *static_cast<SdBusEnd*>(self);
        check(::sd_bus_message_read(message, "i", &own.told_), "sd_bus_message_read");
        ++own.signals_;
        return 0;
    }

    static int take_call(::sd_bus_message* call, void* self, ::sd_bus_error*) {
        SdBusEnd& own = *static_cast<SdBusEnd*>(self);
        if (::sd_bus_message_get_expect_reply(call) == 0) {
            ++own.calls_;
            return 1;
        }
        int number = -1;
        check(::sd_bus_message_read(call, "i", &number), "sd_bus_message_read");
        check(::sd_bus_reply_method_return(call, ""), "sd_bus_reply_method_return");
        own.emit(number);
        return 1;
    }

    ::sd_bus* bus_ = nullptr;
    const char* destination_ = nullptr;
    int told_ = -1;
    int signals_ = 0;
    int calls_ = 0;
};

#ifdef TOCSIN_DBUS_DAEMON

// A daemon of its own, in a process that runs where servers do.
class BusDaemon {
public:
    explicit BusDaemon(Cores cores)
        : child_{cores, [this](int socket) { run(socket); }, SOCK_STREAM} {
        char text[256];
        require(::recv(child_.socket(), text, sizeof text, 0) > 0, "the daemon's address");
    }

    [[nodiscard]] const std::string& address() const { return address_; }

private:
    void run(int socket) const {
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

    Place place_;
    const std::string address_ = "unix:path=" + place_.path() + "-bus";
    Child child_;
};

#endif

}  // namespace bench

#endif
