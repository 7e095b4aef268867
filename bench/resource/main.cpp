// Runs all cases of serving a path to clients, and of pulses. Private to bench/resource.
#include <iterator>

#include <bench/resource/cases.h>
#include <bench/resource/place.h>

namespace bench {
namespace {

std::vector<Case> all_cases() {
    std::vector<Case> all;
    for (const auto cases :
         {file_call_cases, poll_cases, pulse_cycle_cases, crowd_cases, in_process_cases}) {
        std::vector<Case> some = cases();
        all.insert(all.end(), std::make_move_iterator(some.begin()),
                   std::make_move_iterator(some.end()));
    }
    return all;
}

}  // namespace
}  // namespace bench

int main(int argument_count, char** arguments) {
    bench::keep_mounts_private();
    // Static, so that what the cases have started ends when a wrong result ends the run.
    static const std::vector<bench::Case> cases = bench::all_cases();
    return bench::run_cases(cases, argument_count, arguments);
}
