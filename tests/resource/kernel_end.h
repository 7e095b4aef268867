// The kernel's end of a connection, held by the test. For tests.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <linux/fuse.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {

// What came back for one message.
struct Answer {
    int error = 0;  // as errno has it
    std::vector<std::byte> payload = {};

    [[nodiscard]] std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(payload.data()), payload.size()};
    }
    template <typename T>
    [[nodiscard]] T as() const;
};

// Sends what the kernel would send, and has it served until the answer is there. Speaks over a pair
// of sockets, one message to a packet.
class KernelEnd {
public:
    KernelEnd(const KernelEnd&) = delete;
    KernelEnd& operator=(const KernelEnd&) = delete;

    // The id of a thread that never serves.
    static constexpr std::uint32_t stranger = 0x7ffffff0;

    // Who calls next.
    void set_caller(std::uint32_t thread) noexcept { thread_ = thread; }
    void set_user(std::uint32_t uid) noexcept { uid_ = uid; }

    // What was agreed on at the beginning.
    [[nodiscard]] const ::fuse_init_out& hello() const noexcept { return hello_; }

    // Sends one message; the number by which its answer is known.
    std::uint64_t send(std::uint32_t opcode, std::uint64_t node,
                       std::span<const std::byte> body = {}, std::string_view after = {});
    template <typename Body>
    std::uint64_t send(std::uint32_t opcode, std::uint64_t node, const Body& body,
                       std::string_view after = {}) {
        return send(opcode, node, std::as_bytes(std::span{&body, 1}), after);
    }

    // Sends bytes as they are.
    void send_raw(std::span<const std::byte> message);

    // Has what is there served, and takes the answers.
    void turn();

    // The answer to a message, if it has come after another turn.
    [[nodiscard]] std::optional<Answer> answer_of(std::uint64_t number);

    // As send(), and the answer; one that does not come is the error -1.
    template <typename Body>
    [[nodiscard]] Answer ask(std::uint32_t opcode, std::uint64_t node, const Body& body,
                             std::string_view after = {}) {
        return answer_of(send(opcode, node, body, after)).value_or(Answer{.error = -1});
    }

    // The answer to a message, if it has come without a turn: somebody else has given it.
    [[nodiscard]] std::optional<Answer> heard(std::uint64_t number);

    // How often the kernel was told to wake those who poll the open file `poll_handle`; and of all
    // files, also those that are closed.
    [[nodiscard]] int wakes_of(std::uint64_t poll_handle);
    [[nodiscard]] int wakes_of_all();

    // The calls that clients make most; the message's number or the answer, with handle `file`.
    [[nodiscard]] std::uint64_t open(int flags = 0, std::uint64_t node = FUSE_ROOT_ID);
    std::uint64_t send_read(std::uint64_t file, int flags = 0, std::uint32_t size = 4096);
    [[nodiscard]] Answer write(std::uint64_t file, std::string_view text, int flags = 0);
    [[nodiscard]] unsigned poll(std::uint64_t file, unsigned events, bool arm = true);
    void release(std::uint64_t file);
    std::uint64_t interrupt(std::uint64_t number);

    // The handle by which the kernel is told of an open file; see FUSE_POLL.
    [[nodiscard]] static std::uint64_t poll_handle_of(std::uint64_t file) noexcept {
        return file + 1000;
    }

protected:
    KernelEnd();
    ~KernelEnd() = default;

    // The other end of the connection, once.
    [[nodiscard]] base::Descriptor take_served_end() noexcept { return std::move(served_end_); }

    // Says hello, as the kernel does first, and that it can do everything. Throws
    // std::runtime_error when nobody answers.
    void start();

    // Serves until nothing is left to do.
    virtual void serve() = 0;

private:
    void receive();

    base::Descriptor end_;
    base::Descriptor served_end_;
    ::fuse_init_out hello_ = {};
    std::uint32_t thread_ = stranger;
    std::uint32_t uid_ = 1000;
    std::uint64_t next_number_ = 2;  // the kernel's numbers are even; odd ones are interrupts
    std::map<std::uint64_t, Answer> answers_;
    std::map<std::uint64_t, int> wakes_;
    std::vector<std::byte> buffer_ = std::vector<std::byte>(std::size_t{1} << 18U);
};

template <typename T>
T Answer::as() const {
    T value = {};
    if (payload.size() >= sizeof value) {
        std::copy_n(payload.begin(), sizeof value, reinterpret_cast<std::byte*>(&value));
    }
    return value;
}

}  // namespace tocsin::resource
