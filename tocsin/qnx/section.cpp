// Pulses of handlers that wait for the threads that they have interrupted. Private to tocsin/qnx.
#include <tocsin/qnx/section.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>

#include <tocsin/qnx/connection.h>

namespace tocsin::qnx {

namespace {

struct Held {
    int coid = 0;
    PulseContent content;
};

// Of one thread and its handlers. Each handler has returned before the thread goes on, and before
// the handler goes on that it has interrupted.
struct State {
    std::atomic<int> depth{0};
    std::atomic<std::size_t> count{0};
    std::array<Held, 8> held = {};
};

// A handler may be the first to touch it, and must not allocate it.
[[gnu::tls_model("initial-exec")]] thread_local constinit State state;

// Those that come meanwhile, too.
void send_held() noexcept {
    const int error = errno;
    std::size_t sent = 0;
    std::size_t count = 0;
    do {
        for (count = state.count; sent < count; ++sent) {
            // Nobody hears of an error any more.
            static_cast<void>(pulse_now(state.held[sent].coid, state.held[sent].content));
        }
    } while (!state.count.compare_exchange_strong(count, 0));
    errno = error;
}

}  // namespace

Section::Section() noexcept {
    ++state.depth;
}

// One that comes before the thread has left, but after it has looked, is found by the next look.
Section::~Section() {
    if (state.depth == 1 && state.count != 0) {
        send_held();
    }
    if (--state.depth == 0 && state.count != 0) {
        const Section again;
    }
}

bool Section::is_inside() noexcept {
    return state.depth != 0;
}

int Section::send_later(int coid, const PulseContent& content) noexcept {
    const std::size_t place = state.count.fetch_add(1);
    if (place >= state.held.size()) {
        state.count.fetch_sub(1);
        return EAGAIN;
    }
    state.held[place] = {.coid = coid, .content = content};
    return 0;
}

}  // namespace tocsin::qnx
