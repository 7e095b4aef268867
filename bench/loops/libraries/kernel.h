// The bare kernel: an eventfd for each slot in one epoll set. Private to bench/loops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <vector>

#include <bench/loops/handler.h>
#include <bench/measure/memory.h>
#include <bench/measure/stopwatch.h>

namespace bench {

[[nodiscard]] inline std::string kernel_version() {
    ::utsname name = {};
    ::uname(&name);
    return name.release;
}

inline void write_one(int descriptor) {
    const std::uint64_t one = 1;
    require(::write(descriptor, &one, sizeof one) == sizeof one, "eventfd write");
}

struct Kernel {
    static constexpr const char* name = "eventfd + epoll";
    static constexpr const char* descriptors_name = "bare epoll";
    static constexpr bool is_queue = false;
    static constexpr bool in_order = false;
    static constexpr bool looks_at_all = false;
    static constexpr std::size_t events_max = 10'000;
    static std::string version() { return kernel_version(); }

    class Descriptors {
    public:
        Descriptors(std::size_t, Handler handler) : handler_{handler} {}
        ~Descriptors() { ::close(set_); }
        Descriptors(const Descriptors&) = delete;
        Descriptors& operator=(const Descriptors&) = delete;

        void watch(std::size_t index, int descriptor) {
            if (index >= fds_.size()) {
                fds_.resize(index + 1);
            }
            fds_[index] = descriptor;
            control(EPOLL_CTL_ADD, index, EPOLLIN);
        }
        void unwatch(std::size_t index) { control(EPOLL_CTL_DEL, index, 0); }
        void pause(std::size_t index) { control(EPOLL_CTL_MOD, index, 0); }
        void resume(std::size_t index) { control(EPOLL_CTL_MOD, index, EPOLLIN); }
        void turn() { wait(0); }
        void run() {
            for (stopped_ = false; !stopped_;) {
                wait(-1);
            }
        }
        void stop() { stopped_ = true; }

    private:
        void control(int operation, std::size_t index, std::uint32_t wanted) {
            epoll_event event{.events = wanted, .data = {.u64 = index}};
            require(::epoll_ctl(set_, operation, fds_[index], &event) == 0, "epoll_ctl");
        }
        void wait(int milliseconds) {
            epoll_event events[256];
            const int count = ::epoll_wait(set_, events, 256, milliseconds);
            for (int place = 0; place < count; ++place) {
                handler_(events[place].data.u64);
            }
        }

        Handler handler_;
        const int set_ = ::epoll_create1(EPOLL_CLOEXEC);
        std::vector<int> fds_;
        bool stopped_ = false;
    };

    class Events {
    public:
        Events(std::size_t count, Handler handler)
            : handler_{handler}, descriptors_{count, Handler{&deliver, this}} {
            allow_descriptors(count + 100);
            for (std::size_t index = 0; index < count; ++index) {
                fds_.push_back(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
                require(fds_.back() >= 0, "eventfd");
                descriptors_.watch(index, fds_.back());
            }
        }
        ~Events() {
            for (const int descriptor : fds_) {
                ::close(descriptor);
            }
        }
        Events(const Events&) = delete;
        Events& operator=(const Events&) = delete;

        void post(std::size_t index) { write_one(fds_[index]); }
        void again(std::size_t index) { post(index); }
        void run() { descriptors_.run(); }
        void stop() { descriptors_.stop(); }

    protected:
        [[nodiscard]] int descriptor_of(std::size_t index) const { return fds_[index]; }

    private:
        static void deliver(void* context, std::size_t index) {
            const Events& own = *static_cast<Events*>(context);
            std::uint64_t posts = 0;
            if (::read(own.fds_[index], &posts, sizeof posts) == sizeof posts) {
                own.handler_(index);
            }
        }

        Handler handler_;
        Descriptors descriptors_;
        std::vector<int> fds_;
    };

    class RawEvent : public Events {
    public:
        explicit RawEvent(Handler handler) : Events{1, handler} {}
        [[nodiscard]] int descriptor() const { return descriptor_of(0); }
    };

    class RawPoster {
    public:
        explicit RawPoster(int descriptor) : descriptor_{descriptor} {}
        void post() const { write_one(descriptor_); }

    private:
        int descriptor_;
    };
};

}  // namespace bench
