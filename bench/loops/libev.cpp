// Measures libev. Private to bench/loops.
#include <bench/loops/libraries/libev.h>
#include <bench/loops/run.h>

int main(int argument_count, char** arguments) {
    return bench::run_loops<bench::Libev, bench::Queued<bench::Libev>>(argument_count, arguments);
}
