// Whatever threads of this process serve. Private to tocsin/resource.
#pragma once

#include <sys/types.h>

#include <tocsin/base/list.h>

namespace tocsin::resource {

// Two threads that serve a path each can wait for each other, each blocked in a call to the other's
// path. So who looks for such callers has to know the threads that serve anything here. Any thread;
// a forked child begins with none.
class EverySession {
public:
    class Member : public base::Link<EverySession> {
    public:
        // Whether `thread` serves. Any thread.
        [[nodiscard]] virtual bool serves(::pid_t thread) const = 0;

    protected:
        ~Member() = default;
    };

    static void add(Member& session) noexcept;
    static void remove(Member& session) noexcept;

    // Whether `thread` serves any of them.
    [[nodiscard]] static bool is_served_by(::pid_t thread);
};

}  // namespace tocsin::resource
