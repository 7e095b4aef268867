// All sessions of this process. Private to tocsin/resource.
#pragma once

#include <sys/types.h>

namespace tocsin::resource {

class Session;

// Two threads that serve a path each can wait for each other, each blocked in a call to the other's
// path. So who looks for such callers has to know the threads that serve anything here. Any thread;
// a forked child begins with none.
class EverySession {
public:
    static void add(Session& session) noexcept;
    static void remove(Session& session) noexcept;

    // Whether `thread` serves any of them.
    [[nodiscard]] static bool is_served_by(::pid_t thread);
};

}  // namespace tocsin::resource
