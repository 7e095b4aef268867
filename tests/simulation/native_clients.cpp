// The plainest list of who waits for what, beside the product's. For the simulation.
#include <tests/simulation/native_clients.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <ranges>

#include <tests/core/counting_allocator.h>
#include <tests/simulation/trace.h>

namespace tocsin::simulation {

namespace {

// The bits of io_notify's flags for bits of ours.
unsigned flags_of(unsigned conditions) noexcept {
    return conditions << 28U;
}

std::string described(unsigned conditions) {
    std::string text;
    for (unsigned condition = 0; condition < 3; ++condition) {
        text += (conditions >> condition & 1U) != 0 ? "iob"[condition] : '-';
    }
    return text;
}

constexpr std::array actions{_NOTIFY_ACTION_TRANARM, _NOTIFY_ACTION_CONDARM, _NOTIFY_ACTION_POLL,
                             _NOTIFY_ACTION_POLLARM};

}  // namespace

NativeClients::NativeClients() {
    for (std::unique_ptr<qnx::NotifyClient>& client : clients_) {
        client = std::make_unique<qnx::NotifyClient>();
    }
}

NativeClients::~NativeClients() = default;

NativeClients::Question NativeClients::make_question(Random& random) {
    Question question{};
    question.client = random.below(client_count);
    question.action = actions.at(random.below(actions.size()));
    question.asked = static_cast<unsigned>(1 + random.below(7));
    question.met = random.once_in(3) ? static_cast<unsigned>(random.below(8)) : 0U;
    for (int& threshold : question.thresholds) {
        threshold = static_cast<int>(1 + random.below(3));
    }
    question.disarms = random.once_in(8);
    return question;
}

std::string NativeClients::ask(Random& random) {
    const Question question = make_question(random);
    qnx::NotifyClient& client = *clients_.at(question.client);
    if (question.disarms) {
        SIGEV_NONE_INIT(&client.event);
    } else {
        SIGEV_PULSE_INT_INIT(&client.event, 9, 10, SI_NOTIFY, 0x42);
    }
    const std::optional<std::int64_t> allocations =
        random.once_in(6) ? std::optional<std::int64_t>{random.below(3)} : std::nullopt;
    std::optional<core::FewAllocations> shortage;
    if (allocations) {
        shortage.emplace(*allocations);
    }
    const qnx::Told told = client.ask(members_, question.action, flags_of(question.asked),
                                      flags_of(question.met), question.thresholds.data());
    shortage.reset();
    std::string line = "native " + std::to_string(question.client) + " asks " +
                       std::to_string(question.action) + " for " + described(question.asked) +
                       " where " + described(question.met) + " is met";
    if (allocations && told.result == ENOMEM) {
        check_deliveries();
        return line + ", without memory";
    }
    ++answered_;
    const Expected expected = expect(question);
    compare(question, told, expected);
    change(question, expected);
    check_deliveries();
    return line + ": " + std::to_string(told.result);
}

NativeClients::Expected NativeClients::expect(const Question& question) const {
    const unsigned told = question.asked & question.met;
    const unsigned armed = question.disarms ? 0U : question.asked;
    constexpr int done = _RESMGR_NPARTS(1);
    switch (question.action) {
    case _NOTIFY_ACTION_TRANARM:
        for (std::size_t condition = 0; condition < condition_count; ++condition) {
            const bool asked = (armed >> condition & 1U) != 0;
            if (asked && std::ranges::any_of(entries_.at(condition), &Entry::transition)) {
                return {.result = EBUSY};
            }
        }
        return {.result = done, .armed = armed};
    case _NOTIFY_ACTION_CONDARM:
        return told != 0 ? Expected{.result = done} : Expected{.result = EAGAIN, .armed = armed};
    case _NOTIFY_ACTION_POLLARM:
        return {.result = done, .told = told, .armed = told != 0 ? 0U : armed};
    default:
        return {.result = done, .told = told};
    }
}

void NativeClients::compare(const Question& question, const qnx::Told& told,
                            const Expected& expected) {
    require(told.result == expected.result, "io_notify answers " + std::to_string(expected.result) +
                                                ", not " + std::to_string(told.result));
    require(told.flags == flags_of(expected.told), "io_notify reports what is met");
    require(told.armed == (expected.armed != 0 ? 1 : 0),
            "io_notify says whether it has armed: action " + std::to_string(question.action));
}

void NativeClients::change(const Question& question, const Expected& expected) {
    if (expected.result == EBUSY) {
        return;
    }
    remove(question.client, question.asked & expected.armed, ends_.replaced);
    remove(question.client, question.asked & ~expected.armed, ends_.removed);
    for (std::size_t condition = 0; condition < condition_count; ++condition) {
        if ((expected.armed >> condition & 1U) != 0) {
            ++ends_.armed;
            entries_.at(condition).push_back(
                {.client = question.client,
                 .threshold = question.thresholds.at(condition),
                 .transition = question.action == _NOTIFY_ACTION_TRANARM});
        }
    }
}

void NativeClients::remove(std::size_t client, unsigned conditions, std::uint64_t& end) {
    for (std::size_t condition = 0; condition < condition_count; ++condition) {
        if ((conditions >> condition & 1U) != 0) {
            end += std::erase_if(entries_.at(condition),
                                 [=](const Entry& entry) { return entry.client == client; });
        }
    }
}

std::string NativeClients::trigger(Random& random) {
    const std::size_t condition = random.below(condition_count);
    const int count = static_cast<int>(random.below(4));
    std::vector<Entry> left;
    for (const Entry& entry : entries_.at(condition)) {
        if (count >= (entry.transition ? 1 : entry.threshold)) {
            ++ends_.told;
            expect_delivery(entry.client, condition);
        } else {
            left.push_back(entry);
        }
    }
    entries_.at(condition) = std::move(left);
    iofunc_notify_trigger(members_, count, static_cast<int>(condition));
    check_deliveries();
    return "native trigger of " + std::to_string(count) + " of condition " +
           std::to_string(condition);
}

// A client closes its descriptor, and then another one comes in its place, or it dies.
std::string NativeClients::leave(Random& random) {
    const std::size_t client = random.below(client_count);
    iofunc_notify_remove(clients_.at(client)->context(), members_);
    remove(client, 7, ends_.removed);
    const bool dies = random.once_in(2);
    if (dies) {
        clients_.at(client) = std::make_unique<qnx::NotifyClient>();
    }
    check_deliveries();
    return "native " + std::to_string(client) + (dies ? " dies" : " closes");
}

void NativeClients::expect_delivery(std::size_t client, std::size_t condition) {
    expected_.at(client).push_back(flags_of(1U << condition));
}

void NativeClients::check_deliveries() {
    for (std::size_t client = 0; client < client_count; ++client) {
        std::vector<unsigned> delivered;
        for (const struct ::sigevent& event : clients_.at(client)->take()) {
            delivered.push_back(static_cast<unsigned>(event.sigev_value.sival_int) &
                                _NOTIFY_COND_MASK);
        }
        require(delivered == expected_.at(client),
                "native " + std::to_string(client) + " is told of what it has armed, once");
        expected_.at(client).clear();
    }
}

void NativeClients::check() const {
    std::uint64_t armed = 0;
    for (std::size_t condition = 0; condition < condition_count; ++condition) {
        const std::vector<Entry>& entries = entries_.at(condition);
        armed += entries.size();
        require((members_.array[condition].cnt == INT_MAX) == entries.empty(),
                "a list says whether somebody waits there");
    }
    require(ends_.armed == ends_.told + ends_.replaced + ends_.removed + armed,
            "what native clients have armed was told, replaced, removed, or is armed still");
}

}  // namespace tocsin::simulation
