// getprio() and setprio(). Private to tocsin/qnx.
#include <sched.h>

#include <tocsin/qnx/waiting.h>

namespace {

using tocsin::qnx::usual_priority;

constexpr bool is_real_time(int policy) noexcept {
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

// SCHED_RESET_ON_FORK may be set beside the policy.
int policy_of(::pid_t pid) noexcept {
    const int policy = ::sched_getscheduler(pid);
    return policy < 0 ? policy : policy & ~SCHED_RESET_ON_FORK;
}

}  // namespace

int getprio(pid_t pid) noexcept {
    const int policy = policy_of(pid);
    if (policy < 0) {
        return -1;
    }
    if (!is_real_time(policy)) {
        return usual_priority;
    }
    ::sched_param parameters = {};
    return ::sched_getparam(pid, &parameters) != 0 ? -1 : parameters.sched_priority;
}

int setprio(pid_t pid, int priority) noexcept {
    const int before = getprio(pid);
    if (before < 0 || before == priority) {
        return before;
    }
    const bool usual = priority == usual_priority;
    const int policy = policy_of(pid);
    const ::sched_param parameters = {.sched_priority = usual ? 0 : priority};
    const int wanted = usual ? SCHED_OTHER : is_real_time(policy) ? policy : SCHED_RR;
    return ::sched_setscheduler(pid, wanted, &parameters) != 0 ? -1 : before;
}
