// Shows the metronome of the examples: timer pulses, parked reads, commands and a name in one
// manager.
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/neutrino.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <examples/qnx/metronome.h>
#include <tests/places/places.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

#include "server.h"

extern "C" int name_open(const char* path, int flags);
extern "C" int name_close(int coid);

namespace tocsin::qnx {
namespace {

using resource::Program;
using resource::read_from;

class MountMetronome : public testing::Test {
protected:
    MountMetronome() { EXPECT_EQ(manager.read_line(), "attached"); }

    [[nodiscard]] base::Descriptor open(int flags = O_RDWR) const {
        return base::Descriptor{::open(path.c_str(), flags | O_CLOEXEC)};
    }
    static void set_tempo(const base::Descriptor& file, std::uint32_t milliseconds) {
        metronome_tempo tempo = {.milliseconds = milliseconds};
        EXPECT_EQ(devctl(file.number(), DCMD_METRONOME_SET_TEMPO, &tempo, sizeof tempo, nullptr),
                  0);
    }

    resource::TemporaryDirectory directory;
    const std::string path = directory / "metronome";
    const std::string name = "tocsin-test/metronome-" + std::to_string(::getpid());
    Program manager{{places::program("metronome"), path, name}};
};

TEST_F(MountMetronome, a_read_waits_for_the_next_beat) {
    Program head{{"head", "-n", "3", path}};
    for (int count = 0; count < 3; ++count) {
        EXPECT_EQ(head.read_line(), "tick");
    }
    EXPECT_EQ(head.wait(), 0);
    EXPECT_EQ(read_from(open(O_RDONLY | O_NONBLOCK)), "errno " + std::to_string(EAGAIN));
}

TEST_F(MountMetronome, a_command_sets_the_tempo_and_says_how_many_beats_there_were) {
    const base::Descriptor file = open();
    set_tempo(file, 1);
    metronome_tempo tempo = {};
    int beats = 0;
    EXPECT_TRUE(until([&] {
        EXPECT_EQ(devctl(file.number(), DCMD_METRONOME_GET_TEMPO, &tempo, sizeof tempo, &beats), 0);
        return beats >= 5;
    }));
    EXPECT_EQ(tempo.milliseconds, 1U);
    tempo.milliseconds = 0;
    EXPECT_EQ(devctl(file.number(), DCMD_METRONOME_SET_TEMPO, &tempo, sizeof tempo, nullptr),
              EINVAL);
}

TEST_F(MountMetronome, a_pulse_by_its_name_makes_it_pause) {
    const base::Descriptor file = open();
    const int coid = name_open(name.c_str(), 0);
    ASSERT_GE(coid, 0);
    EXPECT_EQ(MsgSendPulse(coid, SIGEV_PULSE_PRIO_INHERIT, METRONOME_PAUSE, 1'000'000), 0);
    EXPECT_EQ(name_close(coid), 0);
    set_tempo(file, 1);
    // It pauses from the moment that the pulse has come: in five hundred questions after another it
    // would have beaten.
    int before = -1;
    int same = 0;
    EXPECT_TRUE(until([&] {
        int beats = 0;
        EXPECT_EQ(devctl(file.number(), DCMD_METRONOME_GET_TEMPO, nullptr, 0, &beats), 0);
        same = beats == before ? same + 1 : 0;
        before = beats;
        return same == 500;
    }));
}

TEST_F(MountMetronome, a_signal_ends_the_wait_for_a_beat) {
    const CountingHandler handler;
    const base::Descriptor file = open();
    set_tempo(file, 1'000'000);
    std::string result;
    Thread reader{[&] {
        // System calls are begun again after the handler, but not when the manager has answered.
        result = read_from(file);
    }};
    EXPECT_TRUE(until([&] {
        reader.signal(SIGUSR1);
        return reader.done();
    }));
    reader.join();
    EXPECT_EQ(result, "errno " + std::to_string(EINTR));
}

}  // namespace
}  // namespace tocsin::qnx
