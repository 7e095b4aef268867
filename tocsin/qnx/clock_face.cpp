// ClockTime() and its kin, and the system page. Private to tocsin/qnx.
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <sys/neutrino.h>
#include <sys/syspage.h>
#include <unistd.h>

#include <tocsin/qnx/face_result.h>

namespace {

using tocsin::qnx::error_result;

constexpr std::uint64_t second = 1'000'000'000;

std::uint64_t nanoseconds_of(const ::timespec& time) noexcept {
    return static_cast<std::uint64_t>(time.tv_sec) * second +
           static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t now_of(::clockid_t clock) noexcept {
    ::timespec now = {};
    return ::clock_gettime(clock, &now) == 0 ? nanoseconds_of(now) : 0;
}

::syspage_entry read_page() noexcept {
    const long count = ::sysconf(_SC_NPROCESSORS_ONLN);
    ::timespec tick = {};
    ::clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
    return {.num_cpu = static_cast<std::uint16_t>(std::clamp(count, 1L, 0xffffL)),
            .qtime = {.cycles_per_sec = second,
                      .boot_time = (now_of(CLOCK_REALTIME) - now_of(CLOCK_BOOTTIME)) / second,
                      .nsec_inc = nanoseconds_of(tick)}};
}

}  // namespace

// The counters of processors may be of different speeds or stand still; this clock does neither.
std::uint64_t ClockCycles() noexcept {
    return now_of(CLOCK_MONOTONIC);
}

const ::syspage_entry* tocsin_syspage() noexcept {
    static const ::syspage_entry page = read_page();
    return &page;
}

int ClockTime_r(clockid_t clock, const uint64_t* value, uint64_t* before) noexcept {
    if (before != nullptr) {
        ::timespec now = {};
        if (::clock_gettime(clock, &now) != 0) {
            return errno;
        }
        *before = nanoseconds_of(now);
    }
    if (value == nullptr) {
        return 0;
    }
    const ::timespec wanted = {.tv_sec = static_cast<::time_t>(*value / second),
                               .tv_nsec = static_cast<long>(*value % second)};
    return ::clock_settime(clock, &wanted) == 0 ? 0 : errno;
}

int ClockTime(clockid_t clock, const uint64_t* value, uint64_t* before) noexcept {
    return error_result(ClockTime_r(clock, value, before));
}

int ClockPeriod_r(clockid_t clock, const ::_clockperiod*, ::_clockperiod* before,
                  int reserved) noexcept {
    ::timespec resolution = {};
    if (reserved != 0 || ::clock_getres(clock, &resolution) != 0) {
        return EINVAL;
    }
    if (before != nullptr) {
        *before = {.nsec = static_cast<std::uint32_t>(nanoseconds_of(resolution)), .fract = 0};
    }
    return 0;
}

int ClockPeriod(clockid_t clock, const ::_clockperiod* period, ::_clockperiod* before,
                int reserved) noexcept {
    return error_result(ClockPeriod_r(clock, period, before, reserved));
}
