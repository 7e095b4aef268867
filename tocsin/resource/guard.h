// Watches over those who serve, in case they wait for themselves. Private to tocsin/resource.
#pragma once

#include <thread>
#include <vector>

#include <tocsin/base/clock.h>
#include <tocsin/base/descriptor.h>
#include <tocsin/resource/session.h>

namespace tocsin::resource {

// A thread that does nothing as long as somebody who serves is ready to: its entry in the kernel's
// list of waiters comes last and is exclusive, as theirs are, so a message wakes it only when none
// of them sleeps in its loop. It gives them a while. If no message has been taken in it, one of
// them may be blocked in a call to the very path that it serves, and nobody would ever read that
// call: the guard reads what is there, answers such calls with EDEADLK, and hands the rest over.
class Guard {
public:
    static constexpr base::Duration usual_grace = std::chrono::milliseconds{60};

    // Made after those who serve have begun to watch. Throws std::system_error.
    explicit Guard(Session& session, base::Duration grace = usual_grace);

    // Waits for the thread's end.
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    // How often it has been woken.
    [[nodiscard]] std::uint64_t woken_count() const noexcept { return woken_count_; }

private:
    void run() noexcept;
    void open_set();
    [[nodiscard]] bool wait_for_message() noexcept;
    [[nodiscard]] bool stop_comes_within(base::Duration time) noexcept;
    void take_messages() noexcept;

    Session& session_;
    const base::Duration grace_;
    base::Descriptor set_;  // none where epoll is refused
    base::Descriptor stop_reader_;
    base::Descriptor stop_writer_;
    std::vector<std::byte> buffer_;
    std::atomic<std::uint64_t> woken_count_{0};
    std::thread thread_;
};

}  // namespace tocsin::resource
