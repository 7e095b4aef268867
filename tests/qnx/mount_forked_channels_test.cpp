// Shows that a process is a client of each channel of a manager for itself.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <fcntl.h>

#include <gtest/gtest.h>

#include <tocsin/base/descriptor.h>

#include "device.h"
#include "process.h"

namespace tocsin::qnx {
namespace {

// What a channel says for itself.
struct Voice {
    Process& self;
    int number = 0;
};

int say_who_was_told(message_context_t* ctp, int, unsigned, void* handle) {
    const Voice& voice = *static_cast<Voice*>(handle);
    voice.self.from.say(voice.number + ctp->msg->pulse.value.sival_int);
    return 0;
}

TEST(MountForkedChannels, a_pulse_to_a_descriptor_reaches_the_channel_that_serves_it) {
    Device one;
    Device other;
    Process manager{[&](Process& self) {
        Voice of_one{.self = self, .number = 100};
        Voice of_other{.self = self, .number = 200};
        one.serve();
        other.serve();
        pulse_attach(one.dispatch, 0, 5, say_who_was_told, &of_one);
        pulse_attach(other.dispatch, 0, 5, say_who_was_told, &of_other);
        self.from.say(1);
        const int told = self.to.hear();
        one.stop();
        other.stop();
        return told;
    }};
    EXPECT_EQ(manager.from.hear(), 1);
    {
        const base::Descriptor to_one = one.open(O_RDWR);
        const base::Descriptor to_other = other.open(O_RDWR);
        EXPECT_EQ(MsgSendPulse(to_one.number(), 10, 5, 1), 0);
        EXPECT_EQ(manager.from.hear(), 101);
        EXPECT_EQ(MsgSendPulse(to_other.number(), 10, 5, 2), 0);
        EXPECT_EQ(manager.from.hear(), 202);
        EXPECT_EQ(MsgSendPulse(to_one.number(), 10, 5, 3), 0);
        EXPECT_EQ(manager.from.hear(), 103);
    }
    manager.to.say(0);
    EXPECT_EQ(manager.wait(), 0);
}

}  // namespace
}  // namespace tocsin::qnx
