// ThreadCtl(). Private to tocsin/qnx.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <pthread.h>
#include <sched.h>
#include <string_view>
#include <sys/neutrino.h>

#include <tocsin/qnx/face_result.h>

namespace {

constexpr unsigned mask_bits = 32;
constexpr std::size_t linux_name_size = 16;

// Processors beyond those that a mask can name are left out of it.
unsigned current_mask() noexcept {
    ::cpu_set_t set;
    unsigned mask = 0;
    if (::sched_getaffinity(0, sizeof set, &set) == 0) {
        for (unsigned number = 0; number < mask_bits; ++number) {
            mask |= CPU_ISSET(number, &set) ? 1U << number : 0U;
        }
    }
    return mask;
}

// Bits of processors that are not there are no error, as long as one is.
int set_mask(unsigned mask) noexcept {
    ::cpu_set_t set;
    CPU_ZERO(&set);
    for (unsigned number = 0; number < mask_bits; ++number) {
        if ((mask >> number & 1U) != 0) {
            CPU_SET(number, &set);
        }
    }
    return ::sched_setaffinity(0, sizeof set, &set) == 0 ? 0 : errno;
}

int exchange_mask(unsigned* mask) noexcept {
    const unsigned before = current_mask();
    const int error = *mask == 0 ? 0 : set_mask(*mask);
    if (error == 0) {
        *mask = before;
    }
    return error;
}

// The name as it was takes the place of the new one in the buffer.
int exchange_name(::_thread_name& name) noexcept {
    std::array<char, linux_name_size> before = {};
    if (const int error = ::pthread_getname_np(::pthread_self(), before.data(), before.size())) {
        return error;
    }
    if (name.new_name_len >= 0) {
        std::array<char, linux_name_size> wanted = {};
        const auto length =
            std::min<std::size_t>(static_cast<unsigned>(name.new_name_len), wanted.size() - 1);
        std::copy_n(name.name_buf, length, wanted.begin());
        if (const int error = ::pthread_setname_np(::pthread_self(), wanted.data())) {
            return error;
        }
    }
    if (name.name_buf_len > 0) {
        const auto room = static_cast<std::size_t>(name.name_buf_len);
        const std::string_view text = std::string_view{before.data()}.substr(0, room - 1);
        *std::copy(text.begin(), text.end(), name.name_buf) = '\0';
    }
    return 0;
}

}  // namespace

int ThreadCtl_r(int command, void* data) noexcept {
    switch (command) {
    case _NTO_TCTL_IO:
    case _NTO_TCTL_IO_PRIV:
    case _NTO_TCTL_ALIGN_FAULT:
        return 0;
    case _NTO_TCTL_RUNMASK:
        return set_mask(static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(data)));
    case _NTO_TCTL_RUNMASK_GET_AND_SET:
        return data == nullptr ? EFAULT : exchange_mask(static_cast<unsigned*>(data));
    case _NTO_TCTL_NAME:
        return data == nullptr ? EFAULT : exchange_name(*static_cast<::_thread_name*>(data));
    default:
        return EINVAL;
    }
}

int ThreadCtl(int command, void* data) noexcept {
    return tocsin::qnx::error_result(ThreadCtl_r(command, data));
}
