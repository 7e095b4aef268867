// Shows that threads that are cancelled in a dispatch leave nothing locked behind, and lose
// nothing.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <deque>
#include <fcntl.h>
#include <memory>
#include <pthread.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tocsin/base/descriptor.h>

#include "blocked.h"
#include "device.h"
#include "process.h"
#include "server.h"

// The thread sanitizer does not see that a thread that is cancelled in a system call locks anything
// afterwards.
#ifndef __SANITIZE_THREAD__

namespace tocsin::qnx {
namespace {

struct FreeContext {
    void operator()(dispatch_context_t* context) const { dispatch_context_free(context); }
};
using OwnedContext = std::unique_ptr<dispatch_context_t, FreeContext>;

// Its descriptor shows what is queued there, and has to be read when nothing is.
TEST(Cancellation, a_receiver_that_is_to_be_cancelled_leaves_the_channel_to_others) {
    Server server;
    dispatch_t* const dpp = dispatch_create_channel(server.chid, 0);
    ASSERT_NE(dpp, nullptr);
    EXPECT_EQ(MsgSendPulse(server.coid, 10, 5, 1), 0);
    Thread receiver{[&] {
        ::pthread_cancel(::pthread_self());
        if (server.receive_pulse() == 0) {
            MsgSendPulse(server.coid, 10, 5, server.received.pulse.value.sival_int);
        }
    }};
    receiver.join();
    ASSERT_EQ(server.receive_pulse(), 0);
    EXPECT_EQ(server.received.pulse.value.sival_int, 1);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

// The last one that hears the bell silences it.
TEST(Cancellation, threads_that_are_unblocked_and_cancelled_at_once_leave_the_bell_silent) {
    dispatch_t* const dpp = dispatch_create();
    const OwnedContext own{dispatch_context_alloc(dpp)};
    for (int round = 0; round < 100; ++round) {
        std::array<OwnedContext, 4> contexts;
        std::deque<Blocked> waiting;
        for (OwnedContext& context : contexts) {
            context.reset(dispatch_context_alloc(dpp));
            waiting.emplace_back(context.get());
        }
        dispatch_unblock(own.get());
        for (Blocked& one : waiting) {
            one.cancel();
        }
        waiting.clear();
    }
    ::timespec moment = {.tv_sec = 0, .tv_nsec = 1'000'000};
    EXPECT_EQ(dispatch_timeout(dpp, &moment), 0);
    EXPECT_EQ(dispatch_block(own.get()), own.get()) << "nobody has called this one back";
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

// Another process reads each time it is told to, and says what it got.
class MountCancellation : public testing::Test {
protected:
    ~MountCancellation() override {
        Serving last{device};
        client.to.say(0);
        EXPECT_EQ(client.wait(), 0);
    }

    // A thread of the manager; cancelled at the end.
    class Serving {
    public:
        explicit Serving(const Device& device)
            : thread_{[this, &device] {
                  number_ = ::gettid();
                  const OwnedContext context{dispatch_context_alloc(device.dispatch)};
                  while (dispatch_block(context.get()) != nullptr) {
                      dispatch_handler(context.get());
                  }
              }} {}
        ~Serving() { cancel(); }
        Serving(const Serving&) = delete;
        Serving& operator=(const Serving&) = delete;

        void cancel() { thread_.cancel(); }
        [[nodiscard]] bool ends_cancelled() { return thread_.join() == PTHREAD_CANCELED; }
        [[nodiscard]] bool is_waiting() const { return number_ != 0 && is_asleep(number_); }

    private:
        std::atomic<int> number_{0};
        Thread thread_;
    };

    // How often the client has begun to read.
    const Shared<int> asking;

    // Where the call waits, for who answers it.
    static inline std::atomic<int> kept{0};

    void serve(int (*read)(::resmgr_context_t*, ::io_read_t*, ::iofunc_ocb_t*)) {
        device.io.read = read;
        device.serve(0);
        client.to.say(1);
    }

    Device device;
    Process client{[this](Process& self) {
        base::Descriptor file;
        while (self.to.hear() == 1) {
            if (!file) {
                file = device.open(O_RDONLY);
            }
            char none = 0;
            asking.set(asking.get() + 1);
            self.from.say(::read(file.number(), &none, 1) == 0 ? 0 : errno);
        }
        return 0;
    }};
};

// All that wait are woken by a call, and cancelled a moment later each time.
TEST_F(MountCancellation, threads_that_are_cancelled_take_no_call_with_them) {
    constexpr int moments = 100;
    serve(iofunc_read_default);
    {
        const Serving first{device};
        EXPECT_EQ(client.from.hear(), 0) << "it has opened the file";
    }
    for (int round = 0; round < 2 * moments; ++round) {
        // Also when somebody else looks at the path meanwhile.
        std::deque<Serving> waiting;
        for (int number = 0; number < 3; ++number) {
            const Serving& one = waiting.emplace_back(device);
            ASSERT_TRUE(until([&] { return one.is_waiting(); }));
        }
        const int before = asking.get();
        client.to.say(1);
        ASSERT_TRUE(until([&] { return asking.get() != before; }));
        for (volatile int left = round % moments * 100; left > 0;) {
            left = left - 1;
        }
        for (Serving& one : waiting) {
            one.cancel();
        }
        waiting.clear();
        const Serving other{device};
        ASSERT_EQ(client.from.hear(), 0);
    }
}

// The functions of a file are run to their end, and what asked for them is answered.
TEST_F(MountCancellation, a_thread_is_not_cancelled_in_the_function_of_a_file) {
    serve([](::resmgr_context_t* ctp, ::io_read_t*, ::iofunc_ocb_t*) {
        ::pthread_cancel(::pthread_self());
        ::pthread_testcancel();
        _IO_SET_READ_NBYTES(ctp, 0);
        return EOK;
    });
    Serving serving{device};
    EXPECT_EQ(client.from.hear(), 0);
    EXPECT_TRUE(serving.ends_cancelled()) << "where it waits for the next";
}

TEST_F(MountCancellation, a_thread_that_is_to_be_cancelled_answers_what_another_kept) {
    kept = 0;
    serve([](::resmgr_context_t* ctp, ::io_read_t*, ::iofunc_ocb_t*) {
        kept = ctp->rcvid;
        return _RESMGR_NOREPLY;
    });
    const Serving serving{device};
    EXPECT_TRUE(until([] { return kept != 0; }));
    Thread answering{[] {
        ::pthread_cancel(::pthread_self());
        EXPECT_EQ(MsgReply(kept, 0, nullptr, 0), 0);
    }};
    EXPECT_EQ(client.from.hear(), 0);
}

}  // namespace
}  // namespace tocsin::qnx

#endif
