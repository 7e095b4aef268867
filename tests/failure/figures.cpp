// Tells how much was made to fail, and fails when a place was never reached. For tests.
#include <cstdio>

#include <gtest/gtest.h>

#include <tests/failure/call_sites.h>

namespace tocsin::failure {
namespace {

class Figures final : public testing::Environment {
    void TearDown() override {
        const SiteFigures figures = site_figures();
        std::printf(
            "[ FAILED ON PURPOSE ] %lld times, at %d of the %d places where calls are made\n",
            static_cast<long long>(figures.failures), figures.failed, figures.seen);
        // A selection of the tests reaches a selection of the places; and so do those that mount.
        if (GTEST_FLAG_GET(filter) == "-*Mount*") {
            EXPECT_EQ(figures.never_failed, "") << "places whose calls have never failed";
        }
    }
};

[[maybe_unused]] const testing::Environment* const figures =
    testing::AddGlobalTestEnvironment(new Figures);

}  // namespace
}  // namespace tocsin::failure
