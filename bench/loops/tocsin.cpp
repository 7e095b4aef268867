// Measures Tocsin in all cases of loops. Private to bench/loops.
#include <bench/loops/libraries/tocsin.h>
#include <bench/loops/run.h>

namespace {

// As a program with processors to spare sets it up.
class SpinningEvents : public bench::Tocsin::Events {
public:
    SpinningEvents(std::size_t count, bench::Handler handler)
        : Events{count, handler, {.spin = std::chrono::milliseconds{1}}} {}
};

}  // namespace

int main(int argument_count, char** arguments) {
    std::vector<bench::Measurement> all;
    bench::add_loop_cases<bench::Tocsin>(all);
    bench::add_wakes_across<SpinningEvents>(all, "tocsin spinning");
    bench::add_chains<bench::TocsinTasks>(all);
    return bench::run_program(all, bench::Tocsin::version(), argument_count, arguments);
}
