// Follows a plan. For tests.
#include <tests/failure/plan.h>

#include <array>
#include <atomic>
#include <cstring>
#include <new>
#include <sys/mman.h>

#include <tests/failure/call_sites.h>

namespace tocsin::failure {

namespace {

std::atomic<bool> active{false};
Plan current;  // written while it is not followed
std::array<std::atomic<int>, call_count> refused{};
std::atomic<const base::Callback<>*> before_rings{nullptr};

struct Seen {
    std::atomic<bool> failure{false};
    std::array<std::atomic<std::int64_t>, call_count> calls{};
};

// Shared with forked children.
Seen& seen() noexcept {
    static Seen* const all = ::new (::mmap(nullptr, sizeof(Seen), PROT_READ | PROT_WRITE,
                                           MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Seen;
    return *all;
}

// Finding out who calls makes calls of its own.
thread_local constinit bool asking = false;

int planned_failure(Call call) noexcept {
    const std::int64_t number = ++seen().calls[index_of(call)];
    if (const int error = refused[index_of(call)]) {
        return error;
    }
    if (current.then == Then::memory && seen().failure && call == Call::allocation) {
        return ENOMEM;
    }
    const bool fails =
        current.nth > 0 && call == current.call &&
        (number == current.nth || (current.then == Then::same && number > current.nth));
    if (fails) {
        seen().failure = true;
    }
    return fails ? current.error : 0;
}

const char* text_of(Then then) noexcept {
    switch (then) {
    case Then::nothing:
        return "";
    case Then::same:
        return ", and all that follow";
    case Then::memory:
        return ", and all allocations that follow";
    }
    return "";
}

}  // namespace

std::string text_of(const Plan& plan) {
    return "the call number " + std::to_string(plan.nth) + " of " + name_of(plan.call) +
           " fails with " + ::strerrorname_np(plan.error) + text_of(plan.then);
}

Trial::Trial() noexcept : Trial(Plan{}) {}

Trial::Trial(const Plan& plan) noexcept {
    current = plan;
    seen().failure = false;
    for (std::atomic<std::int64_t>& count : seen().calls) {
        count = 0;
    }
    active = true;
}

void Trial::end() noexcept {
    active = false;
}

bool Trial::reached() const noexcept {
    return seen().failure;
}

std::int64_t Trial::count_of(Call call) const noexcept {
    return seen().calls[index_of(call)];
}

Refusal::Refusal(Call call, int error) noexcept : call_{call} {
    refused[index_of(call)] = error;
}

Refusal::~Refusal() {
    refused[index_of(call_)] = 0;
}

BeforeRings::BeforeRings(const base::Callback<>& first) noexcept {
    before_rings = &first;
}

BeforeRings::~BeforeRings() {
    before_rings = nullptr;
}

void come_to(Call call) {
    const base::Callback<>* const first = call == Call::ring ? before_rings.load() : nullptr;
    if (first != nullptr) {
        (*first)();
    }
}

int failure_of(Call call, const void* caller) noexcept {
    const bool refuses = refused[index_of(call)] != 0;
    if ((!active && !refuses) || asking || caller == nullptr) {
        return 0;
    }
    asking = true;
    const void* const site = site_of(caller);
    int error = 0;
    if (site != nullptr) {
        error = active ? planned_failure(call) : refused[index_of(call)].load();
        remember_site(call, site, error != 0);
    }
    asking = false;
    return error;
}

}  // namespace tocsin::failure
