// The steps of a simulation that clients take. For the simulation.
#include <tests/simulation/world.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <utility>

namespace tocsin::simulation {

namespace {

constexpr std::size_t clients_max = 6;

}  // namespace

World::World(std::uint64_t seed) : random_{seed} {
    machine_.emplace(loop_, device_);
}

World::~World() {
    for (const std::unique_ptr<Shipment>& shipment : shipments_) {
        shipment->timer.cancel();
    }
    machine_.reset();
}

void World::run(int steps) {
    for (int number = 0; number < steps; ++number) {
        trace_.note(step());
        take_answers();
        check();
    }
    trace_.note(restart());
    check();
}

std::string World::step() {
    using Step = std::string (World::*)();
    static constexpr std::array<Step, 16> steps{&World::open,
                                                &World::close,
                                                &World::close_duplicate,
                                                &World::poll,
                                                &World::poll,
                                                &World::read,
                                                &World::write,
                                                &World::bring_now,
                                                &World::make_room,
                                                &World::raise_or_lower,
                                                &World::order,
                                                &World::cancel_order,
                                                &World::pass_time,
                                                &World::post,
                                                &World::poll,
                                                &World::read};
    switch (random_.below(24)) {
    case 0:
    case 1:
    case 2:
        return natives_.ask(random_);
    case 3:
        return natives_.trigger(random_);
    case 4:
        return natives_.leave(random_);
    case 5:
        return interrupt();
    case 6:
        return kill();
    case 7:
        return random_.once_in(4) ? restart() : open();
    default:
        return (this->*steps.at(random_.below(steps.size())))();
    }
}

FileClient* World::any_client(bool asleep_too) {
    if (clients_.empty()) {
        return nullptr;
    }
    FileClient& one = *clients_.at(random_.below(clients_.size()));
    return asleep_too || (!one.reads && !one.writes) ? &one : nullptr;
}

bool World::run_short_of_memory(std::uint64_t once_in, std::uint64_t allocations) {
    const bool is_short = random_.once_in(once_in);
    if (is_short) {
        machine_->let_allocate(static_cast<std::int64_t>(random_.below(allocations)));
    }
    return is_short;
}

std::string World::open() {
    if (clients_.size() == clients_max) {
        return "no more clients";
    }
    const auto threshold = static_cast<std::int64_t>(1 + random_.below(3));
    device_.set_threshold(threshold);
    const ::fuse_open_in body = {.flags = O_RDWR, .open_flags = 0};
    const bool is_short = run_short_of_memory(6, 6);
    const resource::Answer answer = machine_->ask(FUSE_OPEN, FUSE_ROOT_ID, body);
    machine_->let_allocate(std::nullopt);
    if (answer.error != 0) {
        require(answer.error == ENOMEM && is_short, "an open fails only for lack of memory");
        return "an open finds no memory";
    }
    ++done_;
    const std::uint64_t file = answer.as<::fuse_open_out>().fh;
    clients_.push_back(std::make_unique<FileClient>(*machine_, file, threshold));
    return "open of file " + std::to_string(file) + ", threshold " + std::to_string(threshold);
}

void World::release(FileClient& client) {
    wakes_of_closed_ += client.check_wakes();
    machine_->release(client.file());
    client.forget_arms(ends_);
    std::erase_if(clients_, [&](const auto& one) { return one.get() == &client; });
}

std::string World::close() {
    FileClient* const client = any_client(false);
    if (client == nullptr) {
        return "nobody closes";
    }
    std::string line = "close of file " + std::to_string(client->file());
    release(*client);
    return line;
}

std::string World::close_duplicate() {
    FileClient* const client = any_client(true);
    if (client == nullptr) {
        return "nobody closes a duplicate";
    }
    ::fuse_flush_in body = {};
    body.fh = client->file();
    static_cast<void>(machine_->ask(FUSE_FLUSH, FUSE_ROOT_ID, body));
    return "close of a duplicate of file " + std::to_string(client->file());
}

std::string World::poll() {
    FileClient* const client = any_client(true);
    if (client == nullptr) {
        return "nobody polls";
    }
    unsigned events = random_.once_in(2) ? POLLIN : 0U;
    events |= random_.once_in(3) ? POLLOUT : 0U;
    events |= random_.once_in(3) ? POLLPRI : 0U;
    const bool arm = !random_.once_in(5);
    const bool is_short = run_short_of_memory(6, 4);
    const std::optional<unsigned> told = client->poll(device_, events, arm, is_short, ends_);
    machine_->let_allocate(std::nullopt);
    done_ += told ? 1 : 0;
    return "poll of file " + std::to_string(client->file()) + " for " + std::to_string(events) +
           (told ? ": " + std::to_string(*told) : " finds no memory");
}

std::string World::read() {
    FileClient* const client = any_client(false);
    if (client == nullptr) {
        return "nobody reads";
    }
    const bool waits = !random_.once_in(4);
    const std::uint64_t number = machine_->send_read(client->file(), waits ? 0 : O_NONBLOCK);
    std::string line = "read of file " + std::to_string(client->file());
    if (waits || device_.level(Condition::input) > 0) {
        client->reads = number;
        reads_.push_back({client->file(), number});
        return line;
    }
    const std::optional<resource::Answer> answer = machine_->answer_of(number);
    require(answer && answer->error == EAGAIN, "a read that must not wait says EAGAIN");
    return line + ": nothing there";
}

std::string World::write() {
    FileClient* const client = any_client(false);
    if (client == nullptr) {
        return "nobody writes";
    }
    ::fuse_write_in body = {};
    body.fh = client->file();
    body.size = 1;
    const std::uint64_t number = machine_->send(FUSE_WRITE, FUSE_ROOT_ID, body, "w");
    client->writes = number;
    writes_.push_back({client->file(), number});
    return "write to file " + std::to_string(client->file());
}

std::string World::interrupt() {
    FileClient* const client = any_client(true);
    return client == nullptr ? "nobody is interrupted" : interrupt(*client);
}

// What sleeps is woken by a signal. Nothing else can have answered it: after each step nobody
// sleeps for what is there.
std::string World::interrupt(FileClient& client) {
    const std::string line = "a signal for file " + std::to_string(client.file());
    for (auto [call, calls] : {std::pair{&client.reads, &reads_}, {&client.writes, &writes_}}) {
        if (!*call) {
            continue;
        }
        machine_->interrupt(**call);
        const std::optional<resource::Answer> answer = machine_->answer_of(**call);
        require(answer && answer->error == EINTR, "a signal ends the call with EINTR");
        std::erase_if(*calls, [&](const Call& one) { return one.number == **call; });
        call->reset();
    }
    return line;
}

std::string World::kill() {
    FileClient* const client = any_client(true);
    if (client == nullptr) {
        return "nobody is killed";
    }
    std::string line = interrupt(*client) + ", which kills";
    release(*client);
    return line;
}

}  // namespace tocsin::simulation
