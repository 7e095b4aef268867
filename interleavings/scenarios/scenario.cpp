// Threads and expectations of scenarios.
#include <scenarios/scenario.h>

#include <utility>

#include <checker/execution.h>

namespace interleavings {

namespace {

bool reached = false;

}  // namespace

void start(std::function<void()> body) {
    Execution::current().start(std::move(body));
}

void join() {
    Execution::current().join();
}

void expect(bool kept, const char* promise) {
    if (!kept) {
        fail(promise);
    }
}

void reach() noexcept {
    reached = true;
}

bool take_reached() noexcept {
    return std::exchange(reached, false);
}

}  // namespace interleavings
