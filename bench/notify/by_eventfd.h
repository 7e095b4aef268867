// The floor: an eventfd for each client. Private to bench/notify.
#pragma once

#include <atomic>
#include <cstdint>
#include <new>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <vector>

#include <bench/notify/readiness.h>
#include <bench/notify/way.h>

namespace bench {

// The server writes each. A client arms by counting down a number that all share; who counts it to
// nothing writes the eventfd of the server.
class ByEventFd {
public:
    static constexpr const char* name = "eventfd + epoll";

    explicit ByEventFd(const Plan& plan) : plan_{plan} {
        for (int client = 0; client < plan.clients; ++client) {
            clients_.push_back(make());
        }
        void* const memory = ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        require(memory != MAP_FAILED, "mmap");
        unarmed_ = new (memory) std::atomic<int>{plan.clients};
    }

    void run_server(Course& course, int socket) {
        arms_.add(server_, 0);
        say(socket, 'r');
        say(socket, 'a');
        serve_in_turns(*this, course, socket);
    }
    void await_arms() {
        arms_.wait([this](int) { read(server_); });
    }
    void tell() {
        *unarmed_ = plan_.clients;
        for (const int client : clients_) {
            write(client);
        }
    }

    class Clients {
    public:
        Clients(ByEventFd& way, Tally& tally, int first) : way_{way}, tally_{tally} {
            for (int number = 0; number < tally.clients(); ++number) {
                const auto place = static_cast<std::size_t>(first + number);
                own_.push_back(way.clients_.at(place));
                events_.add(own_.back(), number);
            }
        }
        void arm() {
            if (way_.plan_.mode != Mode::cycle) {
                return;
            }
            for (int number = 0; number < tally_.clients(); ++number) {
                if (--*way_.unarmed_ == 0) {
                    write(way_.server_);
                }
            }
        }
        void receive() {
            while (!tally_.is_complete()) {
                events_.wait([this](int number) {
                    read(own_[static_cast<std::size_t>(number)]);
                    tally_.note(number);
                });
            }
        }

    private:
        ByEventFd& way_;
        Tally& tally_;
        std::vector<int> own_;
        Readiness events_;
    };

private:
    static int make() {
        const int made = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        require(made >= 0, "eventfd");
        return made;
    }
    static void write(int descriptor) {
        const std::uint64_t one = 1;
        require(::write(descriptor, &one, sizeof one) == sizeof one, "eventfd write");
    }
    static void read(int descriptor) {
        std::uint64_t count = 0;
        require(::read(descriptor, &count, sizeof count) == sizeof count && count == 1,
                "eventfd read");
    }

    const Plan plan_;
    const int server_ = make();
    std::vector<int> clients_;
    std::atomic<int>* unarmed_ = nullptr;
    Readiness arms_;
};

}  // namespace bench
