// Fuzz target: io_notify messages, of any size and content, from two clients. Private to fuzz.
#include <algorithm>
#include <array>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <sys/iofunc.h>

#include <fuzz/steps.h>
#include <tocsin/qnx/calls.h>

namespace {

using namespace tocsin::qnx;

class Receiver final : public Client {
public:
    [[nodiscard]] int deliver(const struct ::sigevent& /*event*/) noexcept override {
        ++delivered;
        return 0;
    }
    [[nodiscard]] Credentials credentials() const noexcept override { return {}; }

    int delivered = 0;
};

struct Asker {
    explicit Asker(int descriptor) {
        if (Calls::enter_client(receiver) != 0) {
            std::abort();
        }
        context.rcvid = receiver->scoid() << Calls::call_bits | 1;
        context.info.scoid = receiver->scoid();
        context.info.coid = descriptor;
    }
    ~Asker() { Calls::leave_client(*receiver); }
    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;

    std::shared_ptr<Receiver> receiver = std::make_shared<Receiver>();
    ::resmgr_context_t context = {};
};

constexpr std::size_t member_count = 7;

// A reply lies where the message lay, and is no longer than that was.
void ask(Asker& asker, ::iofunc_notify_t* members, std::span<const std::uint8_t> bytes, int met) {
    // Nothing lies behind what has come, for the sanitizer to see who reads it.
    const std::size_t room = std::max(bytes.size(), sizeof(std::uint16_t));
    const auto message = std::make_unique<std::byte[]>(room);
    std::memcpy(message.get(), bytes.data(), bytes.size());
    asker.context.msg = reinterpret_cast<::resmgr_iomsgs_t*>(message.get());
    asker.context.size = bytes.size();
    int armed = static_cast<int>(member_count);
    const int result =
        iofunc_notify(&asker.context, reinterpret_cast<::io_notify_t*>(message.get()), members, met,
                      nullptr, &armed);
    if (result == _RESMGR_NPARTS(1) && asker.context.iov[0].iov_len > room) {
        std::abort();
    }
}

}  // namespace

// The lowest bit of each step's first byte is who.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::array<::iofunc_notify_t, member_count> members = {};
    std::ranges::fill(members, ::iofunc_notify_t{.cnt = INT_MAX, .list = nullptr});
    std::array<Asker, 2> askers{Asker{3}, Asker{4}};
    tocsin::fuzz::Steps steps{data, size};
    while (const std::optional<tocsin::fuzz::Step> step = steps.next()) {
        Asker& asker = askers[step->what & 1U];
        const unsigned what = step->what >> 1U;
        const std::span<const std::uint8_t> bytes = step->bytes;
        const int index = static_cast<int>(what % member_count);
        switch (what % 5) {
        case 0:
            iofunc_notify_trigger(members.data(), static_cast<int>(bytes.size()), index);
            break;
        case 1:
            iofunc_notify_remove_strict(&asker.context, members.data(), member_count);
            break;
        case 2:
            ask(asker, members.data(), bytes, static_cast<int>(_NOTIFY_COND_EXTEN | what << 24U));
            break;
        default:
            ask(asker, members.data(), bytes, static_cast<int>(what << 26U));
        }
    }
    // Whoever is armed is reached once, and nobody is left. For one that was told of an edge the
    // macros go on triggering at 1, until it is gone.
    for (int index = 0; index < static_cast<int>(member_count); ++index) {
        iofunc_notify_trigger(members.data(), INT_MAX, index);
        const int told = askers[0].receiver->delivered + askers[1].receiver->delivered;
        iofunc_notify_trigger(members.data(), INT_MAX, index);
        if (askers[0].receiver->delivered + askers[1].receiver->delivered != told) {
            std::abort();
        }
        const int count = members.at(static_cast<std::size_t>(index)).cnt;
        if (count != INT_MAX && count != 1) {
            std::abort();
        }
    }
    iofunc_notify_remove_strict(nullptr, members.data(), member_count);
    if (!std::ranges::all_of(members, [](const auto& one) { return one.cnt == INT_MAX; })) {
        std::abort();
    }
    return 0;
}
