// Measures ivykis. Private to bench/loops.
#include <bench/loops/libraries/ivykis.h>
#include <bench/loops/run.h>

int main(int argument_count, char** arguments) {
    std::vector<bench::Measurement> all;
    bench::add_loop_cases<bench::Ivykis>(all);
    bench::add_loop_cases<bench::IvykisWithEpoll>(all);
    bench::add_chains<bench::IvykisTasks>(all);
    return bench::run_program(all, bench::Ivykis::version(), argument_count, arguments);
}
