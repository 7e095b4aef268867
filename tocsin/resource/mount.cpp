// Putting a mount together and taking it apart. Private to tocsin/resource.
#include <tocsin/resource/mount.h>

#include <atomic>
#include <optional>
#include <utility>

#include <tocsin/base/fork.h>
#include <tocsin/resource/guard.h>
#include <tocsin/resource/mount_point.h>
#include <tocsin/resource/placeholder.h>
#include <tocsin/resource/serving_threads.h>
#include <tocsin/resource/station.h>

namespace tocsin::resource {

// Its parts stand in the order in which they are made; they go the other way round.
struct Mount::State {
    State(std::string wanted_path, Directory::Entry entry, const MountOptions& options);
    ~State() { stop(); }

    void serve_from(core::Loop& loop);
    void serve_from_threads(unsigned count);
    void stop() noexcept;
    void end();

    std::string path;
    const base::Callback<> ended;
    const std::uint32_t fork_generation = base::fork_generation();
    std::atomic<bool> alive{true};
    std::optional<Placeholder> placeholder;
    std::optional<MountPoint> point;
    std::optional<Session> session;
    std::optional<Station> station;
    std::optional<ServingThreads> threads;
    std::optional<Guard> guard;
};

namespace {

Placeholder::Kind kind_of(const Directory::Entry& entry) noexcept {
    return std::holds_alternative<Directory*>(entry) ? Placeholder::Kind::directory
                                                     : Placeholder::Kind::file;
}

}  // namespace

Mount::State::State(std::string wanted_path, Directory::Entry entry, const MountOptions& options)
    : path{std::move(wanted_path)}, ended{options.ended} {
    placeholder.emplace(path, kind_of(entry));
    path = placeholder->path();
    point.emplace(*placeholder);
    placeholder->end_exclusively();
    session.emplace(point->take_device(), entry, path, options.limits);
}

// The kernel's first message is there already, and it lets no client in before it is answered.
void Mount::State::serve_from(core::Loop& loop) {
    station.emplace(loop, *session, Station::Role::first,
                    base::Callback<>::bind<&State::end>(*this));
    station->serve();
    guard.emplace(*session);
}

void Mount::State::serve_from_threads(unsigned count) {
    threads.emplace(*session, count, base::Callback<>::bind<&State::end>(*this));
    guard.emplace(*session);
}

void Mount::State::end() {
    if (alive.exchange(false)) {
        ended();
    }
}

// Those who serve go first. Cutting the connection comes before unmounting, which may ask the file
// system something that nobody answers any more.
void Mount::State::stop() noexcept {
    alive = false;
    guard.reset();
    threads.reset();
    station.reset();
    if (session) {
        session->end();
    }
    point.reset();
    session.reset();
    placeholder.reset();
}

Mount::Mount(core::Loop& loop, std::string path, Resource& resource, const MountOptions& options)
    : state_{std::make_unique<State>(std::move(path), &resource, options)} {
    state_->serve_from(loop);
}

Mount::Mount(core::Loop& loop, std::string path, Directory& directory, const MountOptions& options)
    : state_{std::make_unique<State>(std::move(path), &directory, options)} {
    state_->serve_from(loop);
}

Mount::Mount(std::string path, Resource& resource, const MountOptions& options)
    : state_{std::make_unique<State>(std::move(path), &resource, options)} {
    state_->serve_from_threads(options.threads);
}

Mount::Mount(std::string path, Directory& directory, const MountOptions& options)
    : state_{std::make_unique<State>(std::move(path), &directory, options)} {
    state_->serve_from_threads(options.threads);
}

// In a child of fork() everything but the memory belongs to the parent, its threads included.
Mount::~Mount() {
    if (state_->fork_generation != base::fork_generation()) {
        static_cast<void>(state_.release());
    }
}

void Mount::stop() noexcept {
    if (state_->fork_generation == base::fork_generation()) {
        state_->stop();
    }
}

bool Mount::alive() const noexcept {
    return state_->alive;
}

const std::string& Mount::path() const noexcept {
    return state_->path;
}

}  // namespace tocsin::resource
