// Measures libevent. Private to bench/loops.
#include <bench/loops/libraries/libevent.h>
#include <bench/loops/run.h>

int main(int argument_count, char** arguments) {
    return bench::run_loops<bench::Libevent, bench::Queued<bench::Libevent>>(argument_count,
                                                                             arguments);
}
