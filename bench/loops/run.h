// All cases of loops, for the libraries that a program is about. Private to bench/loops.
#pragma once

#include <vector>

#include <bench/loops/cases/descriptors.h>
#include <bench/loops/cases/own_posts.h>
#include <bench/loops/cases/posts.h>
#include <bench/loops/cases/raw_events.h>
#include <bench/loops/cases/timers.h>
#include <bench/loops/cases/wakes.h>
#include <bench/loops/libraries/queued.h>
#include <bench/measure/program.h>

namespace bench {

template <typename Library>
void add_loop_cases(std::vector<Measurement>& all) {
    if constexpr (requires { typename Library::Events; }) {
        add_litmus<Library>(all);
        add_post_cases<Library>(all);
        add_wake_cases<Library>(all);
        add_own_post_cases<Library>(all);
    }
    add_raw_event_cases<Library>(all);
    add_timer_cases<Library>(all);
    add_descriptor_cases<Library>(all);
}

template <typename Library, typename... More>
int run_loops(int argument_count, char** arguments) {
    std::vector<Measurement> all;
    add_loop_cases<Library>(all);
    (add_loop_cases<More>(all), ...);
    return run_program(all, Library::version(), argument_count, arguments);
}

}  // namespace bench
