// Posts that a handler makes to its own loop, and what idle events cost. Private to bench/loops.
#pragma once

#include <string>
#include <vector>

#include <bench/loops/handler.h>
#include <bench/measure/memory.h>
#include <bench/measure/program.h>
#include <bench/measure/span.h>

namespace bench {

// A handler that has itself called again.
template <typename Events>
struct Chain {
    Events* events = nullptr;
    Span span;

    static void deliver_again(void* context, std::size_t index) {
        Chain& own = *static_cast<Chain*>(context);
        if (own.span.over()) {
            own.events->stop();
        } else {
            own.events->again(index);
        }
    }
    static void deliver_posted(void* context, std::size_t index) {
        Chain& own = *static_cast<Chain*>(context);
        if (own.span.over()) {
            own.events->stop();
        } else {
            own.events->post(index);
        }
    }
};

template <typename Library>
Figures self_post_chain() {
    Chain<typename Library::Events> chain;
    typename Library::Events events{1, Handler{&decltype(chain)::deliver_again, &chain}};
    chain.events = &events;
    events.post(0);
    chain.span = {};
    events.run();
    return {{"ns", chain.span.ns_for_each()}};
}

// Always the same one is posted, as from outside; so many others are idle.
template <typename Library>
Figures post_one_among(std::size_t count) {
    Chain<typename Library::Events> chain;
    typename Library::Events events{count, Handler{&decltype(chain)::deliver_posted, &chain}};
    chain.events = &events;
    events.post(count / 2);
    chain.span = {};
    events.run();
    return {{"ns", chain.span.ns_for_each()}};
}

// Slot 0 posts a thousand others, and the last of them slot 0.
template <typename Library>
Figures burst() {
    using Events = typename Library::Events;
    struct State {
        Events* events = nullptr;
        Span span;
        std::size_t delivered = 0;
        bool stopping = false;

        static void deliver(void* context, std::size_t index) {
            constexpr std::size_t size = 1'000;
            State& own = *static_cast<State*>(context);
            if (index != 0) {
                own.stopping = own.span.over() || own.stopping;
                if (++own.delivered % size != 0) {
                    return;
                }
                if (own.stopping) {
                    own.events->stop();
                    return;
                }
            }
            for (std::size_t other = 1; other <= size; ++other) {
                own.events->again(other);
            }
        }
    } state;
    Events events{1'001, Handler{&State::deliver, &state}};
    state.events = &events;
    events.post(0);
    state.span = {};
    events.run();
    return {{"ns", state.span.ns_for_each()}};
}

inline void deliver_nothing(void*, std::size_t) {}

template <typename Library>
Figures memory_of_events(std::size_t count) {
    const double before = resident_bytes();
    const typename Library::Events events{count, Handler{&deliver_nothing, nullptr}};
    return {{"bytes", (resident_bytes() - before) / static_cast<double>(count)}};
}

template <typename Library>
Figures descriptors_of_events(std::size_t count) {
    const double before = open_descriptors();
    const typename Library::Events events{count, Handler{&deliver_nothing, nullptr}};
    return {{"count", open_descriptors() - before}};
}

template <typename Library>
void add_chains(std::vector<Measurement>& all) {
    all.push_back({"self-post chain", Library::name, self_post_chain<Library>});
    if constexpr (Library::events_max > 1'000) {
        all.push_back({"burst of 1000", Library::name, burst<Library>});
    }
}

// Of a library in which an event is something that there is while nobody posts it.
template <typename Library>
void add_idle_event_cases(std::vector<Measurement>& all) {
    for (const std::size_t count : std::initializer_list<std::size_t>{1, 1'000, 100'000}) {
        if (count <= Library::events_max) {
            all.push_back({"idle events: post one among " + std::to_string(count), Library::name,
                           [=] { return post_one_among<Library>(count); }});
        }
    }
    if constexpr (Library::events_max >= 100'000) {
        all.push_back({"idle events: memory, 100000", Library::name,
                       [] { return memory_of_events<Library>(100'000); }});
        all.push_back({"idle events: descriptors, 100000", Library::name,
                       [] { return descriptors_of_events<Library>(100'000); }});
    }
}

template <typename Library>
void add_own_post_cases(std::vector<Measurement>& all) {
    if constexpr (!Library::is_queue) {
        add_chains<Library>(all);
        if constexpr (!requires { Library::has_idle_events; }) {
            add_idle_event_cases<Library>(all);
        }
    }
}

}  // namespace bench
