// What a thread can wait for without a loop, as floors: two slots, and nothing but them. Private to
// bench/loops.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <linux/futex.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bench/loops/handler.h>
#include <bench/loops/libraries/kernel.h>
#include <bench/measure/stopwatch.h>

namespace bench {

// A sleeper S:
//   S()              made on the thread that waits
//   void put(bits)   from any thread
//   bits take()      waits; what has been put since, both slots in one word

// An eventfd's counter adds up what is written, a slot in each half.
class EventfdSleeper {
public:
    ~EventfdSleeper() { ::close(descriptor_); }
    EventfdSleeper() = default;
    EventfdSleeper(const EventfdSleeper&) = delete;
    EventfdSleeper& operator=(const EventfdSleeper&) = delete;

    static constexpr const char* name = "eventfd + read";
    void put(std::uint64_t bits) const {
        require(::write(descriptor_, &bits, sizeof bits) == sizeof bits, "eventfd write");
    }
    [[nodiscard]] std::uint64_t take() const {
        std::uint64_t bits = 0;
        require(::read(descriptor_, &bits, sizeof bits) == sizeof bits, "eventfd read");
        return bits;
    }
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    const int descriptor_ = ::eventfd(0, EFD_CLOEXEC);
};

class PipeSleeper {
public:
    PipeSleeper() { require(::pipe2(ends_, O_CLOEXEC) == 0, "pipe"); }
    ~PipeSleeper() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    PipeSleeper(const PipeSleeper&) = delete;
    PipeSleeper& operator=(const PipeSleeper&) = delete;

    static constexpr const char* name = "pipe";
    void put(std::uint64_t bits) const {
        require(::write(ends_[1], &bits, sizeof bits) == sizeof bits, "pipe write");
    }
    [[nodiscard]] std::uint64_t take() const {
        std::uint64_t bits = 0;
        require(::read(ends_[0], &bits, sizeof bits) == sizeof bits, "pipe read");
        return bits;
    }

private:
    int ends_[2] = {-1, -1};
};

class FutexSleeper {
public:
    static constexpr const char* name = "futex";
    void put(std::uint64_t bits) {
        if (word_.fetch_or(narrow(bits)) == 0) {
            ::syscall(SYS_futex, &word_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
        }
    }
    [[nodiscard]] std::uint64_t take() {
        std::uint32_t bits = 0;
        while ((bits = word_.exchange(0)) == 0) {
            ::syscall(SYS_futex, &word_, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
        }
        return (bits & 1) | static_cast<std::uint64_t>(bits >> 1) << 32;
    }

private:
    static std::uint32_t narrow(std::uint64_t bits) {
        return static_cast<std::uint32_t>(bits & 1) | static_cast<std::uint32_t>(bits >> 32) << 1;
    }
    alignas(64) std::atomic<std::uint32_t> word_{0};
};

// Never sleeps: what it takes a cache line to cross.
class SpinningSleeper {
public:
    static constexpr const char* name = "cache line";
    void put(std::uint64_t bits) { word_.fetch_or(bits); }
    [[nodiscard]] std::uint64_t take() {
        while (word_.load(std::memory_order_relaxed) == 0) {
            __builtin_ia32_pause();
        }
        return word_.exchange(0);
    }

private:
    alignas(64) std::atomic<std::uint64_t> word_{0};
};

template <typename Sleeper>
struct Bare {
    static constexpr const char* name = Sleeper::name;
    static constexpr bool is_queue = false;
    static constexpr bool in_order = false;
    static constexpr bool looks_at_all = false;
    static constexpr std::size_t events_max = 2;
    static std::string version() { return kernel_version(); }

    class Events {
    public:
        Events(std::size_t, Handler handler) : handler_{handler} {}

        void post(std::size_t index) { sleeper_.put(index == 0 ? 1 : std::uint64_t{1} << 32); }
        void again(std::size_t index) { post(index); }
        void run() {
            for (stopped_ = false; !stopped_;) {
                const std::uint64_t bits = sleeper_.take();
                if ((bits & 0xffff'ffff) != 0) {
                    handler_(0);
                }
                if (bits >> 32 != 0) {
                    handler_(1);
                }
            }
        }
        void stop() { stopped_ = true; }

    protected:
        Sleeper sleeper_;

    private:
        Handler handler_;
        bool stopped_ = false;
    };
};

struct BareCacheLine : Bare<SpinningSleeper> {
    static constexpr bool never_sleeps = true;
};

struct BareEventfd : Bare<EventfdSleeper> {
    class RawEvent : public Events {
    public:
        explicit RawEvent(Handler handler) : Events{1, handler} {}
        [[nodiscard]] int descriptor() const { return sleeper_.descriptor(); }
    };
    using RawPoster = Kernel::RawPoster;
};

}  // namespace bench
