// One process that is connected to this one, at the server. Private to tocsin/qnx.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/channel.h>
#include <tocsin/qnx/link/area.h>
#include <tocsin/qnx/link/frame.h>
#include <tocsin/qnx/link/mailbox.h>
#include <tocsin/qnx/link/remote_call.h>
#include <tocsin/qnx/link/remote_client.h>
#include <tocsin/qnx/link/service.h>
#include <tocsin/qnx/link/sleepers.h>

namespace tocsin::qnx {

class FileMessage;

// Reads what the client says, in the service's thread, and ends when the client does, or when it
// says what makes no sense. Nothing here waits for the client.
class ClientLink final : public Watcher,
                         public RoomListener,
                         public std::enable_shared_from_this<ClientLink> {
public:
    // How many areas one client has, and how large they are together.
    static constexpr std::size_t areas_max = 1024;
    static constexpr std::size_t area_bytes_max = std::size_t{1} << 28U;

    // How many answers wait for a client that does not read, before it is none; and how many
    // events.
    static constexpr std::size_t answers_max = 1024;
    static constexpr std::size_t events_max = 65'536;

    // Throws std::bad_alloc: an empty queue has memory.
    ClientLink(base::Descriptor socket, const ::ucred& peer);
    ~ClientLink() override;

    void ready(std::uint32_t events) noexcept override;
    void room() noexcept override;

    // Tells the client that the event has come. What it has no room for is kept, once for each
    // event, and told later. 0, EAGAIN when too much is kept, EBADF when the client is gone. Any
    // thread.
    [[nodiscard]] int deliver(const struct ::sigevent& event) noexcept;

    // Tells it that the channel is gone that it knew under that scoid. Any thread.
    void tell_channel_gone(int scoid) noexcept;

    [[nodiscard]] const ::ucred& peer() const noexcept { return peer_; }

    // The process as a client of files, for whom `channel` receives; empty when it has ended.
    // Throws std::bad_alloc. Any thread.
    [[nodiscard]] std::shared_ptr<RemoteClient>
    file_client(const std::shared_ptr<Channel>& channel);

    // Memory that it shares; empty when it has no such. Any thread.
    [[nodiscard]] std::shared_ptr<Area> area(std::uint32_t number) noexcept;

    // A message has come through a descriptor, in that area; true when its sender, who has given it
    // that number, does not want to wait any more. Throws std::bad_alloc. Any thread.
    [[nodiscard]] bool note_file_message(std::uint32_t area, std::uint64_t number,
                                         const std::shared_ptr<FileMessage>& message);

    // What the client shows to have something done for itself by another way than the link.
    [[nodiscard]] std::uint64_t ticket() const noexcept { return ticket_; }

private:
    struct Connected {
        std::shared_ptr<Channel> channel;
        std::shared_ptr<RemoteClient> client;
        int connections = 0;
    };
    struct Sent {
        std::shared_ptr<Channel> channel;
        std::shared_ptr<RemoteCall> call;
    };

    struct FileClient {
        std::weak_ptr<Channel> channel;
        std::shared_ptr<RemoteClient> client;
    };
    struct Addressee {
        std::shared_ptr<Channel> channel;
        std::shared_ptr<RemoteClient> client;
    };
    struct FileSent {
        std::uint64_t number = 0;
        bool let_go = false;
        std::weak_ptr<FileMessage> message = {};
    };

    // Each says whether what the client said makes sense. They may throw std::bad_alloc.
    [[nodiscard]] bool take(const Frame& frame, base::Descriptor& passed);
    [[nodiscard]] bool take_without_descriptor(const Frame& frame) noexcept;
    [[nodiscard]] bool refuse_area(const Frame& frame) noexcept;
    [[nodiscard]] bool keep_area(std::uint32_t number, const std::shared_ptr<Area>& area) noexcept;
    [[nodiscard]] bool take_hello(const Frame& frame, const base::Descriptor& passed);
    [[nodiscard]] bool take_sleepers(const base::Descriptor& passed);
    [[nodiscard]] bool take_attach(const Frame& frame);
    [[nodiscard]] bool take_detach(const Frame& frame);
    [[nodiscard]] bool take_area(const Frame& frame, const base::Descriptor& passed);
    [[nodiscard]] bool take_message(const Frame& frame);
    [[nodiscard]] bool take_pulse(const Frame& frame);
    [[nodiscard]] bool take_let_go(const Frame& frame);

    [[nodiscard]] int attach(int chid, std::uint64_t token, unsigned flags,
                             std::shared_ptr<RemoteClient>& client);
    [[nodiscard]] bool allows(const Channel& channel, std::uint64_t token) const noexcept;
    [[nodiscard]] bool answer(const Frame& frame) noexcept;
    [[nodiscard]] Connected* connected_to(const Frame& frame) noexcept;
    [[nodiscard]] Addressee addressee_of_pulse(const Frame& frame) noexcept;
    [[nodiscard]] std::shared_ptr<RemoteClient>
    file_client_locked(const std::shared_ptr<Channel>& channel) const noexcept;
    [[nodiscard]] Sent* sent_in(std::uint32_t area) noexcept;
    void fail_message(const Area& area, int error) noexcept;
    [[nodiscard]] bool put_locked(const struct ::sigevent& event) noexcept;
    [[nodiscard]] int send_event_locked(const struct ::sigevent& event) noexcept;
    [[nodiscard]] int keep_locked(const struct ::sigevent& event) noexcept;
    [[nodiscard]] bool send_answers_locked() noexcept;
    void send_kept() noexcept;
    void watch() noexcept;
    void end() noexcept;

    const base::Descriptor socket_;
    const ::ucred peer_;
    const std::uint64_t ticket_;

    // Of the service's thread.
    bool greeted_ = false;
    std::unordered_map<int, Connected> connected_;
    std::unordered_map<std::uint32_t, Sent> sent_;
    std::size_t area_bytes_ = 0;

    // Of any thread; areas are changed in the service's only.
    std::mutex mutex_;
    std::unordered_map<std::uint32_t, std::shared_ptr<Area>> areas_;
    std::unordered_map<std::uint32_t, FileSent> file_sent_;  // by the area
    bool ended_ = false;
    bool stalled_ = false;  // a channel has no room for what comes next
    Frame held_;            // which is this
    std::optional<Mailbox> mailbox_;
    std::optional<Sleepers> sleepers_;
    std::uint32_t events_sent_ = 0;                    // by the socket
    std::deque<Frame> answers_;                        // that had no room
    std::deque<struct ::sigevent> kept_;               // as these
    std::unordered_set<std::string_view> kept_bytes_;  // of the same, to know each again
    std::vector<FileClient> file_clients_;
};

}  // namespace tocsin::qnx
