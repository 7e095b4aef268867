// Measures asio. Private to bench/loops.
#include <bench/loops/libraries/asio.h>
#include <bench/loops/run.h>

int main(int argument_count, char** arguments) {
    return bench::run_loops<bench::Asio>(argument_count, arguments);
}
