// The channels of this process, by number. Private to tocsin/qnx.
#pragma once

#include <memory>

#include <tocsin/qnx/channel.h>

namespace tocsin::qnx {

// Any thread.
class Channels {
public:
    // Makes one and returns its chid, the lowest that is free, from 1 on; or a negative errno.
    [[nodiscard]] static int create(unsigned flags) noexcept;

    // By chid; empty when there is none.
    [[nodiscard]] static std::shared_ptr<Channel> find(int chid) noexcept;

    // Fails all who wait, and tells the channels that asked which connections of this process have
    // lost their server. 0, or EINVAL.
    [[nodiscard]] static int destroy(int chid) noexcept;

    // Tells them of one connection.
    static void tell_of_death(int coid) noexcept;
};

}  // namespace tocsin::qnx
