// A call of the kernel, as the QNX message that it is to a manager. Private to tocsin/qnx.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <sys/iofunc.h>
#include <vector>

#include <tocsin/base/list.h>
#include <tocsin/qnx/call.h>
#include <tocsin/qnx/link/area.h>
#include <tocsin/resource/file_call.h>

namespace tocsin::qnx {

class Binding;

// Who sends, when that is not the client of the open file: a process that uses it natively, and the
// number of its descriptor.
struct Sender {
    std::shared_ptr<Client> client = nullptr;
    int coid = 0;
};

// How a message ended.
struct Outcome {
    int error = 0;  // of errno; what follows means nothing then
    long status = 0;
    std::span<const ::iovec> parts = {};  // valid during the call that hands it over

    [[nodiscard]] std::size_t size() const noexcept;

    // Copies at most `size` bytes of the parts; returns how many.
    std::size_t copy_to(void* target, std::size_t size) const noexcept;
};

// While its handler runs the message lies in the buffer of the context; keep() copies it for one
// that returns without an answer. Its end is told once, to `finish`, by the thread that answers.
class FileMessage final : public Call, public base::Link<> {
public:
    // Told the end of the message; takes the call to answer it.
    using Finish = void (*)(FileMessage& message, const Outcome& outcome);

    // `reply_size` is how much the client takes back at most. `context` is for `finish`.
    FileMessage(std::shared_ptr<Client> client, const ::_msg_info& info,
                std::shared_ptr<Binding> binding, resource::FileCall call, std::size_t reply_size,
                Finish finish, std::uintptr_t context = 0) noexcept;
    ~FileMessage() override;

    // The part that is handled, header included, where it lies now; it is the message, unless that
    // lies in an area. And the number that Calls has given.
    void set_part(std::span<const std::byte> part) noexcept;

    // The whole message lies in memory that its client shares, `size` bytes of it.
    void set_area(std::shared_ptr<Area> area, std::size_t size) noexcept;
    [[nodiscard]] const std::shared_ptr<Area>& area() const noexcept { return area_; }
    [[nodiscard]] std::size_t area_size() const noexcept { return area_size_; }

    // Where in it the part lies that is handled.
    void set_offset(std::size_t offset) noexcept { offset_ = offset; }
    [[nodiscard]] std::size_t offset() const noexcept { return offset_; }

    void set_rcvid(int rcvid) noexcept { rcvid_ = rcvid; }
    [[nodiscard]] int rcvid() const noexcept { return rcvid_; }

    // Copies the part; when memory is short the manager finds nothing in it any more.
    void keep() noexcept;

    // The part as it was kept, for its handler to be called once more; and its type. What the
    // client shares it may have changed since.
    [[nodiscard]] std::span<const std::byte> kept() const noexcept { return kept_; }
    [[nodiscard]] unsigned type() const noexcept;

    // Its handler has left it unanswered. What has been asked for in the meantime is for who says
    // so to do.
    struct Asked {
        bool to_unblock = false;
        bool again = false;  // to be handled
    };
    [[nodiscard]] Asked park() noexcept;

    // A signal has reached its sender; it is to be handled again. True when it is parked, so that
    // who says so does it.
    [[nodiscard]] bool interrupt() noexcept;
    [[nodiscard]] bool ask_again() noexcept;
    [[nodiscard]] ::_msg_info info() const noexcept override;

    [[nodiscard]] ssize_t read(std::span<const ::iovec> pieces, std::size_t offset) override;
    [[nodiscard]] ssize_t write(std::span<const ::iovec> pieces, std::size_t offset) override;
    void reply(long status, std::span<const ::iovec> pieces) override;
    void fail(int error) override;

    [[nodiscard]] const std::shared_ptr<Binding>& binding() const noexcept { return binding_; }
    [[nodiscard]] resource::FileCall& call() noexcept { return call_; }
    [[nodiscard]] resource::CallId id() const noexcept { return id_; }  // of the call
    [[nodiscard]] std::uintptr_t context() const noexcept { return context_; }
    [[nodiscard]] std::size_t reply_size() const noexcept { return reply_size_; }

private:
    static constexpr unsigned parked = 1;
    static constexpr unsigned interrupted = 2;
    static constexpr unsigned again = 4;

    const std::shared_ptr<Binding> binding_;
    resource::FileCall call_;
    const resource::CallId id_;
    const std::size_t reply_size_;
    const Finish finish_;
    const std::uintptr_t context_;
    int rcvid_ = 0;
    std::atomic<unsigned> state_{0};
    std::mutex mutex_;  // of what several threads may do to a message that is kept
    std::span<const std::byte> part_;
    std::span<const std::byte> bytes_;
    std::vector<std::byte> kept_;
    std::shared_ptr<Area> area_;
    std::size_t area_size_ = 0;
    std::size_t offset_ = 0;
    std::vector<std::byte> written_;  // by MsgWrite(), ahead of the reply
};

// The open file that a context is for, by the message that it is about, also of one that is parked
// and answered from another handler or thread; else of the handler that the thread is in. Empty
// when there is none.
[[nodiscard]] std::shared_ptr<Binding> binding_for(const ::resmgr_context_t& context) noexcept;

}  // namespace tocsin::qnx
