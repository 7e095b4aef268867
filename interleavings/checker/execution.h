// The threads of one execution: they run one at a time, and are switched where it matters.
#pragma once

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <ucontext.h>

#include <checker/choices.h>
#include <checker/view.h>

namespace interleavings {

// Which execution of which scenario.
struct Origin {
    const char* scenario = "";
    const char* kind = "";
    std::uint64_t number = 0;
};

// Threads are fibers of one real thread. A step of another thread can come only before a step on
// an atomic word, a mutex or the kernel: what a thread does between them no other can tell, unless
// it is a race, which is found whatever the order is.
class Execution {
public:
    static Execution& current() noexcept;

    // Runs `body` as thread 0, with whatever it starts, to the end. Does not return when something
    // is wrong: the program ends then.
    void run(void (*body)(), Choices& choices, Origin origin);

    [[nodiscard]] bool running() const noexcept { return running_; }
    [[nodiscard]] std::size_t self() const noexcept { return self_; }
    [[nodiscard]] const Origin& origin() const noexcept { return origin_; }

    // Starts another thread; what has happened so far is ordered before all that it does.
    void start(std::function<void()> body);

    // Waits until every other thread has ended; what they did is ordered before what follows.
    void join();

    // Any thread may go on here.
    void step();

    // Goes on when `condition` holds.
    void await(std::function<bool()> condition, const char* what);

    // Lets the others go on first: what a wait of some microseconds is for. What they have stored
    // has arrived when it returns.
    void pause();

    std::size_t choose_age(std::size_t ages) { return ages == 0 ? 0 : choices_->age(ages); }
    bool happens() { return choices_->happens(); }

private:
    enum class Mode : std::uint8_t { unused, ready, waiting, pausing, ended };
    static constexpr std::size_t stack_size = std::size_t{256} * 1024;
    static constexpr std::uint64_t steps_max = 3'000;

    struct Fiber {
        Mode mode = Mode::unused;
        std::function<void()> body;
        std::function<bool()> condition;
        const char* waits_for = "";
        std::uint64_t paused_at = 0;
        bool begun = false;
        std::jmp_buf place;
        std::unique_ptr<std::byte[]> stack;
    };

    static void enter();
    void live();
    void switch_to(std::size_t next);
    void begin(Fiber& fiber);
    void yield();
    [[nodiscard]] bool may_go_on(Fiber& fiber);
    [[nodiscard]] std::size_t next_thread();
    [[nodiscard]] bool others_have_ended(std::size_t self) const noexcept;
    [[noreturn]] void complain_of_deadlock() const;

    std::array<Fiber, threads_max> fibers_;
    std::size_t self_ = 0;
    std::uint64_t steps_ = 0;
    bool running_ = false;
    Choices* choices_ = nullptr;
    Origin origin_;
    std::jmp_buf outside_;
};

// Ends the program: the execution has shown an error. Prints what it is and the steps to it.
[[noreturn]] void fail(const char* message);

}  // namespace interleavings
