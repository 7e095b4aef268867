// Which processors clients and servers run on. Private to bench.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <bench/measure/program.h>
#include <bench/measure/stopwatch.h>

namespace bench {

// On one, figures are steady and show what is done; on two, what it takes to wake the other one is
// in them as well. A scheduler that is free to choose keeps for long what it has begun with, so
// that a figure would be one of the two by chance.
enum class Cores { one, two };

inline std::string name_of(Cores cores) {
    return cores == Cores::one ? ", one core" : ", two cores";
}

// The server's process before it has threads, or a thread that answers another.
inline void confine_server(Cores cores) {
    pin_to(cores == Cores::two ? 1 : 0);
}

// Before the client has threads.
inline void confine_client() {
    pin_to(0);
}

// One measurement for each way.
inline void add_everywhere(std::vector<Measurement>& all, const std::string& subject,
                           const std::string& contestant,
                           const std::function<Figures(Cores)>& measure) {
    for (const Cores cores : {Cores::one, Cores::two}) {
        all.push_back({subject + name_of(cores), contestant, [=] {
                           confine_client();
                           return measure(cores);
                       }});
    }
}

}  // namespace bench
