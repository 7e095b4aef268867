// Parking, taking and interrupting. Private to tocsin/resource.
#include <tocsin/resource/pending.h>

#include <utility>

namespace tocsin::resource {

namespace {

constexpr std::uint64_t one_trigger = std::uint64_t{1} << 32;

unsigned bit_of(Request::Kind kind) noexcept {
    return 1U << static_cast<unsigned>(kind);
}

}  // namespace

Pending::Arrival::Arrival(Pending& pending, RequestId id) noexcept : pending_{pending}, id_{id} {
    const std::lock_guard lock{pending_.mutex_};
    pending_.arrivals_.push_back(*this);
}

Pending::Arrival::~Arrival() {
    const std::lock_guard lock{pending_.mutex_};
    unlink();
}

template <typename Matches>
Pending::Arrival* Pending::find_arrival_locked(Matches matches) noexcept {
    Arrival* arrival = arrivals_.first();
    while (arrival != nullptr && !matches(*arrival)) {
        arrival = arrivals_.next_of(*arrival);
    }
    return arrival;
}

void Pending::enter(PendingRequest& request) {
    const std::lock_guard lock{mutex_};
    requests_.emplace(request.id, &request);
    request.interrupted = find_arrival_locked([&](const Arrival& arrival) {
                              return arrival.id_ == request.id && arrival.interrupted_;
                          }) != nullptr;
}

void Pending::leave(PendingRequest& request) noexcept {
    const std::lock_guard lock{mutex_};
    requests_.erase(request.id);
}

std::unique_ptr<PendingRequest> Pending::keep(std::unique_ptr<PendingRequest> request,
                                              bool held) noexcept {
    const std::lock_guard lock{mutex_};
    if (ended_) {
        return nullptr;  // the request goes after the lock, which it takes
    }
    if (request->interrupted && !request->told_of_interrupt) {
        request->told_of_interrupt = true;
        return request;
    }
    Resource& resource = *request->resource;
    request->held = held;
    request->sequence = next_sequence_++;
    resource.parked_.requests.push_back(*request);
    const std::uint64_t before = resource.triggers_and_parked_.fetch_add(1);
    if (before / one_trigger != request->triggers_seen && !held) {
        request->retry = true;
        ask_for_retry_locked(resource);
    }
    // Owned by the list from here on.
    static_cast<void>(request.release());
    return nullptr;
}

std::unique_ptr<PendingRequest> Pending::unlink_locked(PendingRequest& request) noexcept {
    request.unlink();
    request.retry = false;
    const std::uint64_t before = request.resource->triggers_and_parked_.fetch_sub(1);
    request.triggers_seen = static_cast<std::uint32_t>(before / one_trigger);
    return std::unique_ptr<PendingRequest>{&request};
}

template <typename Matches>
PendingRequest* Pending::find_locked(Resource& resource, Matches matches) noexcept {
    base::List<PendingRequest>& requests = resource.parked_.requests;
    PendingRequest* request = requests.first();
    while (request != nullptr && !matches(*request)) {
        request = requests.next_of(*request);
    }
    return request;
}

std::unique_ptr<PendingRequest> Pending::take(RequestId id) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = requests_.find(id);
    const bool parked = found != requests_.end() && found->second->linked();
    return parked ? unlink_locked(*found->second) : nullptr;
}

std::unique_ptr<PendingRequest> Pending::take(Resource& resource, const OpenFile& file,
                                              Request::Kind kind) noexcept {
    const std::lock_guard lock{mutex_};
    PendingRequest* const request = find_locked(resource, [&](const PendingRequest& parked) {
        return parked.file.get() == &file && parked.kind == kind;
    });
    return request == nullptr ? nullptr : unlink_locked(*request);
}

std::unique_ptr<PendingRequest> Pending::take_any(Resource& resource,
                                                  const OpenFile* file) noexcept {
    const std::lock_guard lock{mutex_};
    PendingRequest* const request = find_locked(resource, [&](const PendingRequest& parked) {
        return file == nullptr || parked.file.get() == file;
    });
    return request == nullptr ? nullptr : unlink_locked(*request);
}

bool Pending::interrupt(RequestId id, std::unique_ptr<PendingRequest>& taken) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = requests_.find(id);
    if (found == requests_.end()) {
        Arrival* const arrival =
            find_arrival_locked([id](const Arrival& other) { return other.id_ == id; });
        if (arrival != nullptr) {
            arrival->interrupted_ = true;
        }
        return arrival != nullptr;
    }
    PendingRequest& request = *found->second;
    request.interrupted = true;
    if (request.linked() && !request.told_of_interrupt) {
        request.told_of_interrupt = true;
        taken = unlink_locked(request);
    }
    return true;
}

void Pending::request_retry(Resource& resource, Request::Kind kind, const OpenFile* file) noexcept {
    const std::lock_guard lock{mutex_};
    bool any = false;
    base::List<PendingRequest>& requests = resource.parked_.requests;
    for (PendingRequest* request = requests.first(); request != nullptr;
         request = requests.next_of(*request)) {
        const bool meant = request->kind == kind && !request->held &&
                           (file == nullptr || request->file.get() == file);
        any = any || meant;
        if (file == nullptr && any) {
            break;
        }
        request->retry = request->retry || meant;
    }
    if (any) {
        resource.parked_.retry_kinds |= file == nullptr ? bit_of(kind) : 0U;
        ask_for_retry_locked(resource);
    }
}

void Pending::ask_for_retry_locked(Resource& resource) noexcept {
    if (!resource.parked_.linked()) {
        retries_.push_back(resource.parked_);
        ++retry_count_;
    }
    if (bell_ != nullptr) {
        bell_->post();
    }
}

std::size_t Pending::retry_count() noexcept {
    const std::lock_guard lock{mutex_};
    return retry_count_;
}

Resource* Pending::next_resource(Round& round) noexcept {
    const std::lock_guard lock{mutex_};
    if (retries_.empty()) {
        return nullptr;
    }
    --retry_count_;
    Resource::Parked& parked = retries_.pop_front();
    round = {.kinds = std::exchange(parked.retry_kinds, 0U), .end = next_sequence_};
    return &parked.resource;
}

std::unique_ptr<PendingRequest> Pending::next_request(Resource& resource,
                                                      const Round& round) noexcept {
    const std::lock_guard lock{mutex_};
    PendingRequest* const request = find_locked(resource, [&](const PendingRequest& parked) {
        return parked.sequence < round.end && !parked.held &&
               (parked.retry || (round.kinds & bit_of(parked.kind)) != 0);
    });
    return request == nullptr ? nullptr : unlink_locked(*request);
}

void Pending::end() noexcept {
    const std::lock_guard lock{mutex_};
    ended_ = true;
}

void Pending::forget_retries() noexcept {
    const std::lock_guard lock{mutex_};
    while (!retries_.empty()) {
        retries_.pop_front().retry_kinds = 0;
    }
    retry_count_ = 0;
}

void Pending::set_bell(core::Event* bell) noexcept {
    const std::lock_guard lock{mutex_};
    bell_ = bell;
}

void Pending::ring() noexcept {
    const std::lock_guard lock{mutex_};
    if (bell_ != nullptr) {
        bell_->post();
    }
}

std::size_t Pending::parked_count(Resource& resource, const OpenFile& file) noexcept {
    const std::lock_guard lock{mutex_};
    std::size_t count = 0;
    static_cast<void>(find_locked(resource, [&](const PendingRequest& parked) {
        count += parked.file.get() == &file ? 1U : 0U;
        return false;
    }));
    return count;
}

}  // namespace tocsin::resource
