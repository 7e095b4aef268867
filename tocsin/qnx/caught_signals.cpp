// Reading /proc/self/status. Private to tocsin/qnx.
#include <tocsin/qnx/caught_signals.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/base/uncancelled.h>

namespace tocsin::qnx {

namespace {

constexpr std::uint64_t bit_of(int signal) noexcept {
    return std::uint64_t{1} << static_cast<unsigned>(signal - 1);
}

// What no wait is interrupted by: faults of the own thread, and those two by which glibc cancels
// threads and changes users.
constexpr std::uint64_t without_effect = bit_of(SIGSEGV) | bit_of(SIGBUS) | bit_of(SIGFPE) |
                                         bit_of(SIGILL) | bit_of(SIGTRAP) | bit_of(32) | bit_of(33);

}  // namespace

bool catches_signals() noexcept {
    constexpr std::string_view name = "\nSigCgt:\t";
    const base::Uncancelled here;
    std::array<char, 4096> text{};
    const base::Descriptor file{::open("/proc/self/status", O_RDONLY | O_CLOEXEC)};
    const ssize_t size = file ? ::read(file.number(), text.data(), text.size()) : 0;
    const std::string_view status{text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    const std::size_t place = status.find(name);
    if (place == std::string_view::npos) {
        return true;
    }
    const std::string_view digits = status.substr(place + name.size());
    std::uint64_t caught = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), caught, 16);
    return result.ec != std::errc{} || (caught & ~without_effect) != 0;
}

}  // namespace tocsin::qnx
