// How a way to notify clients is measured. Private to bench/notify.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include <bench/measure/memory.h>
#include <bench/measure/pieces.h>
#include <bench/measure/program.h>
#include <bench/notify/course.h>
#include <bench/resource/child.h>

namespace bench {

// A way W is made before any of the processes is there, and has
//   W(plan)
//   name
//   run_server(course, socket)      in the server's process: says when it can be reached and when
//                                   it has all clients; then serves until it is killed. In a
//                                   broadcast a byte on the socket says that it is to begin.
//   Clients(way, tally, first)      in a client's process: those from number `first` on
//       void arm()                  all of them
//       void receive()              until each has been told

// For a server that does one thing after the other, and has await_arms() and tell().
template <typename Server>
void serve_in_turns(Server& server, Course& course, int socket) {
    char order = 0;
    for (;;) {
        if (course.plan().mode == Mode::cycle) {
            server.await_arms();
        } else if (!hear(socket, order)) {
            return;
        }
        course.note_begin();
        server.tell();
    }
}

template <typename Way>
void be_client(Way& way, Course& course, int number, int socket) {
    const int clients = course.plan().clients_of_process();
    Tally tally{clients};
    typename Way::Clients own{way, tally, number * clients};
    for (int round = 0; round < course.plan().rounds(); ++round) {
        tally.begin_round();
        own.arm();
        course.note_armed();
        own.receive();
        require(tally.is_complete(), "clients that are told");
        course.note_told(round);
    }
    say(socket, 'd');
}

inline void broadcast(Course& course, int server) {
    for (int round = 0; round < course.plan().rounds(); ++round) {
        course.await_armed();
        // The last ones are about to sleep.
        std::this_thread::sleep_for(std::chrono::microseconds{50});
        say(server, 'b');
        course.await_told();
    }
}

template <typename Way>
Figures notify(const Plan& plan) {
    confine_client();
    allow_descriptors(100 + 6 * static_cast<std::size_t>(plan.clients));
    Way way{plan};
    Course& course = Course::shared(plan);
    Child server{Cores::one, [&](int socket) { way.run_server(course, socket); }};
    require(heard<char>(server.socket()) == 'r', "a server that can be reached");
    std::deque<Child> processes;
    for (int number = 0; number < plan.processes; ++number) {
        processes.emplace_back(Cores::one,
                               [&](int socket) { be_client(way, course, number, socket); });
    }
    require(heard<char>(server.socket()) == 'a', "a server that has all clients");
    if (plan.mode == Mode::broadcast) {
        broadcast(course, server.socket());
    }
    for (const Child& process : processes) {
        require(heard<char>(process.socket()) == 'd', "clients that come to the end");
    }
    return {{"ns", middle_of(course.took()) / plan.clients}};
}

inline std::string subject_of(const Plan& plan, bool in_one) {
    return std::string{"notify: "} + (plan.mode == Mode::cycle ? "cycle of " : "broadcast to ") +
           std::to_string(plan.clients) + " clients in " +
           (in_one ? "one process" : std::to_string(plan.processes) + " processes") + ", one core";
}

// The cases of one way, with so many clients as it can have.
template <typename Way>
void add_notifications(std::vector<Measurement>& all, int clients_max) {
    for (const Mode mode : {Mode::broadcast, Mode::cycle}) {
        for (const int clients : {1, 10, 100, 1'000}) {
            for (const bool in_one : {true, false}) {
                const Plan plan{
                    .mode = mode, .clients = clients, .processes = in_one ? 1 : clients};
                if (clients <= clients_max && plan.processes <= 100) {
                    all.push_back({subject_of(plan, in_one), Way::name,
                                   [plan] { return notify<Way>(plan); }});
                }
            }
        }
    }
}

}  // namespace bench
