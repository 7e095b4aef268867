// What tests make fail: operations of the product, each with every call that it makes. For tests.
#pragma once

#include <cerrno>
#include <initializer_list>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tests/failure/plan.h>
#include <tests/failure/remainder.h>

namespace tocsin::failure {

// Does something with the product, while calls may fail until trial.end(), and returns the error
// that it was told, also what was thrown, if any. What must hold then it looks at itself: that
// nothing has changed where there was an error, and after trial.end() that nothing was lost.
struct Operation {
    const char* name;
    std::error_code (*run)(Trial& trial);
    // Errors that it may report in place of what the kernel said, as its header tells.
    std::vector<int> in_place = {};
};

// A kernel that refuses calls: with these the product has other ways.
struct Kernel {
    const char* name;
    std::vector<std::pair<Call, int>> refused;
};

// The names of both, for a test.
struct Case {
    Operation operation;
    Kernel kernel;
};
void PrintTo(const Case& tried, std::ostream* stream);
[[nodiscard]] std::string name_of_case(const testing::TestParamInfo<Case>& tried);

// Each operation with each kernel.
[[nodiscard]] std::vector<Case> cases_of(std::initializer_list<std::vector<Operation>> operations,
                                         const std::vector<Kernel>& kernels);

// What errno says.
[[nodiscard]] inline std::error_code error_of(int number) noexcept {
    return number == 0 ? std::error_code{} : std::error_code{number, std::generic_category()};
}

// Has every call that the operation makes fail with every error, once and from then on, until none
// is left, and looks at what it tells and at what it leaves behind.
class Failing : public testing::TestWithParam<Case> {
protected:
    void fail_everything();

private:
    void fail_each(Call call);
    [[nodiscard]] bool fail_one(const Plan& plan);
    void look_for_leak(const Plan& plan);
    void look_at(std::error_code told, const Plan& plan) const;
    [[nodiscard]] std::error_code run(Trial& trial) const;

    Remainder before_;
};

}  // namespace tocsin::failure
