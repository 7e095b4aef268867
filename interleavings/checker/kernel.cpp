// Bells, mutexes and condition variables of an execution.
#include <checker/kernel.h>

#include <utility>

#include <checker/execution.h>
#include <checker/memory.h>
#include <checker/trace.h>

namespace interleavings {

namespace {

constexpr int first_descriptor = 1'000'000;

View& view_of_self() noexcept {
    return Memory::of_execution().view_of_self();
}

// Releases to `view` what the calling thread has done, and begins its next step.
void release_to(View& view) noexcept {
    view.join(view_of_self());
    ++view_of_self().clock[Execution::current().self()];
}

void note_call(const char* what) noexcept {
    note({.what = what, .where = {}});
}

template <typename Found>
Found& find(std::vector<Found>& all, const void* address) {
    for (Found& found : all) {
        if (found.address == address) {
            return found;
        }
    }
    all.emplace_back();
    all.back().address = address;
    return all.back();
}

}  // namespace

Kernel& Kernel::of_execution() noexcept {
    static Kernel kernel;
    return kernel;
}

void Kernel::clear() noexcept {
    bells_.clear();
    mutexes_.clear();
    conditions_.clear();
    handler_ = nullptr;
}

bool Kernel::is_bell(int descriptor) noexcept {
    return descriptor >= first_descriptor;
}

Bell& Kernel::bell(int descriptor) {
    const auto index = static_cast<std::size_t>(descriptor - first_descriptor);
    if (index >= bells_.size() || !bells_[index].open) {
        fail("a descriptor is used that is not open");
    }
    return bells_[index];
}

Mutex& Kernel::mutex(const void* address) {
    return find(mutexes_, address);
}

Condition& Kernel::condition(const void* address) {
    return find(conditions_, address);
}

int Kernel::open_bell() {
    bells_.push_back(Bell{.open = true, .stored = {}});
    return first_descriptor + static_cast<int>(bells_.size() - 1);
}

void Kernel::close_bell(int descriptor) {
    Execution::current().step();
    note_call("close");
    bell(descriptor).open = false;
}

void Kernel::ring(int descriptor) {
    Execution::current().step();
    note_call("ring");
    Bell& rung = bell(descriptor);
    ++rung.count;
    ++rung.rings;
    rung.stored.join_words(view_of_self());
}

std::uint64_t Kernel::drain(int descriptor) {
    Execution::current().step();
    Bell& drained = bell(descriptor);
    note_call("drain");
    view_of_self().join_words(drained.stored);
    return std::exchange(drained.count, 0);
}

std::uint64_t Kernel::listen(int descriptor, std::uint64_t heard, bool may_wake_early) {
    if (!may_wake_early || !Execution::current().happens()) {
        Execution::current().await([=, this] { return bell(descriptor).rings > heard; }, "a ring");
    }
    note_call("woken");
    return rings_of(descriptor);
}

std::uint64_t Kernel::rings_of(int descriptor) {
    view_of_self().join_words(bell(descriptor).stored);
    return bell(descriptor).rings;
}

void Kernel::await_count(int descriptor) {
    Execution::current().await([=, this] { return bell(descriptor).count > 0; }, "a ring");
}

void Kernel::raise(int signal) {
    Execution::current().step();
    if (handler_ != nullptr) {
        handler_(signal);
    }
}

void Kernel::lock(const void* address) {
    Execution::current().await([=, this] { return !mutex(address).locked; }, "a mutex");
    note_call("lock");
    mutex(address).locked = true;
    view_of_self().join(mutex(address).released);
}

void Kernel::unlock(const void* address) {
    Execution::current().step();
    note_call("unlock");
    mutex(address).locked = false;
    release_to(mutex(address).released);
}

void Kernel::wait(const void* address, const void* mutex) {
    const std::uint64_t wakes = condition(address).wakes;
    unlock(mutex);
    Execution::current().await([=, this] { return condition(address).wakes > wakes; },
                               "a condition variable");
    lock(mutex);
}

void Kernel::wake(const void* address) {
    Execution::current().step();
    ++condition(address).wakes;
}

}  // namespace interleavings
