// Cycles of a client that asks to be told, is answered, and is told. Private to bench/resource.
#include <fcntl.h>
#include <sys/iomsg.h>
#include <sys/neutrino.h>
#include <unistd.h>
#include <vector>

#include <bench/measure/pieces.h>
#include <bench/measure/stopwatch.h>
#include <bench/resource/cases.h>
#include <bench/resource/cycle_sd_bus.h>
#include <bench/resource/cycle_socket.h>
#include <bench/resource/cycle_zeromq.h>
#include <bench/resource/served.h>

namespace bench {
namespace {

constexpr int cycles = 500;

// A client class C has a server in a process of its own:
//   C(cores)         with everything there
//   int cycle(n)     asks with the number n, which is less than `cycles`, and returns what it is
//                    told: the server answers first, and tells at once
//   static name

// Arms by ionotify(), and is told by a pulse that it has registered.
class TocsinCycle {
public:
    static constexpr const char* name = "tocsin";

    explicit TocsinCycle(Cores cores) : served_{cores, serve_by_tocsin, Triggers::with_the_answer} {
        require(chid_ > 0 && coid_ >= 0 && file_ >= 0, "a channel and a device");
        SIGEV_PULSE_INT_INIT(&event_, coid_, SIGEV_PULSE_PRIO_INHERIT, 7, 42);
        require(MsgRegisterEvent(&event_, file_) == 0, "MsgRegisterEvent");
    }
    ~TocsinCycle() {
        MsgUnregisterEvent(&event_);
        tocsin_close(file_);
        ConnectDetach(coid_);
        ChannelDestroy(chid_);
    }
    TocsinCycle(const TocsinCycle&) = delete;
    TocsinCycle& operator=(const TocsinCycle&) = delete;

    int cycle(int number) {
        require(ionotify(file_, _NOTIFY_ACTION_POLLARM, static_cast<int>(_NOTIFY_COND_INPUT),
                         &event_) == 0,
                "ionotify");
        ::_pulse pulse = {};
        require(MsgReceivePulse(chid_, &pulse, sizeof pulse, nullptr) == 0, "MsgReceivePulse");
        return pulse.code == 7 && pulse.value.sival_int == 42 ? number : -1;
    }

private:
    Served served_;
    const int chid_ = ChannelCreate(0);
    const int coid_ = ConnectAttach(0, 0, chid_, _NTO_SIDE_CHANNEL, 0);
    const int file_ = ::open(served_.path().c_str(), O_RDWR | O_CLOEXEC);
    struct ::sigevent event_ = {};
};

template <typename Client>
double time_cycles(Client& client) {
    int right = 0;
    const Stopwatch::time_point start = Stopwatch::now();
    for (int number = 0; number < cycles; ++number) {
        right += client.cycle(number) == number ? 1 : 0;
    }
    const double elapsed = nanoseconds_since(start);
    require(right == cycles, "cycles");
    return elapsed / cycles;
}

template <typename Client>
void add(std::vector<Measurement>& all) {
    add_everywhere(all, "pulse: arm, answer, trigger, deliver", Client::name, [](Cores cores) {
        Client client{cores};
        return middle_of_pieces(15, [&] { return time_cycles(client); });
    });
}

}  // namespace

void add_pulse_cycle_cases(std::vector<Measurement>& all) {
    add<TocsinCycle>(all);
#if TOCSIN_HAS_SYSTEMD
    add<SdBusCycle>(all);
#ifdef TOCSIN_DBUS_DAEMON
    add<DaemonCycle>(all);
#endif
#endif
#if TOCSIN_HAS_ZMQ
    add<ZeroMqCycle>(all);
    add<ZeroMqTrip>(all);
#endif
    add<SocketCycle>(all);
    add<SocketTrip>(all);
}

}  // namespace bench
