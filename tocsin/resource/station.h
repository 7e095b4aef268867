// A place on a loop from which a session is served. Private to tocsin/resource.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include <tocsin/base/callback.h>
#include <tocsin/core/event.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/watch.h>
#include <tocsin/resource/session.h>

namespace tocsin::resource {

// Watches the session's descriptor and processes what is there, a bounded number of messages in one
// turn. The first station of a session also does its work() when the bell rings. Made and destroyed
// on the loop's thread.
class Station {
public:
    enum class Role : bool { first, further };

    // `ended` is called when the kernel hands over no more messages. Throws std::system_error.
    Station(core::Loop& loop, Session& session, Role role, base::Callback<> ended);
    ~Station();
    Station(const Station&) = delete;
    Station& operator=(const Station&) = delete;

    // Processes what is there; false when there was nothing.
    bool serve();

private:
    static constexpr int messages_per_turn_max = 16;

    void work();
    void end();

    core::Loop& loop_;
    Session& session_;
    base::Callback<> ended_;
    core::Event bell_;
    core::Watch watch_;
    std::vector<std::byte> buffer_;
};

}  // namespace tocsin::resource
