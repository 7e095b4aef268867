// Switching between the threads of an execution.
#include <checker/execution.h>

#include <cstdio>
#include <cstdlib>

#include <checker/kernel.h>
#include <checker/memory.h>
#include <checker/quarantine.h>
#include <checker/trace.h>

namespace interleavings {

Execution& Execution::current() noexcept {
    static Execution execution;
    return execution;
}

void Execution::run(void (*body)(), Choices& choices, Origin origin) {
    origin_ = origin;
    Memory::of_execution().clear();
    Kernel::of_execution().clear();
    clear_trace();
    choices_ = &choices;
    steps_ = 0;
    for (Fiber& fiber : fibers_) {
        fiber.mode = Mode::unused;
    }
    fibers_[0].mode = Mode::ready;
    fibers_[0].body = body;
    running_ = true;
    if (_setjmp(outside_) == 0) {
        switch_to(0);
    }
    running_ = false;
    empty_quarantine();
}

void Execution::start(std::function<void()> body) {
    std::size_t thread = 0;
    while (thread < threads_max && fibers_[thread].mode != Mode::unused) {
        ++thread;
    }
    if (thread == threads_max) {
        fail("the scenario starts too many threads for the checker");
    }
    Memory& memory = Memory::of_execution();
    ++memory.view_of_self().clock[self_];
    memory.view_of(thread).join(memory.view_of_self());
    fibers_[thread].body = std::move(body);
    fibers_[thread].mode = Mode::ready;
}

void Execution::join() {
    await([this, self = self_] { return others_have_ended(self); }, "the ends of the others");
    Memory& memory = Memory::of_execution();
    for (std::size_t thread = 0; thread < threads_max; ++thread) {
        memory.view_of_self().join(memory.view_of(thread));
    }
}

bool Execution::others_have_ended(std::size_t self) const noexcept {
    for (std::size_t thread = 0; thread < threads_max; ++thread) {
        const Mode mode = fibers_[thread].mode;
        if (thread != self && mode != Mode::unused && mode != Mode::ended) {
            return false;
        }
    }
    return true;
}

void Execution::step() {
    if (++steps_ > steps_max) {
        fail("the threads go on for ever");
    }
    yield();
}

void Execution::await(std::function<bool()> condition, const char* what) {
    Fiber& fiber = fibers_[self_];
    fiber.condition = std::move(condition);
    fiber.waits_for = what;
    fiber.mode = Mode::waiting;
    step();
}

void Execution::pause() {
    Fiber& fiber = fibers_[self_];
    fiber.paused_at = steps_ + 1;
    fiber.mode = Mode::pausing;
    step();
    Memory::of_execution().settle();
}

bool Execution::may_go_on(Fiber& fiber) {
    switch (fiber.mode) {
    case Mode::ready:
        return true;
    case Mode::waiting:
        return fiber.condition();
    case Mode::pausing:
        return steps_ > fiber.paused_at;
    default:
        return false;
    }
}

// The thread that has made the last step comes first.
std::size_t Execution::next_thread() {
    std::array<std::size_t, threads_max> able{};
    std::size_t count = 0;
    const bool may_stay = may_go_on(fibers_[self_]);
    for (std::size_t offset = 0; offset < threads_max; ++offset) {
        const std::size_t thread = (self_ + offset) % threads_max;
        if (may_go_on(fibers_[thread])) {
            able[count++] = thread;
        }
    }
    if (count > 0) {
        return able[choices_->next_thread(count, may_stay)];
    }
    for (std::size_t thread = 0; thread < threads_max; ++thread) {
        if (fibers_[thread].mode == Mode::pausing) {
            return thread;
        }
    }
    complain_of_deadlock();
}

void Execution::yield() {
    const std::size_t next = next_thread();
    if (next != self_ && _setjmp(fibers_[self_].place) == 0) {
        switch_to(next);
    }
    fibers_[self_].mode = Mode::ready;
}

void Execution::switch_to(std::size_t next) {
    self_ = next;
    Fiber& fiber = fibers_[next];
    if (!fiber.begun) {
        fiber.begun = true;
        begin(fiber);
    }
    std::longjmp(fiber.place, 1);
}

// A fiber is made once and lives through all executions, because making one costs system calls.
void Execution::begin(Fiber& fiber) {
    fiber.stack = std::make_unique<std::byte[]>(stack_size);
    ucontext_t context;
    ::getcontext(&context);
    context.uc_stack.ss_sp = fiber.stack.get();
    context.uc_stack.ss_size = stack_size;
    context.uc_link = nullptr;
    ::makecontext(&context, &Execution::enter, 0);
    ::setcontext(&context);
}

void Execution::enter() {
    current().live();
}

// Each round is one thread of one execution.
void Execution::live() {
    for (;;) {
        Fiber& fiber = fibers_[self_];
        fiber.mode = Mode::ready;
        fiber.body();
        fiber.body = {};
        fiber.mode = Mode::ended;
        if (_setjmp(fiber.place) != 0) {
            continue;
        }
        if (others_have_ended(self_)) {
            std::longjmp(outside_, 1);
        }
        switch_to(next_thread());
    }
}

void Execution::complain_of_deadlock() const {
    for (std::size_t thread = 0; thread < threads_max; ++thread) {
        if (fibers_[thread].mode == Mode::waiting) {
            std::printf("    thread %zu waits for %s\n", thread, fibers_[thread].waits_for);
        }
    }
    fail("nobody can go on");
}

void fail(const char* message) {
    const Origin& origin = Execution::current().origin();
    std::printf("%-32s FAILED: %s (%s %llu)\n", origin.scenario, message, origin.kind,
                static_cast<unsigned long long>(origin.number));
    print_trace();
    std::fflush(stdout);
    std::_Exit(1);
}

}  // namespace interleavings
