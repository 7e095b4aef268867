// From a trigger to the client in poll(). Private to bench/resource.
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <bench/measure/latencies.h>
#include <bench/measure/stopwatch.h>
#include <bench/resource/cases.h>
#include <bench/resource/served.h>

namespace bench {
namespace {

// The server triggers a while after each arming, when the client sleeps, and says when it did.
Figures trigger_to_wake(const Served& served) {
    constexpr int times = 4'000;
    const int file = ::open(served.path().c_str(), O_RDWR | O_CLOEXEC);
    require(file >= 0, "open");
    std::vector<double> took;
    took.reserve(times);
    for (int time = 0; time < times; ++time) {
        ::pollfd entry = {.fd = file, .events = POLLIN, .revents = 0};
        require(::poll(&entry, 1, 10'000) == 1 && entry.revents == POLLIN, "polls that woke");
        took.push_back(static_cast<double>(Stopwatch::now().time_since_epoch().count() -
                                           served.shared().triggered_at));
    }
    require(!served.shared().ready, "triggers that were seen");
    ::close(file);
    return quantiles(std::move(took));
}

void add(std::vector<Measurement>& all, const std::string& contestant, Serve serve) {
    add_everywhere(all, "poll: from the trigger to the client that wakes", contestant,
                   [serve](Cores cores) {
                       return trigger_to_wake(Served{cores, serve, Triggers::after_arming});
                   });
}

}  // namespace

void add_poll_cases(std::vector<Measurement>& all) {
    add(all, "tocsin", serve_by_tocsin);
    add(all, "libfuse", serve_by_libfuse);
}

}  // namespace bench
