// Many resources in one epoll set. Private to bench/resource.
#include <fcntl.h>
#include <random>
#include <string>
#include <sys/epoll.h>
#include <unistd.h>
#include <vector>

#include <bench/measure/memory.h>
#include <bench/measure/pieces.h>
#include <bench/measure/stopwatch.h>
#include <bench/resource/cases.h>
#include <bench/resource/directory.h>

namespace bench {
namespace {

// A client that has all files of a directory open, and in one set. The set is level-triggered, so
// that a file that was reported is asked again by the next epoll_wait(), which arms it anew.
class WaitingClient {
public:
    WaitingClient(ServeDirectory serve, std::uint32_t count)
        : served_{Cores::one, serve, count}, next_{0, count - 1} {
        allow_descriptors(count + 100);
        for (std::uint32_t number = 0; number < count; ++number) {
            files_.push_back(::open(served_.path_of(number).c_str(), O_RDONLY | O_CLOEXEC));
            require(files_.back() >= 0, "open");
            epoll_event entry{.events = EPOLLIN, .data = {.u32 = number}};
            require(::epoll_ctl(set_, EPOLL_CTL_ADD, files_.back(), &entry) == 0, "epoll_ctl");
        }
    }
    ~WaitingClient() {
        ::close(set_);
        for (const int file : files_) {
            ::close(file);
        }
    }
    WaitingClient(const WaitingClient&) = delete;
    WaitingClient& operator=(const WaitingClient&) = delete;

    // From telling the server which one to trigger until that one has been read.
    [[nodiscard]] double time_wakes() {
        constexpr int wakes = 500;
        const Stopwatch::time_point start = Stopwatch::now();
        for (int wake = 0; wake < wakes; ++wake) {
            const std::uint32_t wanted = next_(random_);
            served_.trigger(wanted);
            epoll_event events[16];
            const int count = ::epoll_wait(set_, events, 16, 10'000);
            require(count == 1 && events[0].data.u32 == wanted, "wakes");
            char byte = 0;
            require(::read(files_[wanted], &byte, 1) == 1, "bytes read");
        }
        return nanoseconds_since(start) / wakes;
    }

private:
    ServedDirectory served_;
    const int set_ = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<int> files_;
    std::minstd_rand random_;
    std::uniform_int_distribution<std::uint32_t> next_;
};

void add(std::vector<Measurement>& all, std::uint32_t count, const std::string& contestant,
         ServeDirectory serve) {
    all.push_back({"epoll of " + std::to_string(count) + " resources, one core", contestant, [=] {
                       confine_client();
                       WaitingClient client{serve, count};
                       return middle_of_pieces(15, [&] { return client.time_wakes(); });
                   }});
}

}  // namespace

void add_epoll_cases(std::vector<Measurement>& all) {
    for (const std::uint32_t count : {1U, 10U, 100U, 1'000U}) {
        add(all, count, "tocsin", serve_directory_by_tocsin);
        add(all, count, "libfuse", serve_directory_by_libfuse);
    }
}

}  // namespace bench
