// Shows what QNX's own calls see of a device: ionotify() step by step, as the manual describes it.
#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <set>
#include <sys/iomsg.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/core/patience.h>
#include <tests/places/places.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

#include "process.h"

namespace tocsin::qnx {
namespace {

using resource::patience_ms;
using resource::Program;
using resource::read_from;

constexpr int input = static_cast<int>(_NOTIFY_COND_INPUT);
constexpr int output = static_cast<int>(_NOTIFY_COND_OUTPUT);

class MountNativeClient : public testing::Test {
protected:
    MountNativeClient() { EXPECT_EQ(manager.read_line(), "attached"); }

    [[nodiscard]] base::Descriptor open(int flags = O_RDWR) const {
        return base::Descriptor{::open(path.c_str(), flags | O_CLOEXEC)};
    }
    static void write(const base::Descriptor& file, std::string_view item) {
        EXPECT_EQ(::write(file.number(), item.data(), item.size()),
                  static_cast<ssize_t>(item.size()));
    }
    [[nodiscard]] struct ::sigevent pulse(int code, int value = 0) const {
        struct ::sigevent event = {};
        SIGEV_PULSE_INT_INIT(&event, own.coid, 10, code, value);
        return event;
    }
    int arm(const base::Descriptor& file, int conditions, const struct ::sigevent& event,
            int action = _NOTIFY_ACTION_POLLARM) const {
        return ionotify(file.number(), action, conditions, &event);
    }
    // What has been delivered before this call is there when it returns.
    void settle(const base::Descriptor& file) {
        const struct ::sigevent last = pulse(100);
        EXPECT_EQ(arm(file, input, last, _NOTIFY_ACTION_TRANARM), 0);
        write(open(), "settled");
        while (own.receive() == 0 && own.received.pulse.code != 100) {
            others.push_back(own.received.pulse.code);
        }
        EXPECT_EQ(read_from(file), "settled");
    }

    resource::TemporaryDirectory directory;
    std::string path = directory / "sample";
    Program manager{{places::program("sample_device"), path}};
    Server own;
    std::vector<int> others;
};

TEST_F(MountNativeClient, one_pulse_comes_for_one_arming) {
    const base::Descriptor file = open();
    const base::Descriptor writer = open();
    EXPECT_EQ(arm(file, input, pulse(7, 42)), 0);
    write(writer, "one");
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 7);
    EXPECT_EQ(own.received.pulse.value.sival_int, 42);
    write(writer, "two");
    EXPECT_EQ(arm(file, input, pulse(8)), input);
    EXPECT_EQ(read_from(file), "one");
    EXPECT_EQ(read_from(file), "two");
    EXPECT_EQ(arm(file, input, pulse(9)), 0);
    write(writer, "three");
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 9);
    EXPECT_EQ(own.look(), -1);
}

TEST_F(MountNativeClient, who_asks_for_what_is_always_true_is_never_armed) {
    const base::Descriptor file = open();
    EXPECT_EQ(arm(file, input | output, pulse(7)), output);
    write(open(), "item");
    EXPECT_EQ(read_from(file), "item");
    settle(file);
    EXPECT_TRUE(others.empty());
}

TEST_F(MountNativeClient, a_transition_is_told_when_an_item_arrives_in_the_empty_queue) {
    const base::Descriptor file = open();
    const base::Descriptor other = open();
    EXPECT_EQ(arm(file, input, pulse(7), _NOTIFY_ACTION_TRANARM), 0);
    EXPECT_EQ(arm(other, input, pulse(8), _NOTIFY_ACTION_TRANARM), -1);
    EXPECT_EQ(errno, EBUSY);
    write(other, "item");
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 7);
    EXPECT_EQ(arm(file, input, pulse(7), _NOTIFY_ACTION_CONDARM), 0);
    EXPECT_EQ(read_from(file), "item");
    EXPECT_EQ(arm(file, input, pulse(9), _NOTIFY_ACTION_CONDARM), -1);
    EXPECT_EQ(errno, EAGAIN);
    write(other, "item");
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 9);
}

TEST_F(MountNativeClient, the_reason_is_in_the_value_where_the_client_asks_for_it) {
    const base::Descriptor file = open();
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, own.coid, 10, SI_NOTIFY, 5);
    EXPECT_EQ(arm(file, input, event), 0);
    write(open(), "item");
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, SI_NOTIFY);
    EXPECT_EQ(own.received.pulse.value.sival_int, input | 5);
}

