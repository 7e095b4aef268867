// What dispatch_create() makes: everything that one manager waits for. Private to tocsin/qnx.
#pragma once

#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include <tocsin/base/clock.h>
#include <tocsin/base/descriptor.h>
#include <tocsin/core/wake_channel.h>
#include <tocsin/qnx/channel.h>
#include <tocsin/qnx/context.h>
#include <tocsin/qnx/routes.h>
#include <tocsin/qnx/selects.h>
#include <tocsin/qnx/served_path.h>

namespace tocsin::qnx {

// Any number of threads block in it and handle what they get, each with a context of its own.
// Functions that return int return 0 or an errno.
class Dispatch {
public:
    // Throws std::system_error.
    Dispatch();

    // Takes all paths away. No thread is in it any more.
    ~Dispatch();
    Dispatch(const Dispatch&) = delete;
    Dispatch& operator=(const Dispatch&) = delete;

    [[nodiscard]] static Dispatch& of(::dispatch_t* face) noexcept {
        return *reinterpret_cast<Dispatch*>(face);
    }
    [[nodiscard]] ::dispatch_t* face() noexcept { return reinterpret_cast<::dispatch_t*>(this); }

    // With room for what was attached so far. Throws std::bad_alloc.
    [[nodiscard]] std::unique_ptr<Context> make_context() const;

    // Waits for something and notes it in `context`. EINTR: a signal handler ran, or unblock();
    // ESRCH: the channel, which is the caller's, has been destroyed. A cancellation point.
    [[nodiscard]] int block(Context& context);

    // Does what block() has noted. -1 for what dispatch_handler() says so of. A thread is not
    // cancelled in what is done for a path.
    int handle(Context& context);

    // Calls the function for a parked message of a file once more. False when its path is not, or
    // no longer, one of this dispatch's. Throws std::bad_alloc.
    [[nodiscard]] bool handle_again(Context& context, const std::shared_ptr<FileMessage>& message);

    // What messages and pulses go to, and the descriptors that are waited for beside them.
    [[nodiscard]] Routes& routes() noexcept { return routes_; }
    [[nodiscard]] Selects& selects();  // throws std::system_error

    // The channel, which is made when there is none. Throws std::system_error.
    [[nodiscard]] std::shared_ptr<Channel> channel();
    [[nodiscard]] std::shared_ptr<Channel> channel_if_any() const noexcept;

    // Waits at a channel of the caller's. EINVAL: there is no such. Throws std::system_error.
    [[nodiscard]] int use_channel(int chid);

    // Room for messages of that size, and replies of that many parts.
    void make_room(unsigned parts_max, std::size_t message_size_max) noexcept;

    // Makes all threads return that wait.
    void unblock() noexcept;

    // How long block() waits at most.
    void set_timeout(std::optional<base::Duration> timeout) noexcept;

    // Serves a path, or "" for none; returns the number that it is known by. Throws
    // std::system_error, std::bad_alloc. EINVAL: the channel is the caller's and is not told of
    // clients that go.
    [[nodiscard]] int attach(const std::string& path, unsigned parts_max,
                             std::size_t message_size_max, ServedPath::Attachment attachment);

    // Takes it away when no thread is in a handler of it. EINVAL: there is no such path; EDEADLK:
    // the calling thread is in a handler of it.
    [[nodiscard]] int detach(int id);

    // Calls the function for messages of that type, if there is one, for that which lies in the
    // context.
    [[nodiscard]] bool handle_by_route(Context& context, int type);

private:
    struct Attached {
        std::shared_ptr<ServedPath> path;
        int users = 0;  // threads that receive from it or are in its handlers
        bool going = false;
    };

    // What is no path's in the set of descriptors.
    static constexpr std::uint64_t bell_name = UINT64_MAX;
    static constexpr std::uint64_t channel_name = bell_name - 1;
    static constexpr std::uint64_t selects_name = bell_name - 2;

    void watch(int descriptor, std::uint64_t name) const;
    void make_channel_locked();
    void watch_channel_locked(const std::shared_ptr<Channel>& channel);
    void make_room_locked(unsigned parts_max, std::size_t message_size_max) noexcept;
    [[nodiscard]] bool take_from_channel(Context& context);
    [[nodiscard]] bool take_from_selects(Context& context);
    [[nodiscard]] int handle_message(Context& context);
    [[nodiscard]] int handle_pulse(Context& context);
    void handle_descriptor(Context& context);
    void handle_call(Context& context);
    void tell_paths_of_end(Context& context, const Client& client);
    class Waiting;
    class Visit;
    [[nodiscard]] bool take(std::uint64_t name, Context& context);
    [[nodiscard]] bool take_from(int id, Context& context);
    [[nodiscard]] std::shared_ptr<ServedPath> use(int id) noexcept;
    void stop_using(int id) noexcept;

    mutable std::mutex mutex_;
    std::condition_variable unused_;
    base::Descriptor set_;
    core::WakeChannel bell_;
    std::shared_ptr<Channel> channel_;  // from the first attach on
    bool owns_channel_ = false;
    Routes routes_;
    std::optional<Selects> selects_;
    unsigned unblocked_ = 0;  // how often
    // Threads in epoll_wait(2); the channel looks at it, too.
    const std::shared_ptr<std::atomic<int>> waiting_ = std::make_shared<std::atomic<int>>(0);
    int to_hear_ = 0;  // those of them who have yet to hear the bell
    std::atomic<base::Duration::rep> timeout_{-1};
    unsigned parts_max_ = 1;
    std::size_t message_size_max_;
    std::unordered_map<int, Attached> attached_;
};

}  // namespace tocsin::qnx
