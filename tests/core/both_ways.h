// Runs each test of a suite on a loop that waits with epoll and on one that waits with poll. For
// tests.
#pragma once

#include <gtest/gtest.h>
#include <string>

#include <tocsin/core/loop.h>

namespace tocsin::core {

// Where the kernel refuses epoll both loops wait with poll; uses_epoll() tells.
class BothWays : public testing::TestWithParam<bool> {
protected:
    [[nodiscard]] bool uses_epoll() const {
        return std::string{loop.waits_with()}.starts_with("epoll");
    }

    Loop loop{LoopOptions{.use_epoll = GetParam()}};
};

[[nodiscard]] inline std::string way_of(const testing::TestParamInfo<bool>& info) {
    return info.param ? "with_epoll" : "with_poll";
}

}  // namespace tocsin::core
