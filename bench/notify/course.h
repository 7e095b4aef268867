// The rounds in which a server and its clients, in processes of their own, are measured. Private to
// bench/notify.
#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <new>
#include <semaphore.h>
#include <sys/mman.h>
#include <vector>

#include <bench/measure/stopwatch.h>

namespace bench {

// What is measured of so many clients, of which each process has as many.
//   broadcast  all have armed, and sleep; from the moment in which the server begins to tell them
//              until the last one has been told. Arming again is not in it.
//   cycle      all arm, and the server tells them as soon as they have; from when the last one has
//              been told until it has been told again. Arming is in it.
enum class Mode { broadcast, cycle };
struct Plan {
    Mode mode;
    int clients;
    int processes;

    [[nodiscard]] int clients_of_process() const { return clients / processes; }
    // So that all take about as long.
    [[nodiscard]] int rounds() const;
};

// What all these processes see: how far the clients are in a round, and when the rounds were over.
class Course {
public:
    static constexpr int rounds_max = 10'000;

    static Course& shared(const Plan& plan) {
        void* const memory = ::mmap(nullptr, sizeof(Course), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        require(memory != MAP_FAILED, "mmap");
        return *new (memory) Course{plan};  // as long as the process
    }

    [[nodiscard]] const Plan& plan() const { return plan_; }

    // In the server, before it tells the clients.
    void note_begin() { began_at_ = now(); }

    // In a client's process: all of its clients have armed, or have been told. In a broadcast no
    // process goes on before the others have been told, too.
    void note_armed() {
        if (plan_.mode == Mode::broadcast && is_last(unarmed_)) {
            ::sem_post(&all_armed_);
        }
    }
    void note_told(int round) {
        const bool last = is_last(untold_);
        if (last) {
            const std::int64_t end = now();
            const std::int64_t begin = plan_.mode == Mode::broadcast ? began_at_ : ended_at_;
            took_.at(static_cast<std::size_t>(round)) = static_cast<double>(end - begin);
            ended_at_ = end;
        }
        if (plan_.mode == Mode::broadcast) {
            if (last) {
                ::sem_post(&all_told_);
            }
            wait(go_on_);
        }
    }

    // In the process that measures, in a broadcast.
    void await_armed() { wait(all_armed_); }
    void await_told() {
        wait(all_told_);
        for (int process = 0; process < plan_.processes; ++process) {
            ::sem_post(&go_on_);
        }
    }

    // What each round took. The first tenth is left out: there the processors, caches and the
    // scheduler get used to it.
    [[nodiscard]] std::vector<double> took() const {
        const int rounds = plan_.rounds();
        return {took_.begin() + rounds / 10, took_.begin() + rounds};
    }

private:
    explicit Course(const Plan& plan)
        : plan_{plan}, unarmed_{plan.processes}, untold_{plan.processes} {
        for (::sem_t* const one : {&all_armed_, &all_told_, &go_on_}) {
            require(::sem_init(one, 1, 0) == 0, "sem_init");
        }
    }

    static std::int64_t now() { return Stopwatch::now().time_since_epoch().count(); }

    // Nobody is at the same place of the next round before this has returned.
    [[nodiscard]] bool is_last(std::atomic<int>& left) const {
        if (--left != 0) {
            return false;
        }
        left = plan_.processes;
        return true;
    }

    // Ends the measurement when another process does not go on.
    static void wait(::sem_t& semaphore) {
        ::timespec until = {};
        ::clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += 20;
        int result = 0;
        do {
            result = ::sem_clockwait(&semaphore, CLOCK_MONOTONIC, &until);
        } while (result != 0 && errno == EINTR);
        require(result == 0, "clients that are told");
    }

    const Plan plan_;
    ::sem_t all_armed_ = {};
    ::sem_t all_told_ = {};
    ::sem_t go_on_ = {};
    std::atomic<int> unarmed_;
    std::atomic<int> untold_;
    std::atomic<std::int64_t> began_at_{0};
    std::atomic<std::int64_t> ended_at_{0};
    std::array<double, rounds_max> took_ = {};
};

inline int Plan::rounds() const {
    const bool is_cycle = mode == Mode::cycle;
    switch (clients) {
    case 1:
        return is_cycle ? Course::rounds_max : 2'000;
    case 10:
        return is_cycle ? 1'000 : 600;
    case 100:
        return 200;
    default:
        return 50;
    }
}

// Which clients of a process have been told.
class Tally {
public:
    explicit Tally(int clients) : told_(static_cast<std::size_t>(clients)) {}

    [[nodiscard]] int clients() const { return static_cast<int>(told_.size()); }
    void begin_round() {
        ++round_;
        left_ = clients();
    }
    // Each is told once in a round.
    void note(int client) {
        require(++told_.at(static_cast<std::size_t>(client)) == round_, "clients that are told");
        --left_;
    }
    [[nodiscard]] bool is_complete() const { return left_ == 0; }

private:
    std::vector<int> told_;
    int round_ = 0;
    int left_ = 0;
};

}  // namespace bench
