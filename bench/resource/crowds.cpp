// What a trigger costs as many clients are armed. Private to bench/resource.
#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/iofunc.h>
#include <sys/iomsg.h>
#include <sys/neutrino.h>
#include <unistd.h>
#include <vector>

#include <tocsin/qnx/calls.h>

#include <bench/measure/pieces.h>
#include <bench/measure/stopwatch.h>
#include <bench/resource/cases.h>
#include <bench/resource/cycle_socket.h>
#include <bench/resource/served.h>

namespace bench {
namespace {

constexpr int crowd = 1'000;

// A native client that has armed many descriptors, each with a pulse that it has registered.
class ArmedProcess {
public:
    explicit ArmedProcess(Cores cores) : served_{cores, serve_by_tocsin} {
        require(chid_ > 0 && coid_ >= 0, "a channel");
        files_.reserve(crowd);
        for (int number = 0; number < crowd; ++number) {
            File& file = files_.emplace_back();
            file.number = ::open(served_.path().c_str(), O_RDWR | O_CLOEXEC);
            require(file.number >= 0, "open");
            SIGEV_PULSE_INT_INIT(&file.event, coid_, SIGEV_PULSE_PRIO_INHERIT, 7, number);
            require(MsgRegisterEvent(&file.event, file.number) == 0, "MsgRegisterEvent");
        }
    }
    ~ArmedProcess() {
        for (const File& file : files_) {
            MsgUnregisterEvent(&file.event);
            tocsin_close(file.number);
        }
        ConnectDetach(coid_);
        ChannelDestroy(chid_);
    }
    ArmedProcess(const ArmedProcess&) = delete;
    ArmedProcess& operator=(const ArmedProcess&) = delete;

    void arm() {
        for (const File& file : files_) {
            require(ionotify(file.number, _NOTIFY_ACTION_POLLARM,
                             static_cast<int>(_NOTIFY_COND_INPUT), &file.event) == 0,
                    "ionotify");
        }
    }

    void trigger() const { served_.trigger(); }

    int receive() const {
        ::_pulse pulse = {};
        require(MsgReceivePulse(chid_, &pulse, sizeof pulse, nullptr) == 0, "MsgReceivePulse");
        return pulse.value.sival_int;
    }

private:
    struct File {
        int number = -1;
        struct ::sigevent event = {};
    };
    Served served_;
    const int chid_ = ChannelCreate(0);
    const int coid_ = ConnectAttach(0, 0, chid_, _NTO_SIDE_CHANNEL, 0);
    std::vector<File> files_;
};

// A process that sends as many packets as there are clients when it is told to.
class BareSends {
public:
    explicit BareSends(Cores cores) : server_{cores, serve} {}

    void arm() {}
    void trigger() const { say(server_.socket(), Packet{}); }
    int receive() const { return static_cast<int>(heard<Packet>(server_.socket()).number); }

private:
    static void serve(int socket) {
        Packet packet;
        while (hear(socket, packet)) {
            for (int number = 0; number < crowd; ++number) {
                say(socket, Packet{.number = number});
            }
        }
    }

    Child server_;
};

// From one trigger to the last delivery, for each; all armed ones are told, and once.
template <typename Client>
double time_deliveries(Client& client) {
    std::vector<int> told(crowd, 0);
    client.arm();
    const Stopwatch::time_point start = Stopwatch::now();
    client.trigger();
    for (int delivery = 0; delivery < crowd; ++delivery) {
        ++told.at(static_cast<std::size_t>(client.receive()));
    }
    const double elapsed = nanoseconds_since(start);
    require(std::ranges::count(told, 1) == crowd, "deliveries");
    return elapsed / crowd;
}

template <typename Client>
void add_deliveries(std::vector<Measurement>& all, const std::string& contestant) {
    add_everywhere(all, "crowd: one trigger to 1,000 armed clients, for each", contestant,
                   [](Cores cores) {
                       Client client{cores};
                       return middle_of_pieces(11, [&] { return time_deliveries(client); });
                   });
}

// A client of this process that counts what is delivered to it.
class CountingClient final : public tocsin::qnx::Client {
public:
    [[nodiscard]] int deliver(const struct ::sigevent&) noexcept override {
        ++delivered;
        return 0;
    }
    [[nodiscard]] tocsin::qnx::Credentials credentials() const noexcept override { return {}; }

