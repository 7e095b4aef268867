// What a pump keeps bytes in on their way. Private to tocsin/ivykis.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <sys/types.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::ivykis {

struct PumpPipe {
    base::Descriptor reader;
    base::Descriptor writer;
};

// Empty pipes that the pumps of one thread use again.
class PumpPipes {
public:
    // A pipe without bytes in it; none when descriptors are short.
    [[nodiscard]] PumpPipe take() noexcept;
    void put(PumpPipe pipe) noexcept;

    // Keeps none any more.
    void close() noexcept {
        kept_ = {};
        count_ = 0;
    }

private:
    static constexpr std::size_t kept_max = 20;
    std::array<PumpPipe, kept_max> kept_;
    std::size_t count_ = 0;
};

// A pipe through which splice(2) moves pages without copying; or memory, from when no pipe is to be
// had, or splice(2) refuses one of the descriptors. Nothing is lost by the change.
class PumpCarrier {
public:
    explicit PumpCarrier(PumpPipes& pipes) noexcept : pipe_{pipes.take()} {}

    // Gives an empty pipe back.
    void hand_back(PumpPipes& pipes) noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t room() const noexcept { return capacity - size_; }

    // Reads from `descriptor`, or writes to it, as read(2) and write(2) do.
    [[nodiscard]] ssize_t take_from(int descriptor) noexcept;
    [[nodiscard]] ssize_t give_to(int descriptor) noexcept;

private:
    static constexpr std::size_t capacity = 65536;

    [[nodiscard]] bool copies() const noexcept { return !pipe_.reader; }
    [[nodiscard]] bool change_to_copying() noexcept;
    [[nodiscard]] ssize_t read_from(int descriptor) noexcept;
    [[nodiscard]] ssize_t write_to(int descriptor) noexcept;

    PumpPipe pipe_;
    std::unique_ptr<char[]> memory_;
    std::size_t begin_ = 0;  // where in memory_ the first byte is
    std::size_t size_ = 0;
};

}  // namespace tocsin::ivykis
