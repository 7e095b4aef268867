// One connection to the kernel, from messages to handlers. Private to tocsin/resource.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <sys/types.h>
#include <unordered_map>
#include <vector>

#include <tocsin/core/loop.h>
#include <tocsin/resource/channel.h>
#include <tocsin/resource/every_session.h>
#include <tocsin/resource/pending.h>
#include <tocsin/resource/tree.h>
#include <tocsin/resource/user_accounts.h>

struct fuse_file_info;
struct fuse_pollhandle;
struct fuse_req;

namespace tocsin::resource {

// Any number of threads may receive and process messages of one session at a time; each of them
// says so first by begin_serving(). What comes from a thread that serves is refused with EDEADLK.
class Session final : public EverySession::Member {
public:
    // Takes over `device`. Throws std::system_error, std::bad_alloc.
    Session(base::Descriptor device, Directory::Entry entry, std::string path,
            const UserLimits& limits = {});

    // As end().
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // Whoever turns `loop` serves from now on, or serves no more. Any thread.
    void begin_serving(const core::Loop& loop);
    void end_serving(const core::Loop& loop) noexcept;

    // Whether `thread` serves. Any thread.
    [[nodiscard]] bool serves(::pid_t thread) const override;

    // Processes one message. Threads that serve.
    void process(std::span<std::byte> message);

    // Tries parked requests again that have been triggered, and processes what was handed over;
    // what that makes worth doing waits for the next call. One of the threads that serve, when the
    // bell was rung.
    void work();

    // For a thread that does not serve, when none of those who do takes messages: answers a message
    // of a thread that serves, this session or another of this process, with EDEADLK, and hands any
    // other over to work(), or answers ENOMEM when it cannot be kept so long.
    void refuse_or_hand_over(std::span<std::byte> message) noexcept;

    // Fails what is parked, cuts the connection and closes every open file. Nobody serves any more.
    void end() noexcept;

    [[nodiscard]] Channel& channel() noexcept { return *channel_; }
    [[nodiscard]] Pending& pending() noexcept { return *pending_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const UserAccounts& users() const noexcept { return users_; }

    // How many messages have been taken by threads that serve; any thread.
    [[nodiscard]] std::uint64_t taken_count() const noexcept { return taken_count_; }

private:
    friend class Operations;
    friend class Status;

    struct Opened {
        std::shared_ptr<OpenFile> file;
        Resource* resource = nullptr;
    };

    // A message that the guard has taken.
    struct HandedOver {
        HandedOver(Pending& pending, RequestId id, std::span<const std::byte> bytes)
            : message{bytes.begin(), bytes.end()}, arrival{pending, id} {}

        std::vector<std::byte> message;
        Pending::Arrival arrival;
    };

    void interrupt(std::uint64_t unique, RequestId id);
    void retry(Resource& resource, const Pending::Round& round);
    [[nodiscard]] Opened find_open(std::uint64_t handle) const;
    // The resource has said open(); when memory is short, it is told close() before this throws.
    [[nodiscard]] std::uint64_t enter(std::unique_ptr<OpenFile> made, Resource& resource);
    void release(std::uint64_t handle) noexcept;
    void end(const Opened& opened) noexcept;
    [[nodiscard]] core::Conditions poll(const Opened& opened, core::Conditions asked,
                                        ::fuse_pollhandle* handle);
    // Hands `request` over to the handler of its kind. `flags` are the descriptor's, if known.
    void start(const Opened& opened, std::unique_ptr<PendingRequest> pending, ::fuse_req* request,
               std::optional<int> flags);
    static void count(Resource& resource, const PendingRequest& pending) noexcept;
    // Of whoever makes a call on `file`: mostly of who opened it, and found without looking.
    [[nodiscard]] std::shared_ptr<UserAccount> account_of(const OpenFile& file,
                                                          const Caller& caller);

    const std::string path_;
    const WallTime since_ = std::chrono::system_clock::now();
    const std::shared_ptr<Pending> pending_ = std::make_shared<Pending>();
    Tree tree_;
    std::shared_ptr<Channel> channel_;
    std::atomic<std::uint64_t> taken_count_{0};
    UserAccounts users_;

    mutable std::mutex mutex_;  // a leaf
    std::unordered_map<std::uint64_t, Opened> opened_;
    std::uint64_t next_handle_ = 1;
    std::vector<const core::Loop*> serving_;
    std::list<HandedOver> handed_over_;
};

}  // namespace tocsin::resource