TEST_F(MountNativeClient, no_event_disarms) {
    const base::Descriptor file = open();
    EXPECT_EQ(arm(file, input, pulse(7)), 0);
    EXPECT_EQ(ionotify(file.number(), _NOTIFY_ACTION_POLLARM, input, nullptr), 0);
    write(open(), "item");
    EXPECT_EQ(read_from(file), "item");
    settle(file);
    EXPECT_TRUE(others.empty());
}

TEST_F(MountNativeClient, a_signal_a_semaphore_and_a_thread_are_told_as_well) {
    const CountingHandler handler;
    const base::Descriptor file = open();
    struct ::sigevent event = {};
    SIGEV_SIGNAL_CODE_INT_INIT(&event, SIGUSR1, 17, SI_MINAVAIL);
    EXPECT_EQ(arm(file, input, event), 0);
    write(open(), "item");
    EXPECT_TRUE(until([&] { return CountingHandler::count == 1; }));
    EXPECT_EQ(CountingHandler::code, SI_MINAVAIL);
    EXPECT_EQ(read_from(file), "item");
    ::sem_t semaphore = {};
    ::sem_init(&semaphore, 0, 0);
    SIGEV_SEM_INIT(&event, &semaphore);
    EXPECT_EQ(arm(file, input, event), 0);
    write(open(), "item");
    EXPECT_TRUE(until([&] { return ::sem_trywait(&semaphore) == 0; }));
    EXPECT_EQ(read_from(file), "item");
    SIGEV_THREAD_INIT(
        &event, [](union ::sigval value) { ::sem_post(static_cast<::sem_t*>(value.sival_ptr)); },
        &semaphore, nullptr);
    EXPECT_EQ(arm(file, input, event), 0);
    write(open(), "item");
    EXPECT_TRUE(until([&] { return ::sem_trywait(&semaphore) == 0; }));
}

TEST_F(MountNativeClient, each_duplicate_is_armed_and_closed_for_itself) {
    base::Descriptor one = open();
    const base::Descriptor two{::dup(one.number())};
    EXPECT_EQ(arm(one, input, pulse(1)), 0);
    EXPECT_EQ(arm(two, input, pulse(2)), 0);
    // Closing releases those who wait on that descriptor; the other stays armed.
    EXPECT_EQ(tocsin_close(one.release()), 0);
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 1);
    EXPECT_EQ(own.look(), -1);
    write(open(), "item");
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 2);
}

TEST_F(MountNativeClient, closing_the_last_one_in_whatever_way_releases_all_who_wait) {
    base::Descriptor one = open();
    base::Descriptor two{::dup(one.number())};
    EXPECT_EQ(arm(one, input, pulse(1)), 0);
    EXPECT_EQ(arm(two, input, pulse(2)), 0);
    one.reset();
    two.reset();
    std::set<int> codes;
    for (int count = 0; count < 2; ++count) {
        ASSERT_EQ(own.receive(), 0);
        codes.insert(own.received.pulse.code);
    }
    EXPECT_EQ(codes, (std::set<int>{1, 2}));
}

TEST_F(MountNativeClient, a_client_that_dies_leaves_nothing_behind) {
    const base::Descriptor file = open();
    {
        Process client{[&](Process& self) {
            const Server server;
            const base::Descriptor mine = open();
            struct ::sigevent event = {};
            SIGEV_PULSE_INT_INIT(&event, server.coid, 10, 1, 0);
            const int armed = ionotify(mine.number(), _NOTIFY_ACTION_TRANARM, input, &event);
            const int also = ionotify(file.number(), _NOTIFY_ACTION_POLLARM, output << 1, &event);
            self.from.say(armed == 0 && also == 0 ? 1 : 0);
            ::pause();
            return 0;
        }};
        ASSERT_EQ(client.from.hear(), 1);
        EXPECT_EQ(arm(file, input, pulse(7), _NOTIFY_ACTION_TRANARM), -1);
        EXPECT_EQ(errno, EBUSY);
    }
    // Its transition is nobody's any more.
    EXPECT_TRUE(until([&] { return arm(file, input, pulse(7), _NOTIFY_ACTION_TRANARM) == 0; }));
}

