// Two processes whose loops wake each other. Private to bench/loops.
#pragma once

#include <csignal>
#include <cstring>
#include <optional>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <bench/loops/handler.h>
#include <bench/measure/latencies.h>
#include <bench/measure/program.h>
#include <bench/measure/stopwatch.h>

namespace bench {

// A message of one byte with one descriptor in it, to send or to receive.
struct Parcel {
    Parcel() {
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
    }
    char byte = 0;
    ::iovec part = {.iov_base = &byte, .iov_len = 1};
    alignas(::cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    ::msghdr message = {};
};

inline void pass_descriptor(int socket, int descriptor) {
    Parcel parcel;
    ::cmsghdr* const header = CMSG_FIRSTHDR(&parcel.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    require(::sendmsg(socket, &parcel.message, MSG_NOSIGNAL) == 1, "sendmsg");
}

[[nodiscard]] inline int receive_descriptor(int socket) {
    Parcel parcel;
    require(::recvmsg(socket, &parcel.message, MSG_CMSG_CLOEXEC) == 1, "recvmsg");
    int descriptor = -1;
    const ::cmsghdr* const header = CMSG_FIRSTHDR(&parcel.message);
    require(header != nullptr, "a descriptor of the other process");
    std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

// One of the two, in its process.
template <typename Library>
class RawPlayer {
public:
    RawPlayer(int socket, int processor) {
        pin_to(processor);
        pass_descriptor(socket, own_.descriptor());
        other_.emplace(receive_descriptor(socket));
    }

    // Sends every one back that comes, until the process is killed.
    [[noreturn]] void answer() {
        own_.run();
        ::_exit(1);
    }
    [[nodiscard]] std::vector<double> ask(std::size_t trips) {
        wanted_ = trips;
        took_.reserve(trips);
        started_ = Stopwatch::now();
        other_->post();
        own_.run();
        return took_;
    }

private:
    static void deliver(void* context, std::size_t) {
        RawPlayer& own = *static_cast<RawPlayer*>(context);
        if (own.wanted_ != 0) {
            const Stopwatch::time_point now = Stopwatch::now();
            own.took_.push_back(
                std::chrono::duration<double, std::nano>(now - own.started_).count());
            own.started_ = now;
            if (own.took_.size() == own.wanted_) {
                own.own_.stop();
                return;
            }
        }
        own.other_->post();
    }

    std::size_t wanted_ = 0;
    std::vector<double> took_;
    Stopwatch::time_point started_;
    typename Library::RawEvent own_{Handler{&deliver, this}};
    std::optional<typename Library::RawPoster> other_;
};

template <typename Library>
Figures raw_ping_pong(int processor, int other_processor) {
    constexpr std::size_t trips = 15'000;
    int ends[2] = {-1, -1};
    require(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
    const ::pid_t child = ::fork();
    require(child >= 0, "fork");
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        RawPlayer<Library>{ends[0], other_processor}.answer();
    }
    RawPlayer<Library> player{ends[1], processor};
    std::vector<double> took = player.ask(trips);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    require(took.size() == trips, "round trips");
    return quantiles(std::move(took));
}

template <typename Library>
void add_raw_event_cases(std::vector<Measurement>& all) {
    if constexpr (requires { typename Library::RawEvent; }) {
        all.push_back({"raw event between processes, one core", Library::name,
                       [] { return raw_ping_pong<Library>(0, 0); }});
        all.push_back({"raw event between processes, across cores", Library::name,
                       [] { return raw_ping_pong<Library>(0, 1); }});
    }
}

}  // namespace bench
