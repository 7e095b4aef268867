// `tocsin watch`: conditions of a path as they come true. Private to tocsin/cli.
#include <tocsin/cli/command.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/epoll.h>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <tocsin/base/clock.h>
#include <tocsin/base/errors.h>
#include <tocsin/cli/observer.h>
#include <tocsin/cli/say.h>
#include <tocsin/cli/table.h>
#include <tocsin/cli/values.h>

namespace tocsin::cli {

namespace {

constexpr const char* examples = R"(Examples:
  tocsin watch /tmp/build                      every condition as it comes true, until the end
  tocsin watch --input --once /tmp/build && cat /tmp/build
                                               wait until there is something to read
  tocsin watch --oob --json /run/journal       tell when a reader loses records
  tocsin watch --once --timeout 5s /tmp/build  exit code 124 when nothing comes true in 5 seconds

It waits as any program does, with epoll(7), on a path that anyone serves. On a path of tocsin serve
it is no reader: nothing is kept for it, and nobody waits for it. Without --input, --output and
--oob it watches all three. It ends when the path hangs up.
)";

struct Options {
    std::string path;
    std::string timeout;
    bool input = false;
    bool output = false;
    bool out_of_band = false;
    bool once = false;
    bool as_json = false;
};

struct Name {
    std::uint32_t bit;
    const char* name;
};

constexpr std::array<Name, 5> names = {{{EPOLLIN, "input"},
                                        {EPOLLOUT, "output"},
                                        {EPOLLPRI, "out_of_band"},
                                        {EPOLLHUP, "hang_up"},
                                        {EPOLLERR, "error"}}};

std::uint32_t wanted_bits(const Options& options) noexcept {
    const std::uint32_t wanted = (options.input ? EPOLLIN : 0U) | (options.output ? EPOLLOUT : 0U) |
                                 (options.out_of_band ? EPOLLPRI : 0U);
    return wanted != 0 ? wanted : EPOLLIN | EPOLLOUT | EPOLLPRI;
}

std::optional<base::Time> deadline_of(const Options& options) {
    if (options.timeout.empty()) {
        return std::nullopt;
    }
    return base::monotonic_clock().now() + parse_duration("--timeout", options.timeout);
}

class Watcher {
public:
    explicit Watcher(const Options& options)
        : options_{options},
          wanted_{wanted_bits(options)},
          deadline_{deadline_of(options)},
          observer_{options.path},
          lost_{observer_.records_lost()} {
        open_epoll();
    }

    Exit run() {
        for (;;) {
            const std::optional<std::uint32_t> ready = wait();
            if (!ready) {
                return seen_ ? Exit::done : Exit::timed_out;
            }
            if (*ready == 0) {
                continue;
            }
            observer_.mark_seen();
            print_all(news(*ready));
            if ((*ready & EPOLLERR) != 0) {
                throw Failure{Exit::failed,
                              fmt::format("{}: its server is gone; see tocsin ls", options_.path)};
            }
            const bool enough = options_.once && seen_;
            if (enough || (*ready & EPOLLHUP) != 0) {
                return seen_ || !options_.once ? Exit::done : Exit::failed;
            }
        }
    }

private:
    void open_epoll() {
        ::epoll_event interest{};
        interest.events = wanted_ | EPOLLET;
        if (!epoll_ ||
            ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, observer_.descriptor(), &interest) != 0) {
            const bool pointless = errno == EPERM;
            throw Failure{pointless ? Exit::refused : Exit::failed,
                          fmt::format("{}: cannot be waited for ({}); {}", options_.path,
                                      base::last_error().message(),
                                      pointless ? "a plain file or directory is always ready"
                                                : "see ulimit -n")};
        }
    }

    // What has come true; 0 when there was nothing after all; none when the time is up.
    std::optional<std::uint32_t> wait() {
        ::epoll_event event{};
        const int count = ::epoll_wait(epoll_.number(), &event, 1, milliseconds_left());
        if (count < 0 && errno != EINTR) {
            throw std::system_error{base::last_error(), options_.path};
        }
        if (count == 0) {
            return std::nullopt;
        }
        return count < 0 ? 0 : event.events;
    }

    [[nodiscard]] int milliseconds_left() const {
        if (!deadline_) {
            return -1;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            *deadline_ - base::monotonic_clock().now());
        return static_cast<int>(std::clamp<long>(left.count(), 0, 1'000'000'000));
    }

    // The kernel says all that is true when something comes true. What was true before is news only
    // when nothing else is, and then not that one can write, which hardly ever changes.
    std::uint32_t news(std::uint32_t ready) {
        const std::uint32_t fresh = ready & ~true_before_;
        ::pollfd now{
            .fd = observer_.descriptor(), .events = static_cast<short>(wanted_), .revents = 0};
        true_before_ = ::poll(&now, 1, 0) > 0 ? static_cast<std::uint32_t>(now.revents) : 0;
        return fresh != 0 ? fresh : ready & ~static_cast<std::uint32_t>(EPOLLOUT);
    }

    void print_all(std::uint32_t ready) {
        for (const Name& name : names) {
            if ((ready & name.bit) != 0) {
                print(name);
            }
        }
    }

    void print(const Name& name) {
        seen_ = seen_ || (name.bit & wanted_) != 0;
        std::uint64_t lost_now = 0;
        if (name.bit == EPOLLPRI) {
            const std::uint64_t lost = observer_.records_lost();
            lost_now = lost - lost_;
            lost_ = lost;
        }
        const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(
            std::chrono::system_clock::now());
        const std::string time =
            fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                        now.time_since_epoch().count() % 1000);
        if (options_.as_json) {
            print_json(name, time, lost_now);
        } else if (lost_now > 0) {
            answer("{} {} {} records lost\n", time, name.name, lost_now);
        } else {
            answer("{} {}\n", time, name.name);
        }
    }

    void print_json(const Name& name, const std::string& time, std::uint64_t lost) const {
        nlohmann::json line{{"time", time}, {"path", options_.path}, {"condition", name.name}};
        if (lost > 0) {
            line["records_lost"] = lost;
        }
        answer("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }

    const Options& options_;
    std::uint32_t wanted_;
    std::optional<base::Time> deadline_;
    Observer observer_;
    base::Descriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
    std::uint32_t true_before_ = 0;
    std::uint64_t lost_;
    bool seen_ = false;
};

}  // namespace

void add_watch_command(CLI::App& app, Action& action) {
    const auto options = std::make_shared<Options>();
    Subcommand{app, action, "watch", "Print each condition of a path as it comes true."}
        .path(options->path, "the path to watch", true)
        .flag("--input", options->input, "something can be read")
        .flag("--output", options->output, "something can be written")
        .flag("--oob", options->out_of_band, "out of band: records were lost")
        .flag("--once", options->once, "end when the first condition has come true")
        .option("--timeout", "DURATION", options->timeout, "end after this time: 500ms, 2s, 1m")
        .flag("--json", options->as_json, "one JSON object per line")
        .examples(examples)
        .does([options] { return Watcher{*options}.run(); });
}

}  // namespace tocsin::cli
