// Measures libuv. Private to bench/loops.
#include <bench/loops/libraries/libuv.h>
#include <bench/loops/run.h>

int main(int argument_count, char** arguments) {
    return bench::run_loops<bench::Libuv, bench::Queued<bench::Libuv>>(argument_count, arguments);
}
