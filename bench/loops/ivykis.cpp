// Measures ivykis. Private to bench/loops.
#include <bench/loops/libraries/ivykis.h>
#include <bench/loops/run.h>

int main(int argument_count, char** arguments) {
    return bench::run_loops<bench::Ivykis>(argument_count, arguments);
}