    long delivered = 0;
};

// A manager's array, and one client that asks through as many descriptors as it likes. Those who
// are `waiting` wait for more than ever comes.
class ArmedArray {
public:
    explicit ArmedArray(int waiting) {
        require(tocsin::qnx::Calls::enter_client(client_) == 0, "a client");
        context_.rcvid = client_->scoid() << tocsin::qnx::Calls::call_bits | 1;
        context_.info.scoid = client_->scoid();
        IOFUNC_NOTIFY_INIT(members_);
        for (int number = 1; number <= waiting; ++number) {
            arm(number, 1'000'000);
        }
    }
    ~ArmedArray() {
        iofunc_notify_remove(nullptr, members_);
        tocsin::qnx::Calls::leave_client(*client_);
    }
    ArmedArray(const ArmedArray&) = delete;
    ArmedArray& operator=(const ArmedArray&) = delete;

    void arm(int descriptor, int threshold) {
        ::io_notify_t message = {};
        message.i64.type = _IO_NOTIFY64;
        message.i64.action = _NOTIFY_ACTION_POLLARM;
        message.i64.flags = static_cast<int>(_NOTIFY_COND_INPUT);
        struct ::sigevent event = {};
        SIGEV_PULSE_INT_INIT(&event, 0, 10, 7, 42);
        std::memcpy(&message.i64.event64, &event, sizeof event);
        context_.info.coid = descriptor;
        context_.size = sizeof message;
        const int thresholds[3] = {threshold, threshold, threshold};
        int armed = 0;
        iofunc_notify(&context_, &message, members_, 0, thresholds, &armed);
        require(armed == 1, "armed");
    }
    void trigger(int condition = IOFUNC_NOTIFY_INPUT) {
        iofunc_notify_trigger(members_, 1, condition);
    }
    [[nodiscard]] long delivered() const { return client_->delivered; }

private:
    const std::shared_ptr<CountingClient> client_ = std::make_shared<CountingClient>();
    ::resmgr_context_t context_ = {};
    ::iofunc_notify_t members_[3] = {};
};

double fire_one(ArmedArray& array) {
    constexpr int times = 10'000;
    const long before = array.delivered();
    const Stopwatch::time_point start = Stopwatch::now();
    for (int time = 0; time < times; ++time) {
        array.arm(0, 1);
        array.trigger();
    }
    const double elapsed = nanoseconds_since(start);
    require(array.delivered() == before + times, "deliveries");
    return elapsed / times;
}

double fire_nobody(ArmedArray& array) {
    constexpr int times = 100'000;
    const long before = array.delivered();
    const Stopwatch::time_point start = Stopwatch::now();
    for (int time = 0; time < times; ++time) {
        array.trigger(IOFUNC_NOTIFY_OUTPUT);
    }
    const double elapsed = nanoseconds_since(start);
    require(array.delivered() == before, "deliveries to nobody");
    return elapsed / times;
}

void add_array(std::vector<Measurement>& all, const std::string& subject, int waiting,
               double (*measure)(ArmedArray&)) {
    all.push_back({subject, "tocsin", [=] {
                       ArmedArray array{waiting};
                       return middle_of_pieces(9, [&] { return measure(array); });
                   }});
}

}  // namespace

void add_crowd_cases(std::vector<Measurement>& all) {
    add_deliveries<ArmedProcess>(all, "tocsin");
    add_deliveries<BareSends>(all, "seqpacket");
    for (const int armed : {1, 1'000, 100'000}) {
        add_array(all, "crowd: trigger, one of " + std::to_string(armed) + " fires", armed - 1,
                  fire_one);
    }
    const std::string nobody = "crowd: trigger, nobody armed";
    add_array(all, nobody, 0, fire_nobody);
    for (const int others : {1, 100'000}) {
        add_array(all, nobody + " for that, " + std::to_string(others) + " for another", others,
                  fire_nobody);
    }
}

}  // namespace bench
