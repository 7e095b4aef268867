// Moving bytes from one descriptor to another: iv_fd_pump(3). Private to tocsin/ivykis.
#include <tocsin/ivykis/pump_carrier.h>

#include <cerrno>
#include <new>
#include <sys/socket.h>
#include <unistd.h>

#include <iv_fd_pump.h>

#include <tocsin/ivykis/thread_loop.h>

namespace {

using tocsin::ivykis::PumpCarrier;
using tocsin::ivykis::ThreadLoop;

// What saw_fin says.
enum Ending : int { open = 0, ended = 1, done = 2 };

// A pump that moves much goes on in a later turn.
constexpr int rounds_max = 32;

PumpCarrier* carrier_of(const iv_fd_pump& pump) {
    return static_cast<PumpCarrier*>(pump.buf);
}

void give_back(iv_fd_pump& pump) {
    PumpCarrier* const carrier = carrier_of(pump);
    pump.buf = nullptr;
    if (carrier != nullptr) {
        if (pump.bytes == 0) {
            carrier->hand_back(ThreadLoop::of_caller("iv_fd_pump").pump_pipes());
        }
        delete carrier;
    }
}

// What a step has come to.
enum class Step { moved, nothing, failed };

Step fill(iv_fd_pump& pump, PumpCarrier& carrier) {
    if (pump.saw_fin != open) {
        return Step::nothing;
    }
    if (carrier.room() == 0) {
        pump.full = 1;
        return Step::nothing;
    }
    const ssize_t got = carrier.take_from(pump.from_fd);
    if (got < 0 && errno != EAGAIN) {
        return Step::failed;
    }
    if (got < 0) {
        // Either the source is empty or the carrier has no room left; the latter cannot be if it is
        // empty itself. As soon as it is, the source is asked again.
        pump.full = carrier.size() > 0 ? 1 : 0;
        return Step::nothing;
    }
    pump.saw_fin = got == 0 ? ended : open;
    return Step::moved;
}

Step drain(iv_fd_pump& pump, PumpCarrier& carrier) {
    if (carrier.size() == 0) {
        return Step::nothing;
    }
    const ssize_t put = carrier.give_to(pump.to_fd);
    if (put < 0) {
        return errno == EAGAIN ? Step::nothing : Step::failed;
    }
    pump.full = 0;
    return Step::moved;
}

// Moves what can be moved; false with errno when a descriptor failed.
bool move(iv_fd_pump& pump, PumpCarrier& carrier) {
    pump.full = 0;
    for (int round = 0; round < rounds_max; ++round) {
        const Step filled = fill(pump, carrier);
        const Step drained = filled == Step::failed ? filled : drain(pump, carrier);
        pump.bytes = static_cast<int>(carrier.size());
        if (drained == Step::failed) {
            return false;
        }
        if (filled == Step::nothing && drained == Step::nothing) {
            return true;
        }
    }
    return true;
}

}  // namespace

void iv_fd_pump_init(iv_fd_pump* pump) {
    static_cast<void>(ThreadLoop::of_caller("iv_fd_pump_init"));
    pump->buf = nullptr;
    pump->bytes = 0;
    pump->full = 0;
    pump->saw_fin = open;
    pump->set_bands(pump->cookie, 1, 0);
}

void iv_fd_pump_destroy(iv_fd_pump* pump) {
    give_back(*pump);
    if (pump->saw_fin != done) {
        pump->set_bands(pump->cookie, 0, 0);
    }
}

int iv_fd_pump_pump(iv_fd_pump* pump) {
    if (pump->saw_fin == done) {
        return 0;
    }
    if (pump->buf == nullptr) {
        pump->buf =
            new (std::nothrow) PumpCarrier{ThreadLoop::of_caller("iv_fd_pump_pump").pump_pipes()};
        if (pump->buf == nullptr) {
            errno = ENOMEM;
            return -1;
        }
    }
    if (!move(*pump, *carrier_of(*pump))) {
        return -1;
    }
    if (pump->saw_fin == ended && pump->bytes == 0) {
        if ((pump->flags & IV_FD_PUMP_FLAG_RELAY_EOF) != 0) {
            ::shutdown(pump->to_fd, SHUT_WR);
        }
        pump->saw_fin = done;
        give_back(*pump);
        pump->set_bands(pump->cookie, 0, 0);
        return 0;
    }
    pump->set_bands(pump->cookie, pump->saw_fin == open && pump->full == 0 ? 1 : 0,
                    pump->bytes > 0 ? 1 : 0);
    return 1;
}

int iv_fd_pump_is_done(const iv_fd_pump* pump) {
    return pump->saw_fin == done ? 1 : 0;
}
