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
// in them as well. A scheduler that is free to choose keeps for long what it has begun with, so
// that a figure would be one of the two by chance.
enum class Cores { one, two };

inline std::string name_of(Cores cores) {
    return cores == Cores::one ? ", one core" : ", two cores";
}

inline void confine_thread(::pid_t thread, std::size_t core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    ::sched_setaffinity(thread, sizeof set, &set);
}

// The server's process before it has threads, or a thread that answers another.
inline void confine_server(Cores cores) {
    confine_thread(0, cores == Cores::two ? 1 : 0);
}

// All threads of this process, those of the libraries among them.
inline void confine_client() {
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/task"}) {
        confine_thread(std::atoi(entry.path().filename().c_str()), 0);
    }
}

// One case for each way, of what `contestants` are for it.
inline std::vector<Case>
everywhere(const std::string& name,
           const std::function<std::vector<Contestant>(Cores)>& contestants) {
    std::vector<Case> cases;
    for (const Cores cores : {Cores::one, Cores::two}) {
        Case& added = cases.emplace_back(Case{name + name_of(cores), contestants(cores)});
        for (Contestant& contestant : added.contestants) {
            contestant.round = [round = std::move(contestant.round)] {
                confine_client();
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
