// What is measured of notifying clients. Private to bench/notify.
#include <bench/notify/cases.h>

#if TOCSIN_HAS_QNX
#include <bench/resource/place.h>
#endif

int main(int argument_count, char** arguments) {
    std::vector<bench::Measurement> all;
    bench::add_trigger_cases(all);
#if TOCSIN_HAS_QNX
    bench::keep_mounts_private();
    bench::add_client_cases(all);
#endif
    return bench::run_program(all, "", argument_count, arguments);
}
