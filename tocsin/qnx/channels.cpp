// Numbers of channels. Private to tocsin/qnx.
#include <tocsin/qnx/channels.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include <tocsin/qnx/connection.h>
#include <tocsin/qnx/process_table.h>

namespace tocsin::qnx {

namespace {

constexpr std::size_t channels_max = 1U << 16U;

struct Table {
    std::mutex mutex;
    std::vector<std::shared_ptr<Channel>> channels;

    [[nodiscard]] std::shared_ptr<Channel>* find_locked(int chid) noexcept {
        const auto index = static_cast<std::size_t>(chid) - 1;
        return chid < 1 || index >= channels.size() ? nullptr : &channels[index];
    }
};

ProcessTable<Table> table;

}  // namespace

int Channels::create(unsigned flags) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    auto& known = all.channels;
    try {
        auto place = std::ranges::find(known, nullptr);
        if (place == known.end()) {
            if (known.size() == channels_max) {
                return -EAGAIN;
            }
            place = known.emplace(place);
        }
        const int chid = static_cast<int>(place - known.begin()) + 1;
        *place = std::make_shared<Channel>(chid, flags);
        return chid;
    } catch (const std::bad_alloc&) {
        return -ENOMEM;
    }
}

std::shared_ptr<Channel> Channels::find(int chid) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    const std::shared_ptr<Channel>* const found = all.find_locked(chid);
    return found == nullptr ? nullptr : *found;
}

int Channels::destroy(int chid) noexcept {
    std::shared_ptr<Channel> gone;
    {
        Table& all = table.get();
        const std::lock_guard lock{all.mutex};
        std::shared_ptr<Channel>* const found = all.find_locked(chid);
        if (found != nullptr) {
            gone = std::exchange(*found, nullptr);
        }
    }
    if (gone == nullptr) {
        return EINVAL;
    }
    gone->destroy();
    try {
        for (const std::shared_ptr<Connection>& connection : Connections::all()) {
            if (connection->channel() == gone.get()) {
                tell_of_death(connection->coid());
            }
        }
    } catch (const std::bad_alloc&) {
        // Nobody is told, as there is no memory for it.
    }
    return 0;
}

void Channels::tell_of_death(int coid) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    for (const std::shared_ptr<Channel>& channel : all.channels) {
        if (channel != nullptr && channel->has(_NTO_CHF_COID_DISCONNECT)) {
            static_cast<void>(channel->pulse({.scoid = 0,
                                              .priority = own_priority(),
                                              .code = _PULSE_CODE_COIDDEATH,
                                              .value = {.sival_int = coid},
                                              .only_if_awaited = false}));
        }
    }
}

}  // namespace tocsin::qnx
