// Arming and triggering, as a manager has it from iofunc_notify(). For tests.
#include <climits>
#include <tests/failure/qnx/operations.h>
#include <tests/qnx/notify_client.h>

namespace tocsin::failure {

namespace {

constexpr unsigned input = _NOTIFY_COND_INPUT;
constexpr unsigned output = _NOTIFY_COND_OUTPUT;

// Two clients at one device, who are there before anything fails.
struct Device {
    qnx::Members<> members;
    qnx::NotifyClient first{3};
    qnx::NotifyClient second{4};

    void remove_all() {
        iofunc_notify_remove(first.context(), members);
        iofunc_notify_remove(second.context(), members);
        static_cast<void>(first.take());
        static_cast<void>(second.take());
    }
};

Device& device() {
    static Device device;
    return device;
}

// What was armed before, by whomever, stays so when there is no memory for more.
std::error_code arm_a_condition(Trial& trial) {
    Device& here = device();
    std::error_code told;
    const qnx::Told before = here.first.ask(here.members, _NOTIFY_ACTION_POLLARM, input, 0);
    if (before.result != _RESMGR_NPARTS(1)) {
        told = error_of(before.result);
    }
    const qnx::Told more = here.second.ask(here.members, _NOTIFY_ACTION_TRANARM, input | output, 0);
    if (more.result != _RESMGR_NPARTS(1)) {
        told = error_of(more.result);
    }
    iofunc_notify_trigger(here.members, INT_MAX, IOFUNC_NOTIFY_INPUT);
    iofunc_notify_trigger(here.members, INT_MAX, IOFUNC_NOTIFY_OUTPUT);
    trial.end();
    EXPECT_EQ(here.first.take().size(), before.armed == 1 ? 1U : 0U);
    EXPECT_EQ(here.second.take().size(), more.armed == 1 ? 2U : 0U) << "all or nothing";
    here.remove_all();
    return told;
}

// Another question in place of what is armed.
std::error_code arm_a_condition_anew(Trial& trial) {
    Device& here = device();
    const qnx::Told before = here.first.ask(here.members, _NOTIFY_ACTION_POLLARM, input, 0);
    const qnx::Told anew = here.first.ask(here.members, _NOTIFY_ACTION_POLLARM, input | output, 0);
    trial.end();
    iofunc_notify_trigger(here.members, INT_MAX, IOFUNC_NOTIFY_INPUT);
    const bool armed = before.armed == 1 || anew.armed == 1;
    EXPECT_EQ(here.first.take().size(), armed ? 1U : 0U);
    here.remove_all();
    const int result = anew.result != _RESMGR_NPARTS(1) ? anew.result : before.result;
    return result == _RESMGR_NPARTS(1) ? std::error_code{} : error_of(result);
}

}  // namespace

std::vector<Operation> operations_of_notification() {
    return {{"arm_a_condition", &arm_a_condition}, {"arm_a_condition_anew", &arm_a_condition_anew}};
}

}  // namespace tocsin::failure
