// Measures GLib. Private to bench/loops.
#include <bench/loops/libraries/glib.h>
#include <bench/loops/run.h>

int main(int argument_count, char** arguments) {
    return bench::run_loops<bench::Glib, bench::Queued<bench::Glib>>(argument_count, arguments);
}
