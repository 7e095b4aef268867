// Numbers of connections. Private to tocsin/qnx.
#include <tocsin/qnx/connection.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <mutex>
#include <new>
#include <sched.h>

#include <tocsin/qnx/link/native_files.h>
#include <tocsin/qnx/process_table.h>
#include <tocsin/qnx/section.h>

namespace tocsin::qnx {

namespace {

constexpr std::size_t connections_max = 1U << 20U;

struct Table {
    std::mutex mutex;
    std::vector<std::shared_ptr<Connection>> connections;

    [[nodiscard]] std::shared_ptr<Connection>* find_locked(int coid) noexcept {
        const auto index = static_cast<std::size_t>(coid - _NTO_SIDE_CHANNEL);
        return coid < _NTO_SIDE_CHANNEL || index >= connections.size() ? nullptr
                                                                       : &connections[index];
    }
};

ProcessTable<Table> table;

bool is_descriptor(int coid) noexcept {
    return coid >= 0 && coid < _NTO_SIDE_CHANNEL;
}

}  // namespace

Connection::~Connection() = default;
DescriptorCalls::~DescriptorCalls() = default;

ServerIdentity new_server_identity() noexcept {
    static std::atomic<ServerIdentity> last{0};
    return ++last;
}

constinit std::atomic<DescriptorCalls*> DescriptorCalls::current{nullptr};

DescriptorCalls& DescriptorCalls::get() noexcept {
    DescriptorCalls* const set = current;
    return set == nullptr ? NativeFiles::instance() : *set;
}

unsigned Connection::set_flags(unsigned mask, unsigned bits) noexcept {
    unsigned before = flags_;
    unsigned now = 0;
    do {
        now = (before & ~mask) | (bits & mask);
    } while (!flags_.compare_exchange_weak(before, now));
    changed_flags(before, now);
    return before;
}

int Connections::add(const std::shared_ptr<Connection>& connection) noexcept {
    Table& all = table.get();
    const SectionLock lock{all.mutex};
    auto& known = all.connections;
    auto place = std::ranges::find(known, nullptr);
    if (place == known.end()) {
        if (known.size() == connections_max) {
            return EAGAIN;
        }
        try {
            place = known.emplace(place);
        } catch (const std::bad_alloc&) {
            return ENOMEM;
        }
    }
    *place = connection;
    connection->coid_ = _NTO_SIDE_CHANNEL + static_cast<int>(place - known.begin());
    return 0;
}

std::shared_ptr<Connection> Connections::find(int coid) noexcept {
    Table& all = table.get();
    const SectionLock lock{all.mutex};
    const std::shared_ptr<Connection>* const found = all.find_locked(coid);
    return found == nullptr ? nullptr : *found;
}

std::shared_ptr<Connection> Connections::take(int coid) noexcept {
    std::shared_ptr<Connection> taken;
    {
        Table& all = table.get();
        const SectionLock lock{all.mutex};
        if (std::shared_ptr<Connection>* const found = all.find_locked(coid)) {
            taken = std::exchange(*found, nullptr);
        }
    }
    while (taken != nullptr && taken->pulsing_ > 0) {
        ::sched_yield();
    }
    return taken;
}

Connections::Pulsing::Pulsing(int coid) noexcept {
    Table& all = table.get();
    const SectionLock lock{all.mutex};
    if (std::shared_ptr<Connection>* const found = all.find_locked(coid); found != nullptr) {
        connection_ = found->get();
    }
    if (connection_ != nullptr) {
        ++connection_->pulsing_;
    }
}

Connections::Pulsing::~Pulsing() {
    if (connection_ != nullptr) {
        --connection_->pulsing_;
    }
}

std::shared_ptr<Connection> Connections::next(int coid) noexcept {
    Table& all = table.get();
    const SectionLock lock{all.mutex};
    for (std::shared_ptr<Connection>& connection : all.connections) {
        if (connection != nullptr && connection->coid() >= coid) {
            return connection;
        }
    }
    return nullptr;
}

std::vector<std::shared_ptr<Connection>> Connections::all() {
    Table& all = table.get();
    std::vector<std::shared_ptr<Connection>> found;
    const SectionLock lock{all.mutex};
    std::ranges::copy_if(all.connections, std::back_inserter(found),
                         [](const auto& connection) { return connection != nullptr; });
    return found;
}

Answer send_through(int coid, Pieces message, Pieces room, Timeout timeout) {
    if (is_descriptor(coid)) {
        return DescriptorCalls::get().send(coid, message, room, timeout);
    }
    const std::shared_ptr<Connection> connection = Connections::find(coid);
    return connection == nullptr ? Answer{.error = EBADF, .status = 0}
                                 : connection->send(message, room, timeout);
}

int pulse_through(int coid, const PulseContent& content) noexcept {
    return Section::is_inside() ? Section::send_later(coid, content) : pulse_now(coid, content);
}

int pulse_now(int coid, const PulseContent& content) noexcept {
    if (is_descriptor(coid)) {
        return DescriptorCalls::get().pulse(coid, content);
    }
    const Connections::Pulsing pulsing{coid};
    Connection* const connection = pulsing.connection();
    return connection == nullptr ? EBADF : connection->pulse(content);
}

ServerIdentity server_behind(int coid) noexcept {
    if (is_descriptor(coid)) {
        return DescriptorCalls::get().identity(coid);
    }
    const std::shared_ptr<Connection> connection = Connections::find(coid);
    return connection == nullptr ? 0 : connection->identity();
}

}  // namespace tocsin::qnx
