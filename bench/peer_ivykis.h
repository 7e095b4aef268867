// ivykis as a peer: one iv_event per slot. Private to bench.
#pragma once

#if TOCSIN_HAS_IVYKIS

#include <deque>
#include <errno.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>

// Its headers name a parameter `this`.
#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wkeyword-macro"
#endif
#define this this_
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wunused-parameter"
extern "C" {
#include <iv.h>
#include <iv_event.h>
}
#pragma GCC diagnostic pop
#undef this

#include "peer.h"

namespace bench {

// An ivykis loop belongs to the thread, so only one of these lives in a thread at a time.
class IvykisPeer {
public:
    static constexpr const char* name = "ivykis";

    IvykisPeer(std::size_t slots, Handler handler) : handler_{handler} {
        ::iv_init();
        for (std::size_t index = 0; index < slots; ++index) {
            Slot& slot = slots_.emplace_back(Slot{{}, this, index});
            slot.event.cookie = &slot;
            slot.event.handler = &deliver;
            require(::iv_event_register(&slot.event) == 0, "iv_event_register");
        }
    }
    ~IvykisPeer() {
        for (Slot& slot : slots_) {
            ::iv_event_unregister(&slot.event);
        }
        ::iv_deinit();
    }
    IvykisPeer(const IvykisPeer&) = delete;
    IvykisPeer& operator=(const IvykisPeer&) = delete;

    void post(std::size_t index) { ::iv_event_post(&slots_[index].event); }
    void run() { ::iv_main(); }
    void stop() { ::iv_quit(); }

private:
    struct Slot {
        iv_event event;
        IvykisPeer* peer;
        std::size_t index;
    };
    static void deliver(void* cookie) {
        const Slot& slot = *static_cast<Slot*>(cookie);
        slot.peer->handler_(slot.index);
    }

    Handler handler_;
    std::deque<Slot> slots_;
};

}  // namespace bench

#endif
