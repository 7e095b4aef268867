// Measures the bare kernel: floors. Private to bench/loops.
#include <bench/loops/libraries/kernel.h>
#include <bench/loops/libraries/sleepers.h>
#include <bench/loops/run.h>

int main(int argument_count, char** arguments) {
    return bench::run_loops<bench::Kernel, bench::BareEventfd, bench::Bare<bench::FutexSleeper>,
                            bench::Bare<bench::PipeSleeper>, bench::BareCacheLine>(argument_count,
                                                                                   arguments);
}
