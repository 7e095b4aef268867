// Clients that ask with io_notify, and what they must be told. For the simulation.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tests/qnx/notify_client.h>
#include <tests/simulation/file_client.h>
#include <tests/simulation/random.h>

namespace tocsin::simulation {

// The array of conditions of a manager and those who arm there. It keeps the same list in the
// plainest way that there is, and holds every answer and every delivery against that.
class NativeClients {
public:
    NativeClients();
    ~NativeClients();
    NativeClients(const NativeClients&) = delete;
    NativeClients& operator=(const NativeClients&) = delete;

    // One step each, chosen by `random`; what was done.
    std::string ask(Random& random);
    std::string trigger(Random& random);
    std::string leave(Random& random);

    // Who waits is who the plain list says, and its sums are right.
    void check() const;

    // How many questions were answered, and not refused for lack of memory.
    [[nodiscard]] int answered() const noexcept { return answered_; }

private:
    static constexpr std::size_t client_count = 4;
    static constexpr std::size_t condition_count = 3;

    struct Question {
        std::size_t client;
        int action;
        unsigned asked;  // bit n: condition n
        unsigned met;
        std::array<int, condition_count> thresholds;
        bool disarms;  // its event is SIGEV_NONE
    };
    struct Entry {
        std::size_t client;
        int threshold;
        bool transition;
    };
    struct Expected {
        int result;
        unsigned told = 0;
        unsigned armed = 0;
    };

    [[nodiscard]] static Question make_question(Random& random);
    [[nodiscard]] Expected expect(const Question& question) const;
    void compare(const Question& question, const qnx::Told& told, const Expected& expected);
    void change(const Question& question, const Expected& expected);
    void remove(std::size_t client, unsigned conditions, std::uint64_t& end);
    void expect_delivery(std::size_t client, std::size_t condition);
    void check_deliveries();

    qnx::Members<condition_count> members_;
    std::array<std::unique_ptr<qnx::NotifyClient>, client_count> clients_;
    std::array<std::vector<Entry>, condition_count> entries_;
    std::array<std::vector<unsigned>, client_count> expected_;
    Ends ends_;
    int answered_ = 0;
};

}  // namespace tocsin::simulation
