// libuv as a peer: one uv_async_t per slot. Private to bench.
#pragma once

#if TOCSIN_HAS_LIBUV

#include <deque>
#include <mutex>
#include <uv.h>
#include <vector>

#include "peer.h"

namespace bench {

class LibuvPeer {
public:
    static constexpr const char* name = "libuv";

    LibuvPeer(std::size_t slots, Handler handler) : handler_{handler} {
        require(::uv_loop_init(&loop_) == 0, "uv_loop_init");
        for (std::size_t index = 0; index < slots; ++index) {
            Slot& slot = slots_.emplace_back(Slot{{}, this, index});
            slot.async.data = &slot;
            require(::uv_async_init(&loop_, &slot.async, &deliver) == 0, "uv_async_init");
        }
    }
    ~LibuvPeer() {
        for (Slot& slot : slots_) {
            ::uv_close(reinterpret_cast<uv_handle_t*>(&slot.async), nullptr);
        }
        ::uv_run(&loop_, UV_RUN_DEFAULT);
        ::uv_loop_close(&loop_);
    }
    LibuvPeer(const LibuvPeer&) = delete;
    LibuvPeer& operator=(const LibuvPeer&) = delete;

    void post(std::size_t index) { ::uv_async_send(&slots_[index].async); }
    void run() { ::uv_run(&loop_, UV_RUN_DEFAULT); }
    void stop() { ::uv_stop(&loop_); }

private:
    struct Slot {
        uv_async_t async;
        LibuvPeer* peer;
        std::size_t index;
    };
    static void deliver(uv_async_t* async) {
        const Slot& slot = *static_cast<Slot*>(async->data);
        slot.peer->handler_(slot.index);
    }

    Handler handler_;
    uv_loop_t loop_{};
    std::deque<Slot> slots_;
};

// What users of libuv put on top of it when they need many events: a queue under a mutex, and one
// uv_async_t that is sent when the queue was empty.
class LibuvQueuePeer {
public:
    static constexpr const char* name = "libuv with a queue";

    LibuvQueuePeer(std::size_t, Handler handler)
        : handler_{handler}, bell_{1, Handler{&drain, this}} {}
    void post(std::size_t index) {
        bool was_empty = false;
        {
            const std::lock_guard lock{mutex_};
            was_empty = queue_.empty();
            queue_.push_back(index);
        }
        if (was_empty) {
            bell_.post(0);
        }
    }
    void run() { bell_.run(); }
    void stop() { bell_.stop(); }

private:
    static void drain(void* context, std::size_t) {
        LibuvQueuePeer& peer = *static_cast<LibuvQueuePeer*>(context);
        {
            const std::lock_guard lock{peer.mutex_};
            peer.batch_.swap(peer.queue_);
        }
        for (const std::size_t index : peer.batch_) {
            peer.handler_(index);
        }
        peer.batch_.clear();
    }

    Handler handler_;
    LibuvPeer bell_;
    std::mutex mutex_;
    std::vector<std::size_t> queue_;
    std::vector<std::size_t> batch_;
};

}  // namespace bench

#endif
