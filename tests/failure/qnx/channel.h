// A channel and a connection to it that close themselves. For tests.
#pragma once

#include <cerrno>
#include <cstdint>
#include <sys/neutrino.h>
#include <system_error>

#include <tests/failure/operation.h>

namespace tocsin::failure {

[[nodiscard]] inline std::error_code last_error() noexcept {
    return error_of(errno);
}

struct Channel {
    explicit Channel(unsigned flags = 0) : number{ChannelCreate(flags)} {
        if (number < 0) {
            throw std::system_error{last_error()};
        }
    }
    ~Channel() { EXPECT_EQ(ChannelDestroy(number), 0); }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    // What is there now: an rcvid, 0 for a pulse, or -1.
    template <typename Message>
    int look(Message& message) const {
        TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_RECEIVE, nullptr, nullptr, nullptr);
        return MsgReceive(number, &message, sizeof message, nullptr);
    }

    const int number;
};

struct Connection {
    explicit Connection(int channel, ::pid_t process = 0)
        : number{ConnectAttach(0, process, channel, _NTO_SIDE_CHANNEL, 0)} {
        if (number < 0) {
            throw std::system_error{last_error()};
        }
    }
    ~Connection() { EXPECT_EQ(ConnectDetach(number), 0); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    const int number;
};

}  // namespace tocsin::failure
