// Four threads wake one loop: posts merge, none is lost. Public.
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include <tocsin/core/loop.h>

using tocsin::core::Event;
using tocsin::core::Loop;

struct Counter {
    Loop loop;
    std::atomic<int> produced{0};
    int deliveries = 0;
    Event work{loop, [this] {
                   ++deliveries;
                   if (produced == 4000) {
                       loop.stop();
                   }
               }};
};

int main() {
    Counter counter;
    std::vector<std::jthread> threads;
    for (int number = 0; number < 4; ++number) {
        threads.emplace_back([&counter] {
            for (int item = 0; item < 1000; ++item) {
                ++counter.produced;
                counter.work.post();
            }
        });
    }
    counter.loop.run();
    std::printf("4000 posts seen, in no more than 4000 deliveries: %s\n",
                counter.deliveries <= 4000 ? "yes" : "no");
}
