// D-Bus as a peer: sd-bus over a socket between the two, without a broker. Private to
// bench/resource.
#pragma once

#if TOCSIN_HAS_SYSTEMD

#include <cerrno>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-id128.h>

#include <bench/resource/child.h>

namespace bench {

// Asks by a method call and is told by a signal.
class SdBusCycle {
public:
    static constexpr const char* name = "d-bus without a broker";

    explicit SdBusCycle(Cores cores) : server_{cores, serve, SOCK_STREAM} {
        begin(client_, server_.socket());
        check(::sd_bus_start(client_), "sd_bus_start");
        check(::sd_bus_add_filter(client_, nullptr, take_signal, this), "sd_bus_add_filter");
    }
    ~SdBusCycle() { ::sd_bus_unref(client_); }
    SdBusCycle(const SdBusCycle&) = delete;
    SdBusCycle& operator=(const SdBusCycle&) = delete;

    int cycle(int number) {
        told_ = -1;
        ::sd_bus_message* answer = nullptr;
        check(::sd_bus_call_method(client_, nullptr, path, interface, "Arm", nullptr, &answer, "i",
                                   number),
              "sd_bus_call_method");
        ::sd_bus_message_unref(answer);
        while (told_ == -1) {
            const int processed = ::sd_bus_process(client_, nullptr);
            check(processed, "sd_bus_process");
            if (processed == 0) {
                check(::sd_bus_wait(client_, UINT64_MAX), "sd_bus_wait");
            }
        }
        return told_;
    }

private:
    static constexpr const char* path = "/device";
    static constexpr const char* interface = "tocsin.Bench";

    static void check(int result, const char* what) { require(result >= 0, what); }

    // The bus takes a descriptor of its own.
    static void begin(::sd_bus*& bus, int socket) {
        check(::sd_bus_new(&bus), "sd_bus_new");
        const int own = ::dup(socket);
        check(::sd_bus_set_fd(bus, own, own), "sd_bus_set_fd");
    }

    static int take_signal(::sd_bus_message* message, void* self, ::sd_bus_error*) {
        if (::sd_bus_message_is_signal(message, interface, "Fired") == 0) {
            return 0;
        }
        check(::sd_bus_message_read(message, "i", &static_cast<SdBusCycle*>(self)->told_),
              "sd_bus_message_read");
        return 1;
    }

    static int take_call(::sd_bus_message* call, void* bus, ::sd_bus_error*) {
        int number = -1;
        check(::sd_bus_message_read(call, "i", &number), "sd_bus_message_read");
        check(::sd_bus_reply_method_return(call, ""), "sd_bus_reply_method_return");
        check(::sd_bus_emit_signal(static_cast<::sd_bus*>(bus), path, interface, "Fired", "i",
                                   number),
              "sd_bus_emit_signal");
        return 1;
    }

    static void serve(int socket) {
        ::sd_bus* bus = nullptr;
        begin(bus, socket);
        ::sd_id128_t id = {};
        check(::sd_id128_randomize(&id), "sd_id128_randomize");
        check(::sd_bus_set_server(bus, 1, id), "sd_bus_set_server");
        check(::sd_bus_start(bus), "sd_bus_start");
        check(::sd_bus_add_object(bus, nullptr, path, take_call, bus), "sd_bus_add_object");
        for (;;) {
            const int processed = ::sd_bus_process(bus, nullptr);
            check(processed, "sd_bus_process");
            if (processed == 0) {
                check(::sd_bus_wait(bus, UINT64_MAX), "sd_bus_wait");
            }
        }
    }

    Child server_;
    ::sd_bus* client_ = nullptr;
    int told_ = -1;
};

}  // namespace bench

#endif
