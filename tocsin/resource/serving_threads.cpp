// Starting and stopping them. Private to tocsin/resource.
#include <tocsin/resource/serving_threads.h>

#include <algorithm>
#include <utility>

#include <tocsin/resource/quiet_thread.h>
#include <tocsin/resource/station.h>

namespace tocsin::resource {

ServingThreads::ServingThreads(Session& session, unsigned count, base::Callback<> ended)
    : session_{session}, ended_{ended} {
    servers_.resize(std::max(count, 1U));
    try {
        for (unsigned number = 0; number < servers_.size(); ++number) {
            servers_[number].loop = start(number, servers_[number].thread);
        }
    } catch (...) {
        stop();
        throw;
    }
}

core::Loop* ServingThreads::start(unsigned number, std::thread& thread) {
    std::promise<core::Loop*> started;
    thread = start_quiet_thread([this, number, &started] { run(number, started); });
    return started.get_future().get();
}

void ServingThreads::run(unsigned number, std::promise<core::Loop*>& started) noexcept {
    bool serving = false;
    try {
        core::Loop loop;
        Station station{loop, session_, number == 0 ? Station::Role::first : Station::Role::further,
                        ended_};
        station.serve();
        serving = true;
        started.set_value(&loop);
        loop.run();
    } catch (...) {
        if (!serving) {
            started.set_exception(std::current_exception());
        }
    }
}

void ServingThreads::stop() noexcept {
    for (const Server& server : servers_) {
        if (server.loop != nullptr) {
            server.loop->stop();
        }
    }
    for (Server& server : servers_) {
        if (server.thread.joinable()) {
            server.thread.join();
        }
    }
}

}  // namespace tocsin::resource
