// A QNX resource manager and its native clients. Private to bench/notify.
#pragma once

#include <fcntl.h>
#include <string>
#include <sys/iomsg.h>
#include <sys/neutrino.h>
#include <unistd.h>
#include <vector>

#include <bench/notify/way.h>
#include <bench/resource/place.h>

namespace bench {

// The manager of one path; it says on the socket what a server says.
void manage(const std::string& path, Course& course, int socket);

// A client has a descriptor, arms it by ionotify(), and is told by a pulse of its own. What it asks
// is answered, as it might find what it waits for there already.
class ByTocsin {
public:
    static constexpr const char* name = "tocsin";

    explicit ByTocsin(const Plan&) {}

    void run_server(Course& course, int socket) { manage(place_.path(), course, socket); }

    class Clients {
    public:
        Clients(ByTocsin& way, Tally& tally, int) : tally_{tally} {
            require(chid_ > 0 && coid_ >= 0, "a channel");
            for (int number = 0; number < tally.clients(); ++number) {
                Client& client = own_.emplace_back();
                client.file = ::open(way.place_.path().c_str(), O_RDWR | O_CLOEXEC);
                require(client.file >= 0, "open");
                SIGEV_PULSE_INT_INIT(&client.event, coid_, SIGEV_PULSE_PRIO_INHERIT, 7, number);
                require(MsgRegisterEvent(&client.event, client.file) == 0, "MsgRegisterEvent");
            }
        }
        void arm() {
            for (const Client& client : own_) {
                require(ionotify(client.file, _NOTIFY_ACTION_POLLARM,
                                 static_cast<int>(_NOTIFY_COND_INPUT), &client.event) == 0,
                        "ionotify");
            }
        }
        void receive() {
            while (!tally_.is_complete()) {
                ::_pulse pulse = {};
                require(MsgReceivePulse(chid_, &pulse, sizeof pulse, nullptr) == 0,
                        "MsgReceivePulse");
                require(pulse.code == 7, "pulses of the manager");
                tally_.note(pulse.value.sival_int);
            }
        }

    private:
        struct Client {
            int file = -1;
            struct ::sigevent event = {};
        };
        Tally& tally_;
        const int chid_ = ChannelCreate(0);
        const int coid_ = ConnectAttach(0, 0, chid_, _NTO_SIDE_CHANNEL, 0);
        std::vector<Client> own_;
    };

private:
    Place place_;
};

}  // namespace bench
