// Arming and firing. Private to tocsin/qnx.
#include <tocsin/qnx/notify_array.h>

#include <algorithm>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/notify_bits.h>

namespace tocsin::qnx {

namespace {

std::mutex& mutex_for(const ::iofunc_notify_t* members) noexcept {
    constexpr std::size_t count = 64;
    static std::array<std::mutex, count> mutexes;
    return mutexes[std::hash<const void*>{}(members) / alignof(std::max_align_t) % count];
}

std::size_t index_of(core::Condition condition) noexcept {
    return static_cast<std::size_t>(condition);
}

bool is_empty(const auto& entries) noexcept {
    return std::ranges::all_of(entries, [](const auto& entry) { return entry == nullptr; });
}

}  // namespace

NotifyArray::Lock::Lock(::iofunc_notify_t* members) noexcept : lock_{mutex_for(members)} {}

// One client's entry for one condition. Its arm is in one of the two queues, or in none.
struct NotifyArray::Entry {
    Entry(const Identity& identity, core::Condition condition) noexcept
        : index{condition}, arm{core::Sink::bind<&Entry::fire>(*this), identity.number()} {}

    void fire(core::Conditions) noexcept;

    const core::Condition index;
    Arming arming;
    std::uint64_t triggers_seen = 0;
    bool was_met = false;  // when the edges were last taken
    core::Arm arm;
};

// A client that has gone meanwhile is nobody's loss.
void NotifyArray::Entry::fire(core::Conditions) noexcept {
    const struct ::sigevent event =
        event_with_reason(arming.event, static_cast<unsigned>(index), arming.extended);
    if (const std::shared_ptr<tocsin::qnx::Client> client = Calls::client_of(arming.rcvid)) {
        static_cast<void>(client->deliver(event));
    }
}

NotifyArray::NotifyArray(::iofunc_notify_t* members) noexcept : members_{members} {}
NotifyArray::~NotifyArray() = default;

std::shared_ptr<NotifyArray> NotifyArray::find(const ::iofunc_notify_t* members,
                                               const Lock&) noexcept {
    auto* const array = reinterpret_cast<NotifyArray*>(members[0].list);
    return array == nullptr ? nullptr : array->shared_from_this();
}

std::shared_ptr<NotifyArray> NotifyArray::find_or_make(::iofunc_notify_t* members,
                                                       const Lock& lock) {
    std::shared_ptr<NotifyArray> array = find(members, lock);
    if (array == nullptr) {
        array = std::make_shared<NotifyArray>(members);
        array->self_ = array;
        std::atomic_ref{members[0].list}.store(
            reinterpret_cast<struct ::_iofunc_notify_event*>(array.get()),
            std::memory_order_release);
    }
    return array;
}

void NotifyArray::prepare(const Identity& identity, core::Conditions indices, const Lock& lock) {
    try {
        Client& client = clients_[identity.number()];
        indices.for_each([&](core::Condition index) {
            std::unique_ptr<Entry>& entry = client[index_of(index)];
            if (entry == nullptr) {
                entry = std::make_unique<Entry>(identity, index);
            }
        });
    } catch (...) {
        let_go_if_empty(lock);
        throw;
    }
}

NotifyArray::Entry* NotifyArray::find_entry(const Identity& identity,
                                            core::Condition index) const noexcept {
    const auto found = clients_.find(identity.number());
    return found == clients_.end() ? nullptr : found->second[index_of(index)].get();
}

// What waits is taken out before it changes: a sink may be reading it in another thread.
void NotifyArray::arm(const Identity& identity, core::Condition index, const Arming& arming,
                      const Lock& lock) noexcept {
    Entry& entry = *find_entry(identity, index);
    disarm(entry);
    entry.arming = arming;
    if (arming.transition) {
        transitional_.arm(entry.arm, index);
    } else {
        conditional_.arm(entry.arm, index, arming.threshold);
    }
    publish(index, lock);
}

void NotifyArray::disarm(Entry& entry) noexcept {
    (entry.arming.transition ? transitional_ : conditional_).cancel(entry.arm);
}

void NotifyArray::disarm(const Identity& identity, core::Conditions indices,
                         const Lock& lock) noexcept {
    indices.for_each([&](core::Condition index) {
        if (Entry* const entry = find_entry(identity, index)) {
            disarm(*entry);
        }
    });
    publish(indices, lock);
}

void NotifyArray::remove(const Identity& identity, core::Conditions indices,
                         const Lock& lock) noexcept {
    disarm(identity, indices, lock);
    const auto found = clients_.find(identity.number());
    if (found == clients_.end()) {
        return;
    }
    Client& client = found->second;
    indices.for_each([&](core::Condition index) { forget(client[index_of(index)]); });
    if (is_empty(client)) {
        clients_.erase(found);
    }
    publish(indices, lock);
    let_go_if_empty(lock);
}

void NotifyArray::disarm_everybody(core::Condition index, const Lock& lock) noexcept {
    for (auto& [identity, client] : clients_) {
        if (client[index_of(index)] != nullptr) {
            disarm(*client[index_of(index)]);
            note_met(*client[index_of(index)], false);
        }
    }
    publish(index, lock);
}

void NotifyArray::remove_everybody(core::Conditions indices, const Lock& lock) noexcept {
    indices.for_each([&](core::Condition index) { disarm_everybody(index, lock); });
    for (auto known = clients_.begin(); known != clients_.end();) {
        Client& client = known->second;
        indices.for_each([&](core::Condition index) { forget(client[index_of(index)]); });
        known = is_empty(client) ? clients_.erase(known) : std::next(known);
    }
    let_go_if_empty(lock);
}

void NotifyArray::note_met(Entry& entry, bool met) noexcept {
    met_[index_of(entry.index)] += static_cast<int>(met) - static_cast<int>(entry.was_met);
    entry.was_met = met;
}

void NotifyArray::forget(std::unique_ptr<Entry>& entry) noexcept {
    if (entry != nullptr) {
        note_met(*entry, false);
        entry.reset();
    }
}

// The caller holds the array by a pointer of its own.
void NotifyArray::let_go_if_empty(const Lock&) noexcept {
    if (clients_.empty() && self_ != nullptr) {
        std::atomic_ref{members_[0].list}.store(nullptr, std::memory_order_release);
        self_.reset();
    }
}

bool NotifyArray::has_transition(core::Conditions indices) const noexcept {
    bool found = false;
    indices.for_each([&](core::Condition index) {
        found = found || transitional_.lowest_threshold(index) != 0;
    });
    return found;
}

// Whoever changes what is available triggers, so a condition that nobody triggered since it was
// told has not come true again, unless it was not met at that time.
core::Conditions NotifyArray::take_edges(const Identity& identity, core::Conditions asked,
                                         core::Conditions met, const Lock& lock) noexcept {
    core::Conditions edges;
    asked.for_each([&](core::Condition index) {
        Entry& entry = *find_entry(identity, index);
        const std::uint64_t triggers = triggers_[index_of(index)].load();
        if (met.has(index) && (!entry.was_met || entry.triggers_seen != triggers)) {
            edges |= index;
        }
        note_met(entry, met.has(index));
        entry.triggers_seen = triggers;
    });
    publish(asked, lock);
    return edges;
}

void NotifyArray::publish(core::Conditions indices, const Lock&) noexcept {
    if (self_ == nullptr) {
        return;
    }
    indices.for_each([&](core::Condition index) {
        const std::int64_t lowest =
            met_[index_of(index)] > 0 ? 1 : conditional_.lowest_threshold(index);
        const int alone = transitional_.lowest_threshold(index) == 0 ? nobody : transitions_only;
        std::atomic_ref{members_[index_of(index)].cnt}.store(
            lowest == 0 ? alone : static_cast<int>(lowest), std::memory_order_relaxed);
    });
}

void NotifyArray::trigger(int count, core::Condition index) noexcept {
    triggers_[index_of(index)].fetch_add(1);
    if (count >= 1) {
        transitional_.trigger(index, count);
        conditional_.trigger(index, count);
    }
}

void NotifyArray::trigger(int count, core::Condition index, const Identity& identity) noexcept {
    triggers_[index_of(index)].fetch_add(1);
    int threshold = nobody;
    {
        const Lock lock{members_};
        if (const Entry* const entry = find_entry(identity, index)) {
            threshold = entry->arming.transition ? 1 : std::max(entry->arming.threshold, 1);
        }
    }
    if (count >= threshold) {
        transitional_.trigger_all(identity.number(), index);
        conditional_.trigger_all(identity.number(), index);
    }
}

}  // namespace tocsin::qnx