TEST_F(MountNativeClient, a_forked_child_is_a_client_of_its_own) {
    const base::Descriptor file = open();
    EXPECT_EQ(arm(file, input, pulse(7)), 0);
    Process child{[&](Process& self) {
        Server server;
        struct ::sigevent event = {};
        SIGEV_PULSE_INT_INIT(&event, server.coid, 10, 1, 0);
        self.from.say(ionotify(file.number(), _NOTIFY_ACTION_POLLARM, input, &event));
        return server.receive() == 0 && server.received.pulse.code == 1 ? 0 : 1;
    }};
    EXPECT_EQ(child.from.hear(), 0);
    write(open(), "item");
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 7);
    EXPECT_EQ(child.wait(), 0);
}

TEST_F(MountNativeClient, polls_and_native_clients_do_not_disturb_each_other) {
    const base::Descriptor file = open();
    EXPECT_EQ(arm(file, input, pulse(7)), 0);
    ::pollfd entry = {.fd = file.number(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&entry, 1, 0), 0);
    std::thread writer{[&] { write(open(), "item"); }};
    EXPECT_EQ(::poll(&entry, 1, patience_ms), 1);
    EXPECT_EQ(own.receive(), 0);
    writer.join();
}

TEST_F(MountNativeClient, the_end_of_the_manager_is_an_error_and_its_successor_is_found) {
    base::Descriptor file = open();
    EXPECT_EQ(arm(file, input, pulse(7)), 0);
    manager.kill(SIGKILL);
    EXPECT_EQ(manager.wait(), -SIGKILL);
    EXPECT_EQ(arm(file, input, pulse(7)), -1);
    // One that was under way at the very end is told by another name.
    EXPECT_TRUE(errno == ENOTCONN || errno == ECONNABORTED) << errno;
    file.reset();
    Program successor{{places::program("sample_device"), path}};
    EXPECT_EQ(successor.read_line(), "attached");
    file = open();
    EXPECT_EQ(arm(file, input, pulse(8)), 0);
    write(open(), "item");
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 8);
}

// Else who sleeps until its event comes would sleep for ever.
TEST_F(MountNativeClient, the_end_of_the_manager_is_a_pulse_to_channels_that_want_to_know) {
    const int channel = ChannelCreate(_NTO_CHF_COID_DISCONNECT);
    const base::Descriptor file = open();
    base::Descriptor closed = open();
    EXPECT_EQ(arm(file, input, pulse(7)), 0);
    EXPECT_EQ(arm(closed, input, pulse(8)), 0);
    EXPECT_EQ(tocsin_close(closed.release()), 0);
    manager.kill(SIGKILL);
    EXPECT_EQ(manager.wait(), -SIGKILL);
    struct ::_pulse told = {};
    ASSERT_EQ(MsgReceivePulse(channel, &told, sizeof told, nullptr), 0);
    EXPECT_EQ(told.code, _PULSE_CODE_COIDDEATH);
    EXPECT_EQ(told.value.sival_int, file.number());
    const std::uint64_t soon = 1'000'000;
    EXPECT_EQ(TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_RECEIVE, nullptr, &soon, nullptr), 0);
    EXPECT_EQ(MsgReceivePulse(channel, &told, sizeof told, nullptr), -1) << "once";
    EXPECT_EQ(ChannelDestroy(channel), 0);
}

TEST_F(MountNativeClient, what_nobody_serves_and_what_is_no_descriptor_are_refused) {
    const base::Descriptor null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    EXPECT_EQ(arm(null, input, pulse(7)), -1);
    EXPECT_EQ(errno, ENOSYS);
    EXPECT_EQ(ionotify(-1, _NOTIFY_ACTION_POLLARM, input, nullptr), -1);
    EXPECT_EQ(errno, EBADF);
    struct ::sigevent event = pulse(7);
    SIGEV_SET_TYPE(&event, 77);
    EXPECT_EQ(arm(open(), input, event), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(arm(open(), input, pulse(7), 5), -1);
    EXPECT_EQ(errno, EINVAL);
}

TEST_F(MountNativeClient, a_thousand_clients_are_told_by_one_item) {
    constexpr int count = 1000;
    std::vector<base::Descriptor> files;
    for (int number = 0; number < count; ++number) {
        files.push_back(open());
        ASSERT_EQ(arm(files.back(), input, pulse(1, number)), 0);
    }
    write(files[0], "item");
    std::set<int> told;
    for (int number = 0; number < count; ++number) {
        ASSERT_EQ(own.receive(), 0);
        told.insert(own.received.pulse.value.sival_int);
    }
    EXPECT_EQ(told.size(), std::size_t{count});
    EXPECT_EQ(own.look(), -1);
}

}  // namespace
}  // namespace tocsin::qnx
