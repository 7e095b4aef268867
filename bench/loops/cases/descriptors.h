// Descriptors: dispatched, registered, switched off and on. Private to bench/loops.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

#include <bench/loops/handler.h>
#include <bench/measure/memory.h>
#include <bench/measure/pieces.h>
#include <bench/measure/program.h>
#include <bench/measure/span.h>

namespace bench {

// So many eventfds.
class EventFds {
public:
    explicit EventFds(std::size_t count) {
        allow_descriptors(count + 100);
        for (std::size_t index = 0; index < count; ++index) {
            all_.push_back(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
            require(all_.back() >= 0, "eventfd");
        }
    }
    ~EventFds() {
        for (const int descriptor : all_) {
            ::close(descriptor);
        }
    }
    EventFds(const EventFds&) = delete;
    EventFds& operator=(const EventFds&) = delete;

    [[nodiscard]] std::size_t size() const { return all_.size(); }
    [[nodiscard]] int operator[](std::size_t index) const { return all_[index]; }
    void put(std::size_t index) const {
        const std::uint64_t one = 1;
        require(::write(all_[index], &one, sizeof one) == sizeof one, "write");
    }
    void take(std::size_t index) const {
        std::uint64_t count = 0;
        require(::read(all_[index], &count, sizeof count) == sizeof count && count == 1, "read");
    }

private:
    std::vector<int> all_;
};

template <typename Library>
struct Watched {
    explicit Watched(std::size_t count, void (*function)(void*, std::size_t))
        : fds{count}, descriptors{count, Handler{function, this}} {}
    void watch_all() {
        for (std::size_t index = 0; index < fds.size(); ++index) {
            descriptors.watch(index, fds[index]);
        }
    }
    void unwatch_all() {
        for (std::size_t index = 0; index < fds.size(); ++index) {
            descriptors.unwatch(index);
        }
    }
    // Begins with the first; whoever puts off what it has to tell the kernel does so before that.
    void run() {
        watch_all();
        descriptors.turn();
        fds.put(0);
        span = {};
        descriptors.run();
        unwatch_all();
    }
    EventFds fds;
    typename Library::Descriptors descriptors;
    Span span;
    std::minstd_rand random{1};
};

// The handler of one makes another one ready: with its read and its write.
template <typename Library>
Figures dispatch(std::size_t count) {
    Watched<Library> all{count, [](void* context, std::size_t index) {
                             auto& own = *static_cast<Watched<Library>*>(context);
                             own.fds.take(index);
                             if (own.span.over()) {
                                 own.descriptors.stop();
                             } else {
                                 own.fds.put(own.random() % own.fds.size());
                             }
                         }};
    all.run();
    return {{"ns", all.span.ns_for_each()}};
}

struct Registering {
    double watch_ns = 0;
    double unwatch_ns = 0;
};

// With the next look at the kernel, as some libraries put off what they have to tell it.
template <typename Library>
Registering register_all(std::size_t count) {
    Watched<Library> all{count, [](void*, std::size_t) { require(false, "nothing is ready"); }};
    const std::size_t times = std::max<std::size_t>(5, 20'000 / count);
    std::vector<double> watching;
    std::vector<double> unwatching;
    for (std::size_t time = 0; time < times; ++time) {
        const Stopwatch::time_point start = Stopwatch::now();
        all.watch_all();
        all.descriptors.turn();
        watching.push_back(nanoseconds_since(start) / static_cast<double>(count));
        const Stopwatch::time_point watched = Stopwatch::now();
        all.unwatch_all();
        all.descriptors.turn();
        unwatching.push_back(nanoseconds_since(watched) / static_cast<double>(count));
    }
    return {.watch_ns = middle_of(std::move(watching)),
            .unwatch_ns = middle_of(std::move(unwatching))};
}

// The first is always ready; its handler switches it off and sends a job away, whose end switches
// it on again.
template <typename Library>
Figures off_and_on(std::size_t count) {
    Watched<Library> all{count + 1, [](void* context, std::size_t index) {
                             auto& own = *static_cast<Watched<Library>*>(context);
                             const std::size_t job = own.fds.size() - 1;
                             if (index != job) {
                                 own.descriptors.pause(index);
                                 own.fds.put(job);
                                 return;
                             }
                             own.fds.take(job);
                             if (own.span.over()) {
                                 own.descriptors.stop();
                             } else {
                                 own.descriptors.resume(0);
                             }
                         }};
    all.run();
    return {{"ns", all.span.ns_for_each()}};
}

template <typename Library>
void add_descriptor_cases(std::vector<Measurement>& all) {
    if constexpr (requires { typename Library::Descriptors; }) {
        const std::string name = Library::descriptors_name;
        for (const std::size_t count : std::initializer_list<std::size_t>{1, 100, 10'000}) {
            const std::string of = ", " + std::to_string(count);
            all.push_back(
                {"descriptors: dispatch" + of, name, [=] { return dispatch<Library>(count); }});
            all.push_back({"descriptors: register" + of, name,
                           [=] { return Figures{{"ns", register_all<Library>(count).watch_ns}}; }});
            all.push_back({"descriptors: unregister" + of, name, [=] {
                               return Figures{{"ns", register_all<Library>(count).unwatch_ns}};
                           }});
            all.push_back(
                {"descriptors: off and on" + of, name, [=] { return off_and_on<Library>(count); }});
        }
    }
}

}  // namespace bench
