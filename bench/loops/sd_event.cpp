// Measures sd-event. Private to bench/loops.
#include <bench/loops/libraries/sd_event.h>
#include <bench/loops/run.h>

int main(int argument_count, char** arguments) {
    return bench::run_loops<bench::SdEvent, bench::Queued<bench::SdEvent>>(argument_count,
                                                                           arguments);
}
