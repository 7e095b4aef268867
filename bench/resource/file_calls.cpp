// What a call on a served file costs its client. Private to bench/resource.
#include <fcntl.h>
#include <functional>
#include <string>
#include <sys/iomsg.h>
#include <sys/siginfo.h>
#include <unistd.h>
#include <vector>

#include <devctl.h>

#include <bench/measure/pieces.h>
#include <bench/measure/stopwatch.h>
#include <bench/resource/cases.h>
#include <bench/resource/served.h>

namespace bench {
namespace {

constexpr int calls = 500;

// A descriptor of the device.
class File {
public:
    explicit File(const Served& served)
        : number_{::open(served.path().c_str(), O_RDWR | O_CLOEXEC)} {
        require(number_ >= 0, "open");
    }
    ~File() { ::close(number_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

int count_of_ioctls(const File& file) {
    int count = -1;
    require(::ioctl(file.number(), count_ioctl, &count) == 0, "ioctl");
    return count;
}

double time_calls(const std::function<void(int call)>& call) {
    const Stopwatch::time_point start = Stopwatch::now();
    for (int number = 0; number < calls; ++number) {
        call(number);
    }
    return nanoseconds_since(start) / calls;
}

double open_and_close(Served& served) {
    const std::int64_t before = served.shared().opened;
    const double time = time_calls([&](int) { const File file{served}; });
    require(served.shared().opened == before + calls, "opens");
    return time;
}

double read_some(Served& served, std::size_t size) {
    const File file{served};
    char room[read_size_max];
    std::size_t read = 0;
    const double time = time_calls(
        [&](int) { read += static_cast<std::size_t>(::read(file.number(), room, size)); });
    require(read == size * calls, "bytes read");
    return time;
}

double count_by_ioctl(Served& served) {
    const File file{served};
    const int before = count_of_ioctls(file);
    int count = 0;
    const double time = time_calls([&](int) { count = count_of_ioctls(file); });
    require(count == before + calls, "ioctls");
    return time;
}

double count_by_devctl(Served& served) {
    const File file{served};
    const int before = count_of_ioctls(file);
    int count = 0;
    const double time = time_calls([&](int) {
        require(::devctl(file.number(), __DIOF(ioctl_type, 1, int), &count, sizeof count,
                         nullptr) == EOK,
                "devctl");
    });
    require(count == before + calls, "devctls");
    return time;
}

double echo_by_ioctl(Served& served) {
    const File file{served};
    std::uint64_t echoed = 0;
    const double time = time_calls([&](int call) {
        Question question{.words = {static_cast<std::uint64_t>(call)}};
        require(::ioctl(file.number(), echo_ioctl, &question) == 0, "ioctl");
        echoed += question.words[0] == static_cast<std::uint64_t>(call) ? 1 : 0;
    });
    require(echoed == calls, "echoes");
    return time;
}

// What is met is told, and nobody armed.
double ask_by_ionotify(Served& served) {
    const File file{served};
    struct ::sigevent none = {};
    SIGEV_NONE_INIT(&none);
    int told = 0;
    const double time = time_calls([&](int) {
        served.shared().ready.store(true, std::memory_order_relaxed);
        told += ionotify(file.number(), _NOTIFY_ACTION_POLL, static_cast<int>(_NOTIFY_COND_INPUT),
                         &none) == static_cast<int>(_NOTIFY_COND_INPUT)
                    ? 1
                    : 0;
    });
    require(told == calls, "conditions told");
    return time;
}

double read_a_byte(Served& served) {
    return read_some(served, 1);
}

double read_a_page(Served& served) {
    return read_some(served, 4096);
}

using Measure = double (*)(Served&);

void add(std::vector<Measurement>& all, const std::string& subject, const std::string& contestant,
         Serve serve, Measure measure) {
    add_everywhere(all, subject, contestant, [=](Cores cores) {
        Served served{cores, serve};
        return middle_of_pieces(11, [&] { return measure(served); });
    });
}

void compare(std::vector<Measurement>& all, const std::string& subject, Measure tocsin,
             Measure libfuse) {
    add(all, subject, "tocsin", serve_by_tocsin, tocsin);
    add(all, subject, "libfuse", serve_by_libfuse, libfuse);
}

}  // namespace

void add_file_call_cases(std::vector<Measurement>& all) {
    const std::string opening = "file: open and close";
    compare(all, opening, open_and_close, open_and_close);
    add(all, opening, "libfuse with flush", serve_by_libfuse_with_flush, open_and_close);
    compare(all, "file: read of 1 byte", read_a_byte, read_a_byte);
    compare(all, "file: read of 4 KiB", read_a_page, read_a_page);
    compare(all, "file: ioctl of 4 bytes", count_by_ioctl, count_by_ioctl);
    compare(all, "file: ioctl of 64 bytes", echo_by_ioctl, echo_by_ioctl);
    compare(all, "file: devctl and ioctl", count_by_devctl, count_by_ioctl);
    compare(all, "file: ionotify and ioctl", ask_by_ionotify, echo_by_ioctl);
}

}  // namespace bench
