// Fuzz target: what a client of another process says over a link, and does with the memory that it
// shares. Private to fuzz.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <span>
#include <sys/epoll.h>
#include <sys/neutrino.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <fuzz/steps.h>
#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/link/area.h>
#include <tocsin/qnx/link/client_link.h>
#include <tocsin/qnx/link/socket.h>

namespace {

using namespace tocsin;
using namespace tocsin::qnx;

// The client's end of a link, in the place of another process.
class Stranger {
public:
    Stranger() {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
            std::abort();
        }
        end_ = base::Descriptor{ends[0]};
        const ::ucred self = {.pid = ::getpid(), .uid = ::getuid(), .gid = ::getgid()};
        link_ = std::make_shared<ClientLink>(base::Descriptor{ends[1]}, self);
        Frame hello;
        hello.number = frame_version;
        base::Descriptor memory;
        const Mailbox mailbox{memory};
        say(hello, memory.number());
    }

    void say(const Frame& frame, int passed = -1) {
        static_cast<void>(LinkSocket::send(end_.number(), frame, passed));
        link_->ready(EPOLLIN);
        Frame answer;
        base::Descriptor none;
        while (LinkSocket::receive(end_.number(), answer, none) == 0) {
            scoid = answer.kind == FrameKind::attached ? answer.number : scoid;
        }
    }

    void say_bytes(std::span<const std::uint8_t> bytes) {
        static_cast<void>(::send(end_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
        link_->ready(EPOLLIN);
    }

    // Shows memory under that number.
    void show(std::uint32_t number) {
        Frame frame;
        frame.kind = FrameKind::area;
        base::Descriptor descriptor;
        const std::shared_ptr<Area> area = Area::make(number, Area::size_least, descriptor);
        frame.area = number;
        frame.size = area->size();
        say(frame, descriptor.number());
        areas_.push_back(area);
    }

    // Writes into what it shares, at any place.
    void scribble(std::span<const std::uint8_t> bytes) {
        if (areas_.empty() || bytes.size() < 2) {
            return;
        }
        Area& area = *areas_[bytes[0] % areas_.size()];
        const std::span<const std::uint8_t> text = bytes.subspan(2);
        std::memcpy(area.message() - Area::header_size + bytes[1], text.data(), text.size());
    }

    // The client dies.
    void end() {
        end_.reset();
        link_->ready(EPOLLIN | EPOLLHUP);
    }

    std::uint64_t scoid = 0;  // that the channel knows it by

private:
    base::Descriptor end_;
    std::shared_ptr<ClientLink> link_;
    std::vector<std::shared_ptr<Area>> areas_;
};

// Takes what has come, and does with it what a server does.
void serve(int chid) {
    for (;;) {
        char bytes[64];
        struct ::_msg_info info;
        TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_RECEIVE, nullptr, nullptr, nullptr);
        const int rcvid = MsgReceive_r(chid, bytes, sizeof bytes, &info);
        if (rcvid < 0) {
            return;
        }
        if (rcvid > 0) {
            static_cast<void>(MsgRead_r(rcvid, bytes, sizeof bytes, 3));
            static_cast<void>(MsgWrite_r(rcvid, bytes, sizeof bytes, 100));
            static_cast<void>(MsgReply_r(rcvid, 1, bytes, 10));
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int chid = ChannelCreate(_NTO_CHF_UNBLOCK | _NTO_CHF_DISCONNECT);
    Stranger stranger;
    fuzz::Steps steps{data, size};
    while (const std::optional<fuzz::Step> step = steps.next()) {
        const auto [what, bytes] = *step;
        Frame frame;
        switch (what % 8) {
        case 0:
            stranger.say_bytes(bytes);
            break;
        case 1:
            stranger.show(static_cast<std::uint32_t>(bytes.size()));
            break;
        case 2:
            stranger.scribble(bytes);
            break;
        case 3:
            serve(chid);
            break;
        default:
            std::memcpy(&frame, bytes.data(), std::min(bytes.size(), sizeof frame));
            // Few would find the channel by chance, and none what they are called there.
            frame.chid = frame.chid % 4 == 3 ? frame.chid : chid;
            frame.number = frame.number % 4 == 3 ? frame.number : stranger.scoid;
            stranger.say(frame);
        }
    }
    stranger.end();
    serve(chid);
    return 0;
}
