// The requests of one mount that have no answer yet. Private to tocsin/resource.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <tocsin/base/fork.h>
#include <tocsin/base/list.h>
#include <tocsin/core/event.h>
#include <tocsin/resource/request.h>
#include <tocsin/resource/resource.h>
#include <tocsin/resource/user_accounts.h>

struct fuse_req;

namespace tocsin::resource {

class Channel;

// One request, from the moment it was read until its answer. Owned by a Request, or by the list of
// parked ones of its resource.
struct PendingRequest : base::Link<> {
    ~PendingRequest();

    // Gives the fuse request away, to be answered; from then on this is only a shell.
    [[nodiscard]] ::fuse_req* begin_answer() noexcept;

    // Charges its client for being parked, from the first time until the answer, so that one that
    // waits already keeps its place when it is tried again. False when he has as many as he may.
    [[nodiscard]] bool may_be_parked() noexcept;

    std::shared_ptr<Pending> pending;
    std::shared_ptr<Channel> channel;  // keeps the fuse session
    std::shared_ptr<OpenFile> file;
    Resource* resource = nullptr;
    ::fuse_req* request = nullptr;

    RequestId id = 0;
    Request::Kind kind = Request::Kind::read;
    bool nonblocking = false;
    Caller caller;
    Charge unanswered_charge;
    Charge parked_charge;
    std::size_t size = 0;  // what the client takes back at most
    std::int64_t offset = 0;
    std::vector<std::byte> data;
    unsigned command = 0;
    std::uint64_t argument = 0;

    // What the upper half of Resource::triggers_and_parked_ was before its handler looked.
    std::uint32_t triggers_seen = 0;

    std::atomic<bool> interrupted{false};

    // Guarded by Pending.
    bool told_of_interrupt = false;
    bool held = false;
    bool retry = false;          // try it again, whatever else is tried
    std::uint64_t sequence = 0;  // the order of parking
};

// Knows every unanswered request by its id, and the parked ones of each resource in order. Whoever
// takes a parked request out, under the one lock, owns it: the resource, a retry, a signal, or the
// end of its open file. A leaf: nothing is called with the lock held but posting the bell.
class Pending {
public:
    // A message, from when it was taken until it has been processed. It may become a request
    // meanwhile; a signal that comes before is noted here, and enter() finds it.
    class Arrival : public base::Link<> {
    public:
        Arrival(Pending& pending, RequestId id) noexcept;
        ~Arrival();
        Arrival(const Arrival&) = delete;
        Arrival& operator=(const Arrival&) = delete;

    private:
        friend class Pending;

        Pending& pending_;
        const RequestId id_;
        bool interrupted_ = false;
    };

    void enter(PendingRequest& request);
    void leave(PendingRequest& request) noexcept;

    // Parks; gives the request back when a signal came first and nobody has been told of it. After
    // end() it drops the request, which answers EIO.
    [[nodiscard]] std::unique_ptr<PendingRequest> keep(std::unique_ptr<PendingRequest> request,
                                                       bool held) noexcept;

    [[nodiscard]] std::unique_ptr<PendingRequest> take(RequestId id) noexcept;
    [[nodiscard]] std::unique_ptr<PendingRequest> take(Resource& resource, const OpenFile& file,
                                                       Request::Kind kind) noexcept;
    // Of any kind; of any file when `file` is nullptr.
    [[nodiscard]] std::unique_ptr<PendingRequest> take_any(Resource& resource,
                                                           const OpenFile* file) noexcept;

    // What a signal does: takes the request if it is parked, else marks it, or its arrival. False
    // when neither is known.
    [[nodiscard]] bool interrupt(RequestId id, std::unique_ptr<PendingRequest>& taken) noexcept;

    // Has the parked requests of `kind` tried again, all of them or those of `file`.
    void request_retry(Resource& resource, Request::Kind kind, const OpenFile* file) noexcept;

    // The resources that have something to try again, once each; then the kinds and the end of the
    // line for one of them, and its requests one by one.
    struct Round {
        unsigned kinds = 0;
        std::uint64_t end = 0;
    };
    [[nodiscard]] std::size_t retry_count() noexcept;
    [[nodiscard]] Resource* next_resource(Round& round) noexcept;
    [[nodiscard]] std::unique_ptr<PendingRequest> next_request(Resource& resource,
                                                               const Round& round) noexcept;

    // What is posted when there is something to do; nullptr: nobody is there to do it any more.
    void set_bell(core::Event* bell) noexcept;
    void ring() noexcept;

    // The mount ends: nothing is kept from now on.
    void end() noexcept;

    // Forgets what was to be tried again. Nothing is parked any more.
    void forget_retries() noexcept;

    [[nodiscard]] bool is_of_this_process() const noexcept {
        return fork_generation_ == base::fork_generation();
    }

    [[nodiscard]] std::size_t parked_count(Resource& resource, const OpenFile& file) noexcept;

private:
    [[nodiscard]] std::unique_ptr<PendingRequest> unlink_locked(PendingRequest& request) noexcept;
    void ask_for_retry_locked(Resource& resource) noexcept;

    template <typename Matches>
    [[nodiscard]] PendingRequest* find_locked(Resource& resource, Matches matches) noexcept;
    template <typename Matches>
    [[nodiscard]] Arrival* find_arrival_locked(Matches matches) noexcept;

    const std::uint32_t fork_generation_ = base::fork_generation();
    std::mutex mutex_;
    base::List<Arrival> arrivals_;  // as many as threads, and what was handed over
    std::unordered_map<RequestId, PendingRequest*> requests_;
    base::List<Resource::Parked> retries_;
    std::size_t retry_count_ = 0;
    bool ended_ = false;
    std::uint64_t next_sequence_ = 1;
    core::Event* bell_ = nullptr;
};

}  // namespace tocsin::resource
