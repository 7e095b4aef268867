// The steps of a simulation that the manager and the time take, and what must hold after each. For
// the simulation.
#include <tests/simulation/world.h>

#include <algorithm>
#include <numeric>

namespace tocsin::simulation {

std::string World::bring_now() {
    const auto count = static_cast<std::int64_t>(1 + random_.below(3));
    bring(count);
    return "the manager brings " + std::to_string(count);
}

void World::bring(std::int64_t count) {
    device_.bring(count);
    expect_trigger(Condition::input, device_.level(Condition::input));
}

void World::expect_trigger(Condition condition, std::int64_t available) {
    for (const std::unique_ptr<FileClient>& client : clients_) {
        client->expect_trigger(condition, available, ends_);
    }
}

std::string World::make_room() {
    const auto count = static_cast<std::int64_t>(1 + random_.below(2));
    device_.make_room(count);
    expect_trigger(Condition::output, device_.level(Condition::output));
    return "the manager makes room for " + std::to_string(count);
}

std::string World::raise_or_lower() {
    constexpr std::array conditions{Condition::out_of_band, Condition::error, Condition::hang_up};
    const Condition condition = conditions.at(random_.below(conditions.size()));
    const bool raises = random_.once_in(2);
    if (raises) {
        device_.raise(condition);
        expect_trigger(condition, 1);
    } else {
        device_.lower(condition);
    }
    return (raises ? "the manager raises " : "the manager lowers ") +
           std::to_string(static_cast<int>(condition));
}

std::string World::order() {
    const auto count = static_cast<std::int64_t>(1 + random_.below(3));
    // Some of them far away, some at the same time, some in the past.
    const auto delay = static_cast<std::int64_t>(random_.below(20)) - 2;
    const std::int64_t unit = random_.once_in(4) ? 60'000'000'000 : 1'000'000;
    auto shipment = std::make_unique<Shipment>(*this, next_shipment_++, count);
    shipment->due = clock_.now() + base::Duration{delay * unit};
    shipment->timer.arm(loop_, shipment->due);
    const std::string line = "order " + std::to_string(shipment->name) + ", in " +
                             std::to_string(delay * unit / 1'000'000) + " ms";
    const auto place = std::ranges::upper_bound(shipments_, shipment->due, {},
                                                [](const auto& one) { return one->due; });
    shipments_.insert(place, std::move(shipment));
    return line;
}

std::string World::cancel_order() {
    if (shipments_.empty()) {
        return "no order is cancelled";
    }
    const auto place =
        shipments_.begin() + static_cast<std::ptrdiff_t>(random_.below(shipments_.size()));
    const std::string line = "order " + std::to_string((*place)->name) + " is cancelled";
    (*place)->timer.cancel();
    shipments_.erase(place);
    return line;
}

std::string World::pass_time() {
    const std::int64_t step = random_.once_in(5) ? 3'600'000'000'000 : 3'000'000;
    clock_.advance(base::Duration{static_cast<std::int64_t>(random_.below(4)) * step});
    return "it is " + std::to_string(clock_.now().time_since_epoch().count() / 1'000'000) + " ms";
}

void World::arrive(Shipment& shipment) {
    arrived_.push_back(shipment.name);
    bring(shipment.count);
}

// Posts that are made before the loop comes round are one.
std::string World::post() {
    for (std::uint64_t posts = 1 + random_.below(3); posts > 0; --posts) {
        posted_.post();
    }
    post_expected_ = true;
    return "another thread posts";
}

void World::be_posted() {
    require(std::exchange(post_expected_, false), "what was posted is delivered once");
    bring(1);
}

// The manager ends and is started anew: who sleeps is woken with an error, nothing stays armed.
std::string World::restart() {
    machine_->end();
    for (const std::deque<Call>* const calls : {&reads_, &writes_}) {
        for (const Call& call : *calls) {
            const std::optional<resource::Answer> answer = machine_->heard(call.number);
            require(answer && answer->error != 0, "the manager's end ends every call");
        }
    }
    reads_.clear();
    writes_.clear();
    for (const std::unique_ptr<FileClient>& client : clients_) {
        client->forget_arms(ends_);
    }
    clients_.clear();
    wakes_of_closed_ = 0;
    require(device_.files_open() == 0, "the manager's end closes what is open");
    machine_.emplace(loop_, device_);
    return "the manager is started anew";
}

void World::take_answers() {
    machine_->turn();
    answer_reads();
    answer_writes();
}

std::optional<resource::Answer>
World::next_answer(std::deque<Call>& calls, std::optional<std::uint64_t> FileClient::* call) {
    if (calls.empty()) {
        return std::nullopt;
    }
    const std::uint64_t number = calls.front().number;
    std::optional<resource::Answer> answer = machine_->heard(number);
    if (answer) {
        trace_.note("file " + std::to_string(calls.front().file) + " is answered " +
                    std::to_string(answer->error));
        calls.pop_front();
        const auto caller = std::ranges::find_if(
            clients_, [&](const auto& client) { return (*client).*call == number; });
        require(caller != clients_.end(), "who has gone sleeps no more");
        ((**caller).*call).reset();
    }
    return answer;
}

// Oldest first, and each the next unit.
void World::answer_reads() {
    while (const std::optional<resource::Answer> answer = next_answer(reads_, &FileClient::reads)) {
        require(answer->error == 0 && answer->text() == std::to_string(next_unit_),
                "reads get every unit once, in order");
        ++next_unit_;
    }
    require(device_.units_read() == next_unit_, "nobody is answered before those who came first");
    require(reads_.empty() || device_.level(Condition::input) == 0,
            "nobody sleeps in a read for what is there");
}

void World::answer_writes() {
    while (const std::optional<resource::Answer> answer =
               next_answer(writes_, &FileClient::writes)) {
        require(answer->error == 0, "a write that finds room succeeds");
    }
    require(writes_.empty() || device_.level(Condition::output) == 0,
            "nobody sleeps in a write where there is room");
}

void World::check() {
    require(!post_expected_, "what was posted is delivered");
    check_timers();
    check_arms();
    require(device_.files_open() == static_cast<int>(clients_.size()),
            "open files are those that clients have");
    natives_.check();
}

void World::check_timers() {
    std::vector<std::int64_t> due;
    std::erase_if(shipments_, [&](const std::unique_ptr<Shipment>& one) {
        const bool is_due = one->due <= clock_.now();
        if (is_due) {
            due.push_back(one->name);
        }
        return is_due;
    });
    require(std::exchange(arrived_, {}) == due, "timers arrive when they are due, in their order");
}

// The product counts what was armed, and each way in which that can end, and so does this.
void World::check_arms() {
    std::uint64_t armed = 0;
    int wakes = wakes_of_closed_;
    for (const std::unique_ptr<FileClient>& client : clients_) {
        wakes += client->check_wakes();
        armed += client->arms();
    }
    trace_.note(std::to_string(wakes) + " wakes, " + std::to_string(armed) + " armed");
    require(machine_->wakes_of_all() == wakes, "nobody is woken after his close");
    const core::WaitQueue::Counters counted = device_.wait_queue().counters();
    require(counted.armed_now == armed, "nothing else is armed");
    require(counted.armed == ends_.armed && counted.fired == ends_.told &&
                counted.replaced == ends_.replaced && counted.cancelled == ends_.removed,
            "each arm ends in the way in which it must");
    require(ends_.armed == ends_.told + ends_.replaced + ends_.removed + armed,
            "what was armed was told, replaced, removed, or is armed still");
}

}  // namespace tocsin::simulation
