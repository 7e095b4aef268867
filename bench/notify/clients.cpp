// A server that notifies many clients, in as many processes or in one. Private to bench/notify.
#include <bench/notify/by_eventfd.h>
#include <bench/notify/by_sd_bus.h>
#include <bench/notify/by_seqpacket.h>
#include <bench/notify/by_tocsin.h>
#include <bench/notify/by_zeromq.h>
#include <bench/notify/cases.h>

namespace bench {

void add_client_cases(std::vector<Measurement>& all) {
    add_notifications<ByTocsin>(all, 1'000);
    add_notifications<ByEventFd>(all, 1'000);
    add_notifications<BySeqpacket>(all, 1'000);
#if TOCSIN_HAS_SYSTEMD
    add_notifications<BySdBus>(all, 1'000);
#ifdef TOCSIN_DBUS_DAEMON
    add_notifications<ByBusDaemon>(all, 100);
#endif
#endif
#if TOCSIN_HAS_ZMQ
    add_notifications<ByZeroMq>(all, 1'000);
#endif
}

}  // namespace bench
