// A file descriptor with an owner. Public.
#pragma once

#include <utility>

namespace tocsin::base {

// Owns one descriptor, or none (-1), and closes it when it goes. Movable, not copyable. Not
// thread-safe.
class Descriptor {
public:
    Descriptor() noexcept = default;
    explicit Descriptor(int number) noexcept : number_{number} {}
    Descriptor(Descriptor&& other) noexcept : number_{other.release()} {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset(other.release());
        }
        return *this;
    }
    ~Descriptor() { reset(); }

    [[nodiscard]] int number() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }

    // Gives the descriptor away; the caller closes it.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

    // Closes what is owned, once and keeping errno, and owns `number` from now on.
    void reset(int number = -1) noexcept;

private:
    int number_ = -1;
};

}  // namespace tocsin::base
