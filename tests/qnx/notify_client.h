// A client that notes what is delivered to it, and asks as through ionotify(). For tests.
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <sys/iofunc.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/qnx/calls.h>

namespace tocsin::qnx {

// An array of conditions as a manager has it.
template <std::size_t size = 3>
struct Members {
    Members() {
        for (::iofunc_notify_t& member : array) {
            member.cnt = INT_MAX;
        }
    }
    ~Members() { iofunc_notify_remove_strict(nullptr, array, size); }
    Members(const Members&) = delete;
    Members& operator=(const Members&) = delete;

    operator ::iofunc_notify_t*() { return array; }

    ::iofunc_notify_t array[size] = {};
};

// What a question was answered.
struct Told {
    int result = 0;
    unsigned flags = 0;
    int armed = -1;
};

class NotifyClient {
public:
    explicit NotifyClient(int descriptor = 3) {
        EXPECT_EQ(Calls::enter_client(receiver_), 0);
        context_.rcvid = receiver_->scoid() << Calls::call_bits | 1;
        context_.info.scoid = receiver_->scoid();
        context_.info.coid = descriptor;
        SIGEV_PULSE_INT_INIT(&event, 9, 10, SI_NOTIFY, 0x42);
    }
    ~NotifyClient() { Calls::leave_client(*receiver_); }
    NotifyClient(const NotifyClient&) = delete;
    NotifyClient& operator=(const NotifyClient&) = delete;

    // One question, with what is met now and the amounts that count.
    Told ask(::iofunc_notify_t* members, int action, unsigned flags, unsigned met,
             const int* counts = nullptr, int member_count = 0) {
        ::io_notify_t message = {};
        message.i64.type = _IO_NOTIFY64;
        message.i64.action = action;
        message.i64.flags = static_cast<int>(flags);
        std::memcpy(&message.i64.event64, &event, sizeof event);
        return send(members, message, sizeof message, met, counts, member_count);
    }

    // A message as it is, of which `size` bytes have come.
    Told send(::iofunc_notify_t* members, ::io_notify_t& message, std::size_t size, unsigned met,
              const int* counts = nullptr, int member_count = 0) {
        context_.size = size;
        Told told;
        told.armed = member_count;
        told.result =
            iofunc_notify(&context_, &message, members, static_cast<int>(met), counts, &told.armed);
        told.flags = told.result == _RESMGR_NPARTS(1) ? message.o.flags : 0;
        return told;
    }

    // What has been delivered since it was last asked for.
    [[nodiscard]] std::vector<struct ::sigevent> take() { return receiver_->take(); }
    // Called at each delivery, by the thread that triggers.
    void on_delivery(std::function<void()> function) { receiver_->function = std::move(function); }
    [[nodiscard]] ::resmgr_context_t* context() noexcept { return &context_; }

    struct ::sigevent event = {};

private:
    class Receiver final : public Client {
    public:
        [[nodiscard]] int deliver(const struct ::sigevent& delivered) noexcept override {
            const std::lock_guard lock{mutex_};
            events_.push_back(delivered);
            if (function) {
                function();
            }
            return 0;
        }
        [[nodiscard]] Credentials credentials() const noexcept override { return {}; }
        [[nodiscard]] std::vector<struct ::sigevent> take() {
            const std::lock_guard lock{mutex_};
            return std::exchange(events_, {});
        }

        std::function<void()> function;

    private:
        std::mutex mutex_;
        std::vector<struct ::sigevent> events_;
    };

    const std::shared_ptr<Receiver> receiver_ = std::make_shared<Receiver>();
    ::resmgr_context_t context_ = {};
};

}  // namespace tocsin::qnx
