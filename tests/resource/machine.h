// One run of a manager, with a simulation in the kernel's place. For tests.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <optional>

#include <fuse3/fuse_log.h>

#include <tests/core/counting_allocator.h>
#include <tests/resource/kernel_end.h>

#include <tocsin/core/loop.h>
#include <tocsin/resource/session.h>
#include <tocsin/resource/station.h>

namespace tocsin::resource {

// From the start of the manager to its end, which is where its open files end, too.
class Machine final : public KernelEnd {
public:
    Machine(core::Loop& loop, Resource& served) : loop_{loop} {
        // That memory is short is no news here.
        ::fuse_set_log_func([](::fuse_log_level, const char*, std::va_list) {});
        session_.emplace(take_served_end(), &served, "/simulated");
        station_.emplace(loop_, *session_, Station::Role::first, base::Callback<>{});
        start();
    }
    ~Machine() { end(); }
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    // Within the next turns the manager may allocate so many times; then memory is short, until
    // it is let have all again.
    void let_allocate(std::optional<std::int64_t> times) noexcept { allocations_ = times; }

    // What the manager has said stays to be heard.
    void end() noexcept {
        station_.reset();
        session_.reset();
    }

private:
    void serve() override {
        if (!station_) {
            return;
        }
        std::optional<core::FewAllocations> shortage;
        if (allocations_) {
            shortage.emplace(*allocations_);
        }
        loop_.run_until_idle();
    }

    core::Loop& loop_;
    std::optional<Session> session_;
    std::optional<Station> station_;
    std::optional<std::int64_t> allocations_;
};

}  // namespace tocsin::resource
