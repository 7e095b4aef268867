// Makes operations fail. For tests.
#include <tests/failure/operation.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>
#include <new>
#include <unistd.h>

#include <tests/core/patience.h>
#include <tests/failure/remainder.h>

namespace tocsin::failure {

namespace {

// What is tried now, for who sees the program end in the middle of it.
std::string current_case;

// An operation that takes so long hangs.
constexpr unsigned seconds_max = 10;

void tell_case(int signal) {
    const char* const how = signal == SIGALRM ? "\nHANGS: " : "\nENDED: ";
    [[maybe_unused]] ssize_t told = ::write(STDERR_FILENO, how, std::strlen(how));
    told = ::write(STDERR_FILENO, current_case.data(), current_case.size());
    told = ::write(STDERR_FILENO, "\n", 1);
    ::signal(SIGABRT, SIG_DFL);
    std::abort();
}

// Also for what waits for a time to pass, longer than a thread takes to be gone.
constexpr std::chrono::seconds settling{2};
constexpr std::chrono::milliseconds moment{50};

void expect_nothing_beyond(const Remainder& before) {
    if (!core::comes_true([&] { return Remainder::now().fits_in(before); }, settling)) {
        ADD_FAILURE() << "left behind: " << Remainder::now() << "\nwhere there were: " << before;
    }
}

}  // namespace

void PrintTo(const Case& tried, std::ostream* stream) {
    *stream << tried.operation.name << ", " << tried.kernel.name;
}

std::string name_of_case(const testing::TestParamInfo<Case>& tried) {
    return std::string{tried.param.operation.name} + "_" + tried.param.kernel.name;
}

std::vector<Case> cases_of(std::initializer_list<std::vector<Operation>> operations,
                           const std::vector<Kernel>& kernels) {
    std::vector<Case> cases;
    for (const std::vector<Operation>& some : operations) {
        for (const Operation& operation : some) {
            for (const Kernel& kernel : kernels) {
                cases.push_back({operation, kernel});
            }
        }
    }
    return cases;
}

std::error_code Failing::run(Trial& trial) const {
    ::alarm(seconds_max);
    std::error_code told;
    try {
        told = GetParam().operation.run(trial);
    } catch (const std::system_error& error) {
        told = error.code();
    } catch (const std::bad_alloc&) {
        told = error_of(ENOMEM);
    }
    trial.end();
    ::alarm(0);
    return told;
}

void Failing::fail_everything() {
    ::signal(SIGALRM, &tell_case);
    ::signal(SIGABRT, &tell_case);
    std::deque<Refusal> refusals;
    for (const auto& [call, error] : GetParam().kernel.refused) {
        refusals.emplace_back(call, error);
    }
    // What is made once in a process is there from then on.
    for (int round = 0; round < 2; ++round) {
        Trial untouched;
        ASSERT_EQ(run(untouched), std::error_code{});
    }
    before_ = Remainder::now();
    Trial counting;
    ASSERT_EQ(run(counting), std::error_code{});
    expect_nothing_beyond(before_);
    for (std::size_t call = 0; call < call_count && !HasFailure(); ++call) {
        if (counting.count_of(Call{static_cast<std::uint8_t>(call)}) > 0) {
            fail_each(Call{static_cast<std::uint8_t>(call)});
        }
    }
}

void Failing::fail_each(Call call) {
    for (const Failure& failure : failures_of(call)) {
        for (const Then then : {Then::nothing, Then::same, Then::memory}) {
            if ((then == Then::same && !failure.lasts) ||
                (then == Then::memory && call == Call::allocation)) {
                continue;
            }
            Plan plan{.call = call, .error = failure.error, .nth = 1, .then = then};
            while (!HasFailure() && fail_one(plan)) {
                ++plan.nth;
            }
        }
    }
}

// False when there was nothing to fail any more.
bool Failing::fail_one(const Plan& plan) {
    current_case = std::string{GetParam().operation.name} + ", " + GetParam().kernel.name + ": " +
                   text_of(plan);
    SCOPED_TRACE(current_case);
    before_.allocations = Remainder::now().allocations;  // with the texts of this test
    Trial trial{plan};
    const std::error_code told = run(trial);
    const bool reached = trial.reached();
    look_at(told, plan);
    Trial untouched;
    EXPECT_EQ(run(untouched), std::error_code{}) << "after the failure";
    if (!Remainder::now().fits_in(before_)) {
        look_for_leak(plan);
    }
    return reached;
}

// What the first failure of its kind has made, as the words of an error, is there from then on;
// what each leaves behind is lost.
void Failing::look_for_leak(const Plan& plan) {
    if (core::comes_true([&] { return Remainder::now().fits_in(before_); }, moment)) {
        return;
    }
    before_ = Remainder::now();
    Trial again{plan};
    static_cast<void>(run(again));
    Trial untouched;
    static_cast<void>(run(untouched));
    expect_nothing_beyond(before_);
}

// Want of memory is not told as something that stays as it is.
static bool stays(int error) noexcept {
    return error == ENODEV || error == EPERM || error == EACCES;
}

void Failing::look_at(std::error_code told, const Plan& plan) const {
    if (!told) {
        return;
    }
    const int number = told.default_error_condition().value();
    bool may_be = number == plan.error || (plan.then == Then::memory && number == ENOMEM);
    for (const int other : GetParam().operation.in_place) {
        may_be = may_be || (number == other && !(plan.error == ENOMEM && stays(other)));
    }
    EXPECT_TRUE(may_be) << "told " << told.message();
}

}  // namespace tocsin::failure
