// A place to receive a message and to answer it from. Private to tocsin/qnx.
#pragma once

#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <vector>

#include <tocsin/qnx/channel.h>
#include <tocsin/qnx/selects.h>
#include <tocsin/qnx/served_path.h>

namespace tocsin::qnx {

class Dispatch;

// What dispatch_context_alloc() makes: the structure that the manager sees, with its parts behind
// it, and what belongs to it. One thread uses it at a time.
class Context {
public:
    // Throws std::bad_alloc.
    Context(Dispatch& dispatch, unsigned parts_max, std::size_t message_size_max);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    [[nodiscard]] ::dispatch_context_t* face() noexcept { return &face_->shown; }
    [[nodiscard]] ::resmgr_context_t& request() noexcept { return face_->shown.resmgr_context; }

    // What a manager hands back.
    [[nodiscard]] static Context& of(::dispatch_context_t* face) noexcept;

    // The one whose handler the calling thread is in, or nullptr.
    [[nodiscard]] static Context* current() noexcept { return current_; }

    // While a handler is called from it.
    class Use {
    public:
        explicit Use(Context& context) noexcept : outer_{current_} { current_ = &context; }
        ~Use() { current_ = outer_; }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

    private:
        Context* const outer_;
    };

    // Where messages lie that are not in the file buffer.
    [[nodiscard]] std::span<std::byte> message_buffer() noexcept { return message_buffer_; }

    // Where messages of the kernel lie; made when it is first asked for. Throws std::bad_alloc.
    [[nodiscard]] std::span<std::byte> file_buffer();

    // A message of its kind in the message buffer, all zeros.
    template <typename Message>
    [[nodiscard]] Message& new_message() noexcept {
        return *new (message_buffer_.data()) Message{};
    }

    Dispatch& dispatch;

    // What block() has found, for handle(): a message of the kernel in the file buffer,
    std::shared_ptr<ServedPath> path;
    std::size_t file_size = 0;
    std::optional<Received> received;        // or something of the channel
    std::optional<Selects::Ready> selected;  // or a descriptor that is ready

private:
    struct Face {
        Context* owner;
        alignas(std::max_align_t)::dispatch_context_t shown;
    };

    static inline thread_local constinit Context* current_ = nullptr;

    Face* face_;
    std::vector<std::byte> message_buffer_;
    std::vector<std::byte> file_buffer_;
};

// Where a message lies that was made in a context.
template <typename Message>
[[nodiscard]] std::span<std::byte> bytes_of(Message& message) noexcept {
    return std::as_writable_bytes(std::span{&message, 1});
}

}  // namespace tocsin::qnx
