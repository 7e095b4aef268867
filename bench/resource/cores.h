// Which processors clients and servers run on. Private to bench/resource.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <sched.h>
#include <string>
#include <vector>

#include <bench/peer.h>
#include <bench/rounds.h>

namespace bench {

// On one, figures are steady and show what is done; on two, what it takes to wake the other one is
// in them as well; where the scheduler is free it chooses between the two, as it does for users.
enum class Cores { one, two, free };

inline std::string name_of(Cores cores) {
    switch (cores) {
    case Cores::one:
        return ", one core";
    case Cores::two:
        return ", two cores";
    default:
        return ", any core";
    }
}

inline void confine_thread(::pid_t thread, Cores cores, std::size_t core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (cores == Cores::free) {
        for (core = 0; core < CPU_SETSIZE; ++core) {
            CPU_SET(core, &set);
        }
    } else {
        CPU_SET(core, &set);
    }
    ::sched_setaffinity(thread, sizeof set, &set);
}

// The server's process before it has threads, or a thread that answers another.
inline void confine_server(Cores cores) {
    confine_thread(0, cores, cores == Cores::two ? 1 : 0);
}

// All threads of this process, those of the libraries among them.
inline void confine_client(Cores cores) {
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/task"}) {
        confine_thread(std::atoi(entry.path().filename().c_str()), cores, 0);
    }
}

// One case for each way, of what `contestants` are for it.
inline std::vector<Case>
everywhere(const std::string& name,
           const std::function<std::vector<Contestant>(Cores)>& contestants) {
    std::vector<Case> cases;
    for (const Cores cores : {Cores::one, Cores::two, Cores::free}) {
        Case& added = cases.emplace_back(Case{name + name_of(cores), contestants(cores)});
        for (Contestant& contestant : added.contestants) {
            contestant.round = [cores, round = std::move(contestant.round)] {
                confine_client(cores);
                return round();
            };
        }
    }
    return cases;
}

inline void append(std::vector<Case>& all, std::vector<Case> some) {
    for (Case& added : some) {
        all.push_back(std::move(added));
    }
}

// A contestant that is made when it is first measured, in whatever round, and lasts to the end.
template <typename Made, typename Make, typename Measure>
Contestant made_later(const std::string& name, Make make, Measure measure) {
    return {name, [=, made = std::shared_ptr<Made>{}]() mutable {
                if (made == nullptr) {
                    made = make();
                }
                return measure(*made);
            }};
}

}  // namespace bench
