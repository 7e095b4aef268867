// Tocsin as a peer. Private to bench.
#pragma once

#include <deque>

#include <tocsin/core/loop.h>

#include "peer.h"

namespace bench {

class TocsinPeer {
public:
    static constexpr const char* name = "tocsin";

    TocsinPeer(std::size_t slots, Handler handler) : handler_{handler} {
        for (std::size_t index = 0; index < slots; ++index) {
            slots_.emplace_back(*this, index);
        }
    }
    void post(std::size_t index) { slots_[index].event.post(); }
    void run() { loop_.run(); }
    void stop() { loop_.stop(); }

private:
    struct Slot {
        Slot(TocsinPeer& owner, std::size_t number)
            : peer{owner}, index{number}, event{owner.loop_, [this] { peer.handler_(index); }} {}
        TocsinPeer& peer;
        std::size_t index;
        tocsin::core::Event event;
    };
    Handler handler_;
    tocsin::core::Loop loop_;
    std::deque<Slot> slots_;
};

}  // namespace bench
