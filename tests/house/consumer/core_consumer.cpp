// Uses the installed core as a stranger would: a thread posts an event, its handler ends the loop.
#include <cstdio>
#include <thread>

#include <tocsin/core/event.h>
#include <tocsin/core/loop.h>

int main() {
    tocsin::core::Loop loop;
    int deliveries = 0;
    struct Handler {
        tocsin::core::Loop& loop;
        int& deliveries;
    } handler{loop, deliveries};
    tocsin::core::Event event{loop, [&handler] {
                                  ++handler.deliveries;
                                  handler.loop.stop();
                              }};

    std::thread poster{[&event] { event.post(); }};
    loop.run();
    poster.join();

    std::printf("delivered %d\n", deliveries);
    return deliveries == 1 ? 0 : 1;
}
