// Calls for texts that QNX's <string.h> and <stdlib.h> have beside glibc's. Weak, as programs bring
// functions of these names with them. Private to tocsin/qnx.
#include <algorithm>
#include <array>
#include <cctype>
#include <climits>
#include <cstring>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): <cstdlib> goes past QNX's
#include <strings.h>

namespace {

constexpr unsigned decimal = 10;
constexpr unsigned base_max = 36;

char* write_digits(unsigned long value, bool negative, char* text, unsigned base) noexcept {
    if (base < 2 || base > base_max) {
        *text = '\0';
        return text;
    }
    std::array<char, sizeof value * CHAR_BIT> digits = {};
    auto first = digits.end();
    do {
        *--first = "0123456789abcdefghijklmnopqrstuvwxyz"[value % base];
        value /= base;
    } while (value != 0);
    char* end = text;
    if (negative) {
        *end++ = '-';
    }
    *std::copy(first, digits.end(), end) = '\0';
    return text;
}

template <int (*change)(int)>
char* change_all(char* text) noexcept {
    for (char* byte = text; *byte != '\0'; ++byte) {
        *byte = static_cast<char>(change(static_cast<unsigned char>(*byte)));
    }
    return text;
}

}  // namespace

#if !__GLIBC_PREREQ(2, 38)
[[gnu::weak]] size_t strlcpy(char* to, const char* from, size_t room) noexcept {
    const size_t length = std::strlen(from);
    if (room > 0) {
        const size_t copied = std::min(length, room - 1);
        std::memcpy(to, from, copied);
        to[copied] = '\0';
    }
    return length;
}

[[gnu::weak]] size_t strlcat(char* to, const char* from, size_t room) noexcept {
    const size_t before = ::strnlen(to, room);
    return before + strlcpy(to + before, from, room - before);
}
#endif

[[gnu::weak]] int stricmp(const char* left, const char* right) noexcept {
    return ::strcasecmp(left, right);
}

[[gnu::weak]] int strcmpi(const char* left, const char* right) noexcept {
    return ::strcasecmp(left, right);
}

[[gnu::weak]] int strnicmp(const char* left, const char* right, size_t length) noexcept {
    return ::strncasecmp(left, right, length);
}

[[gnu::weak]] char* strlwr(char* text) noexcept {
    return change_all<std::tolower>(text);
}

[[gnu::weak]] char* strupr(char* text) noexcept {
    return change_all<std::toupper>(text);
}

[[gnu::weak]] char* strrev(char* text) noexcept {
    std::reverse(text, text + std::strlen(text));
    return text;
}

[[gnu::weak]] char* ultoa(unsigned long value, char* text, int base) noexcept {
    return write_digits(value, false, text, static_cast<unsigned>(base));
}

[[gnu::weak]] char* utoa(unsigned value, char* text, int base) noexcept {
    return write_digits(value, false, text, static_cast<unsigned>(base));
}

[[gnu::weak]] char* ltoa(long value, char* text, int base) noexcept {
    const bool negative = value < 0 && base == decimal;
    const auto bits = static_cast<unsigned long>(value);
    return write_digits(negative ? 0 - bits : bits, negative, text, static_cast<unsigned>(base));
}

[[gnu::weak]] char* itoa(int value, char* text, int base) noexcept {
    const bool negative = value < 0 && base == decimal;
    const auto bits = static_cast<unsigned>(value);
    return write_digits(negative ? 0 - bits : bits, negative, text, static_cast<unsigned>(base));
}
