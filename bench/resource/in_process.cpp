// Pulses between two threads of a process. Private to bench/resource.
#include <atomic>
#include <linux/futex.h>
#include <semaphore>
#include <sys/neutrino.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

#include <bench/loops/libraries/tocsin.h>
#include <bench/measure/pieces.h>
#include <bench/measure/stopwatch.h>
#include <bench/resource/cases.h>
#include <bench/resource/cores.h>

namespace bench {
namespace {

constexpr int trips = 2'000;

// A side S of a ping-pong:
//   S()           made on the owner's thread, and gone there
//   void knock()  from any thread
//   void wait()   on the owner's thread, until there has been a knock

// MsgSendPulse() and MsgReceivePulse().
class PulseSide {
public:
    static constexpr const char* name = "tocsin";

    PulseSide() { require(chid_ > 0 && coid_ >= 0, "a channel"); }
    ~PulseSide() {
        ConnectDetach(coid_);
        ChannelDestroy(chid_);
    }
    PulseSide(const PulseSide&) = delete;
    PulseSide& operator=(const PulseSide&) = delete;

    void knock() const { require(MsgSendPulse(coid_, 10, 7, 42) == 0, "MsgSendPulse"); }
    void wait() const {
        ::_pulse pulse = {};
        require(MsgReceivePulse(chid_, &pulse, sizeof pulse, nullptr) == 0 && pulse.code == 7,
                "MsgReceivePulse");
    }

private:
    const int chid_ = ChannelCreate(0);
    const int coid_ = ConnectAttach(0, 0, chid_, _NTO_SIDE_CHANNEL, 0);
};

// An Event in a Loop of the core.
class EventSide {
public:
    static constexpr const char* name = "tocsin event";

    void knock() { events_.post(0); }
    void wait() { events_.run(); }

private:
    static void deliver(void* self, std::size_t) { static_cast<EventSide*>(self)->events_.stop(); }

    Tocsin::Events events_{1, Handler{deliver, this}};
};

class FutexSide {
public:
    static constexpr const char* name = "futex";

    void knock() {
        word_.store(1);
        ::syscall(SYS_futex, &word_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    }
    void wait() {
        while (word_.exchange(0) == 0) {
            ::syscall(SYS_futex, &word_, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
        }
    }

private:
    std::atomic<int> word_{0};
};

// The other side, on a thread that answers each knock with one.
template <typename Side>
class Answering {
public:
    Answering(Cores cores, Side& asking) : thread_{[=, this, &asking] { run(cores, asking); }} {
        made_.acquire();
    }
    ~Answering() {
        over_.release();
        thread_.join();
        require(answered_ == trips, "round trips");
    }
    Answering(const Answering&) = delete;
    Answering& operator=(const Answering&) = delete;

    void knock() { side_->knock(); }

private:
    void run(Cores cores, Side& asking) {
        confine_server(cores);
        Side side;
        side_ = &side;
        made_.release();
        for (; answered_ < trips; ++answered_) {
            side.wait();
            asking.knock();
        }
        over_.acquire();
    }

    std::binary_semaphore made_{0};
    std::binary_semaphore over_{0};
    Side* side_ = nullptr;
    int answered_ = 0;
    std::thread thread_;
};

template <typename Side>
double ping_pong(Cores cores) {
    Side asking;
    Answering<Side> other{cores, asking};
    const Stopwatch::time_point start = Stopwatch::now();
    for (int trip = 0; trip < trips; ++trip) {
        other.knock();
        asking.wait();
    }
    return nanoseconds_since(start) / trips;
}

template <typename Side>
void add(std::vector<Measurement>& all) {
    add_everywhere(all, "thread to thread: pulse and back", Side::name, [](Cores cores) {
        return middle_of_pieces(9, [=] { return ping_pong<Side>(cores); });
    });
}

}  // namespace

void add_in_process_cases(std::vector<Measurement>& all) {
    add<PulseSide>(all);
    add<EventSide>(all);
    add<FutexSide>(all);
}

}  // namespace bench
