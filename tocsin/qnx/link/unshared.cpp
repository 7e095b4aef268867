// Closing what a child has inherited. Private to tocsin/qnx.
#include <tocsin/qnx/link/unshared.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <pthread.h>
#include <unistd.h>

namespace tocsin::qnx {

namespace {

constexpr std::size_t bits = 64;
constexpr std::size_t words = std::size_t{1} << 14U;  // as many as a process may have by default

std::array<std::atomic<std::uint64_t>, words> marked;
std::atomic<std::size_t> words_used{0};

void close_marked() noexcept {
    for (std::size_t at = 0; at < words_used; ++at) {
        std::uint64_t word = marked[at].exchange(0);
        while (word != 0) {
            ::close(static_cast<int>(at * bits) + std::countr_zero(word));
            word &= word - 1;
        }
    }
}

bool has_word(int descriptor) noexcept {
    return descriptor >= 0 && static_cast<std::size_t>(descriptor) / bits < words;
}

std::uint64_t bit_of(int descriptor) noexcept {
    return std::uint64_t{1} << static_cast<std::size_t>(descriptor) % bits;
}

}  // namespace

void Unshared::add(int descriptor) noexcept {
    static const int registered = ::pthread_atfork(nullptr, nullptr, close_marked);
    static_cast<void>(registered);
    if (!has_word(descriptor)) {
        return;
    }
    const std::size_t at = static_cast<std::size_t>(descriptor) / bits;
    std::size_t used = words_used;
    while (used <= at && !words_used.compare_exchange_weak(used, at + 1)) {
    }
    marked[at].fetch_or(bit_of(descriptor));
}

void Unshared::remove(int descriptor) noexcept {
    if (has_word(descriptor)) {
        marked[static_cast<std::size_t>(descriptor) / bits].fetch_and(~bit_of(descriptor));
    }
}

}  // namespace tocsin::qnx
