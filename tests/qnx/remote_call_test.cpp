// Shows what becomes of a message of another process whose sender does not wait any more.
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/channel_client.h>
#include <tocsin/qnx/channels.h>
#include <tocsin/qnx/link/area.h>
#include <tocsin/qnx/link/remote_call.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

class Somebody final : public ChannelClient {
public:
    using ChannelClient::ChannelClient;

    [[nodiscard]] int deliver(const struct ::sigevent& /*event*/) noexcept override { return 0; }
    [[nodiscard]] Credentials credentials() const noexcept override { return {}; }
};

// The thread sanitizer does not see that a thread that is cancelled in a system call locks anything
// afterwards.
#ifndef __SANITIZE_THREAD__
// The receiver puts it back while it is looked for. Somebody who reads it holds up both, for
// another time each round.
TEST(RemoteCall, one_that_is_given_up_is_over_also_where_its_receiver_was_cancelled) {
    constexpr std::size_t step = 8192;
    constexpr std::size_t steps = 16;
    Server server;
    const std::shared_ptr<Channel> channel = Channels::find(server.chid);
    const auto client = std::make_shared<Somebody>(channel);
    ASSERT_EQ(client->enter(), 0);
    base::Descriptor descriptor;
    const std::shared_ptr<Area> area = Area::make(1, Area::size_for(step * steps, 0), descriptor);
    for (std::size_t round = 0; round < 50 * steps; ++round) {
        std::vector<std::byte> room(step * (round % steps + 1));
        const ::iovec piece = piece_of(room.data(), room.size());
        area->header().state = AreaState::queued;
        const auto call = std::make_shared<RemoteCall>(client, ::_msg_info{}, area, room.size(), 0);
        Thread reader{[&] {
            while (!call->over()) {
                static_cast<void>(call->read({&piece, 1}, 0));
            }
        }};
        std::atomic<int> number{0};
        Thread receiver{[&] {
            number = ::gettid();
            server.receive();
        }};
        EXPECT_TRUE(until([&] { return number != 0 && is_asleep(number); }));
        EXPECT_EQ(channel->send(*call), 0);
        receiver.cancel();
        call->give_up(*channel);
        EXPECT_TRUE(call->over()) << round;
        receiver.join();
        EXPECT_EQ(server.look(), -1) << "there is nothing left to receive";
        call->fail(ESRCH);
    }
    client->disconnect();
}
#endif

}  // namespace
}  // namespace tocsin::qnx
