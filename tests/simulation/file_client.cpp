// What a client of the path asks and believes. For the simulation.
#include <tests/simulation/file_client.h>

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <string>

#include <tests/simulation/trace.h>

namespace tocsin::simulation {

namespace {

struct Asked {
    Condition condition;
    unsigned event;
    bool always;
};

constexpr std::array<Asked, 5> asked_by_poll{{{Condition::input, POLLIN, false},
                                              {Condition::output, POLLOUT, false},
                                              {Condition::out_of_band, POLLPRI, false},
                                              {Condition::error, POLLERR, true},
                                              {Condition::hang_up, POLLHUP, true}}};

}  // namespace

// As a poll of the kernel is answered, decision 0005: what is met is reported, and all that was
// asked is armed.
std::optional<unsigned> FileClient::poll(const Device& device, unsigned events, bool arm,
                                         bool may_fail, Ends& ends) {
    const ::fuse_poll_in body = {.fh = file_,
                                 .kh = Machine::poll_handle_of(file_),
                                 .flags = arm ? FUSE_POLL_SCHEDULE_NOTIFY : 0U,
                                 .events = events};
    const resource::Answer answer = machine_->ask(FUSE_POLL, FUSE_ROOT_ID, body);
    if (answer.error != 0) {
        require(answer.error == ENOMEM && may_fail, "a poll fails only for lack of memory");
        return std::nullopt;
    }
    const unsigned reported = answer.as<::fuse_poll_out>().revents;
    for (const Asked& one : asked_by_poll) {
        const bool wanted = one.always || (events & one.event) != 0;
        const bool expected = wanted && met(one.condition, device.level(one.condition));
        require(((reported & one.event) != 0) == expected,
                "a poll reports what is met of what was asked: event " + std::to_string(one.event));
        bool& armed = armed_.at(static_cast<std::size_t>(one.condition));
        if (wanted && arm) {
            ++ends.armed;
            ends.replaced += armed ? 1U : 0U;
            armed = true;
        }
    }
    return reported;
}

void FileClient::expect_trigger(Condition condition, std::int64_t available, Ends& ends) noexcept {
    bool& armed = armed_.at(static_cast<std::size_t>(condition));
    if (armed && met(condition, available)) {
        armed = false;
        ++ends.told;
        ++wakes_expected_;
    }
}

int FileClient::check_wakes() {
    const int wakes = machine_->wakes_of(Machine::poll_handle_of(file_));
    require(wakes == wakes_expected_, "file " + std::to_string(file_) + " is woken " +
                                          std::to_string(wakes_expected_) + " times, not " +
                                          std::to_string(wakes));
    return wakes;
}

void FileClient::forget_arms(Ends& ends) noexcept {
    ends.removed += arms();
    armed_ = {};
}

std::uint64_t FileClient::arms() const noexcept {
    return static_cast<std::uint64_t>(std::ranges::count(armed_, true));
}

}  // namespace tocsin::simulation
