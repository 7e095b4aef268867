// The device of these benchmarks, served in two ways. Private to bench/resource.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <semaphore.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <bench/resource/child.h>
#include <bench/resource/place.h>

namespace bench {

// Beyond the reach of what else the kernel or the library know.
constexpr unsigned ioctl_type = 'b';

// How many ioctls have been answered, this one among them.
constexpr unsigned count_ioctl = _IOR(ioctl_type, 1, int);

// As much in and out as ionotify() of a native client takes.
struct Question {
    std::uint64_t words[8] = {};
};
constexpr unsigned echo_ioctl = _IOWR(ioctl_type, 2, Question);

constexpr std::size_t read_size_max = 4096;

// What the server and its client both see.
struct Shared {
    std::atomic<std::int64_t> opened{0};
    std::atomic<std::int64_t> triggered_at{0};  // on the steady clock
    std::atomic<bool> ready{false};             // what a poll finds; gone when it has been found
};

// Says on `socket` that it is there, and serves until it is killed. A message on the socket has it
// trigger: `after_arming` says that it does so by itself, a moment after each arming.
enum class Triggers { when_told, after_arming, with_the_answer };
struct Order {
    Shared& shared;
    int socket;
    Triggers triggers;
};
void serve_by_tocsin(const std::string& path, const Order& order);
void serve_by_libfuse(const std::string& path, const Order& order);
// And is told of each close(), as a manager of QNX is.
void serve_by_libfuse_with_flush(const std::string& path, const Order& order);

using Serve = void (*)(const std::string& path, const Order& order);

class Served {
public:
    Served(Cores cores, Serve serve, Triggers triggers = Triggers::when_told)
        : child_{cores, [&](int socket) {
                     serve(place_.path(),
                           {.shared = *shared_, .socket = socket, .triggers = triggers});
                 }} {
        require(heard<char>(child_.socket()) == 'r', "a server that serves");
    }

    [[nodiscard]] std::string path() const { return place_.path(); }
    [[nodiscard]] Shared& shared() const { return *shared_; }
    void trigger() const { say(child_.socket(), 't'); }

private:
    static Shared* make_shared_memory() {
        void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        require(memory != MAP_FAILED, "mmap");
        return new (memory) Shared;
    }

    Place place_;
    Shared* const shared_ = make_shared_memory();  // as long as the process
    Child child_;
};

}  // namespace bench
