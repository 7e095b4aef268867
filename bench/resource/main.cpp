// What is measured of serving a path to clients, and of pulses. Private to bench/resource.
#include <bench/resource/cases.h>
#include <bench/resource/place.h>

int main(int argument_count, char** arguments) {
    bench::keep_mounts_private();
    std::vector<bench::Measurement> all;
    for (const auto add_cases :
         {bench::add_file_call_cases, bench::add_poll_cases, bench::add_epoll_cases,
          bench::add_pulse_cycle_cases, bench::add_crowd_cases, bench::add_in_process_cases}) {
        add_cases(all);
    }
    return bench::run_program(all, "", argument_count, arguments);
}
