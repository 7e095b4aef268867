// From a trigger to the client in poll(). Private to bench/resource.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <bench/peer.h>
#include <bench/resource/cases.h>
#include <bench/resource/served.h>

namespace bench {
namespace {

// The server triggers a while after each arming, when the client sleeps, and says when it did.
double trigger_to_wake(Served& served) {
    constexpr int times = 1'000;
    const int file = ::open(served.path().c_str(), O_RDWR | O_CLOEXEC);
    require(file >= 0, "open");
    std::int64_t elapsed = 0;
    for (int time = 0; time < times; ++time) {
        ::pollfd entry = {.fd = file, .events = POLLIN, .revents = 0};
        require(::poll(&entry, 1, 10'000) == 1 && entry.revents == POLLIN, "polls that woke");
        elapsed += Stopwatch::now().time_since_epoch().count() - served.shared().triggered_at;
    }
    require(!served.shared().ready, "triggers that were seen");
    ::close(file);
    return static_cast<double>(elapsed) / times;
}

Contestant contestant(const std::string& name, Cores cores, Serve serve) {
    return made_later<Served>(
        name, [=] { return std::make_shared<Served>(cores, serve, Triggers::after_arming); },
        trigger_to_wake);
}

}  // namespace

std::vector<Case> poll_cases() {
    return everywhere("poll: from the trigger to the client that wakes", [](Cores cores) {
        return std::vector{contestant("tocsin", cores, serve_by_tocsin),
                           contestant("libfuse", cores, serve_by_libfuse)};
    });
}

}  // namespace bench
