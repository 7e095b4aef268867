// What an event library is asked to do. Private to bench.
#pragma once

#include <cstddef>

namespace bench {

// Called on the loop's thread for each delivery of slot `index`.
struct Handler {
    void (*function)(void* context, std::size_t index);
    void* context;
    void operator()(std::size_t index) const { function(context, index); }
};

// A library L has a name and these classes, or some of them, as far as it can; each is a loop with
// a number of slots, made and run on one thread:
//
//   L::Events(count, handler)       post(index)          from any thread
//                                   again(index)         in a handler: what is the cheapest there
//                                   L::in_order          delivered in the order of posting
//                                   L::events_max        how many it can have
//                                   L::looks_at_all      wakes cost more with every idle one
//   L::Timers(count, handler)       arm(index, in_ns)    cancel(index)
//   L::Descriptors(count, handler)  watch(index, fd)     unwatch(index): level-triggered input
//                                   pause(index)         resume(index): in a handler
//                                   turn()               looks at the kernel once, without a sleep
//   L::RawEvent(handler)            descriptor()         to be passed to another process
//   L::RawPoster(descriptor)        post()               there
//
// and all have run() until stop(), which is called in a handler.

}  // namespace bench
