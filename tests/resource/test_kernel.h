// The test in the kernel's place: the other end of a session, without a mount. For tests.
#pragma once

#include <optional>

#include <tests/resource/kernel_end.h>

#include <tocsin/core/loop.h>
#include <tocsin/resource/session.h>
#include <tocsin/resource/station.h>

namespace tocsin::resource {

// The session is served on the test's own thread, in turns that the test asks for.
class TestKernel final : public KernelEnd {
public:
    explicit TestKernel(Directory::Entry entry, const UserLimits& limits = {}) {
        session_.emplace(take_served_end(), entry, "/test", limits);
        station_.emplace(loop_, *session_, Station::Role::first, base::Callback<>{});
        start();
    }
    ~TestKernel() { station_.reset(); }

    [[nodiscard]] Session& session() noexcept { return *session_; }
    [[nodiscard]] core::Loop& loop() noexcept { return loop_; }

private:
    void serve() override { loop_.run_until_idle(); }

    core::Loop loop_;
    std::optional<Session> session_;
    std::optional<Station> station_;
};

}  // namespace tocsin::resource
