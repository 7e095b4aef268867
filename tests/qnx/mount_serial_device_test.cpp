// Shows the serial device of the examples: thresholds, out of band, hang-up, and calls that wait.
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/iomsg.h>
#include <sys/neutrino.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <examples/qnx/serial_device.h>
#include <tests/places/places.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

using resource::poll_for;
using resource::Program;
using resource::read_from;

constexpr int input = static_cast<int>(_NOTIFY_COND_INPUT);

class MountSerialDevice : public testing::Test {
protected:
    MountSerialDevice() {
        EXPECT_EQ(manager.read_line(), "attached");
        file = open();
    }

    [[nodiscard]] base::Descriptor open(int flags = O_RDWR | O_NONBLOCK) const {
        return base::Descriptor{::open(path.c_str(), flags | O_CLOEXEC)};
    }
    [[nodiscard]] ssize_t write(std::string_view text) const {
        return ::write(file.number(), text.data(), text.size());
    }
    template <typename Data>
    int command(int number, Data data) const {
        return devctl(file.number(), number, &data, sizeof data, nullptr);
    }
    [[nodiscard]] serial_state state() const {
        serial_state found = {};
        EXPECT_EQ(devctl(file.number(), DCMD_SERIAL_STATE, &found, sizeof found, nullptr), EOK);
        return found;
    }
    [[nodiscard]] int arm(int code, int conditions = input) const {
        struct ::sigevent event = {};
        SIGEV_PULSE_INT_INIT(&event, own.coid, 10, code, 0);
        return ionotify(file.number(), _NOTIFY_ACTION_POLLARM, conditions, &event);
    }

    resource::TemporaryDirectory directory;
    const std::string path = directory / "serial";
    Program manager{{places::program("serial_device"), path}};
    base::Descriptor file;
    Server own;
};

TEST_F(MountSerialDevice, what_is_written_comes_back_in_bytes) {
    EXPECT_EQ(read_from(file), "errno " + std::to_string(EAGAIN));
    EXPECT_EQ(write("hello "), 6);
    EXPECT_EQ(write("there"), 5);
    char some[4] = {};
    EXPECT_EQ(::read(file.number(), some, 3), 3);
    EXPECT_STREQ(some, "hel");
    EXPECT_EQ(read_from(file), "lo there");
    Program echo{{"sh", "-c", "echo line >" + path + "; head -n 1 " + path}};
    EXPECT_EQ(echo.read_line(), "line");
    EXPECT_EQ(echo.wait(), 0);
}

TEST_F(MountSerialDevice, it_takes_no_more_than_it_has_room_for) {
    const std::string much(SERIAL_ROOM + 100, 'x');
    EXPECT_EQ(write(much), SERIAL_ROOM);
    EXPECT_EQ(poll_for(file, POLLIN | POLLOUT, 0), POLLIN);
    EXPECT_EQ(write("y"), -1);
    EXPECT_EQ(errno, EAGAIN);
    // One that waits goes on when there is room.
    const base::Descriptor waits = open(O_RDWR);
    std::thread writer{[&] { EXPECT_EQ(::write(waits.number(), "later", 5), 5); }};
    EXPECT_EQ(read_from(file), std::string(64, 'x'));
    writer.join();
    EXPECT_EQ(state().queued, std::uint32_t{SERIAL_ROOM} - 64 + 5);
}

TEST_F(MountSerialDevice, a_reader_waits_until_something_is_written) {
    const base::Descriptor waits = open(O_RDWR);
    std::string got;
    std::thread reader{[&] { got = read_from(waits); }};
    EXPECT_EQ(write("item"), 4);
    reader.join();
    EXPECT_EQ(got, "item");
}

TEST_F(MountSerialDevice, there_is_input_from_the_threshold_on) {
    EXPECT_EQ(command(DCMD_SERIAL_THRESHOLD, std::uint32_t{5}), EOK);
    EXPECT_EQ(arm(1), 0);
    EXPECT_EQ(write("four"), 4);
    EXPECT_EQ(poll_for(file, POLLIN, 0), 0);
    EXPECT_EQ(own.look(), -1);
    EXPECT_EQ(arm(1), 0);
    EXPECT_EQ(write("!"), 1);
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 1);
    EXPECT_EQ(poll_for(file, POLLIN, 0), POLLIN);
    EXPECT_EQ(arm(1), input);
    EXPECT_EQ(read_from(file), "four!");
    for (const std::uint32_t wrong : {0U, SERIAL_ROOM + 1U, ~0U}) {
        EXPECT_EQ(command(DCMD_SERIAL_THRESHOLD, wrong), EINVAL);
    }
}

TEST_F(MountSerialDevice, a_byte_out_of_band_is_told_beside_the_others) {
    EXPECT_EQ(arm(2, static_cast<int>(_NOTIFY_COND_OBAND)), 0);
    EXPECT_EQ(poll_for(file, POLLPRI, 0), 0);
    EXPECT_EQ(command(DCMD_SERIAL_SEND_URGENT, std::uint8_t{'!'}), EOK);
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 2);
    EXPECT_EQ(poll_for(file, POLLPRI | POLLIN, 0), POLLPRI);
    std::uint8_t byte = 0;
    EXPECT_EQ(devctl(file.number(), DCMD_SERIAL_TAKE_URGENT, &byte, sizeof byte, nullptr), EOK);
    EXPECT_EQ(byte, '!');
    EXPECT_EQ(devctl(file.number(), DCMD_SERIAL_TAKE_URGENT, &byte, sizeof byte, nullptr), EAGAIN);
    EXPECT_EQ(poll_for(file, POLLPRI, 0), 0);
}

TEST_F(MountSerialDevice, a_hang_up_ends_every_wait) {
    const base::Descriptor waits = open(O_RDWR);
    std::string got = "nothing yet";
    std::thread reader{[&] { got = read_from(waits); }};
    std::thread poller{[&] { EXPECT_NE(poll_for(open(), POLLIN) & POLLHUP, 0); }};
    EXPECT_EQ(arm(3), 0);
    EXPECT_EQ(devctl(file.number(), DCMD_SERIAL_HANG_UP, nullptr, 0, nullptr), EOK);
    reader.join();
    poller.join();
    EXPECT_EQ(got, "");
    ASSERT_EQ(own.receive(), 0);
    EXPECT_EQ(own.received.pulse.code, 3);
    EXPECT_EQ(write("x"), -1);
    EXPECT_EQ(errno, EIO);
    EXPECT_EQ(state().hung_up, 1U);
}

// Handed on in capitals by a manager that is a client of the serial device.
TEST_F(MountSerialDevice, another_manager_hands_on_what_comes_from_it) {
    const std::string shouted = directory / "shouted";
    Program chained{{places::program("chained_manager"), shouted, path}};
    ASSERT_EQ(chained.read_line(), "attached");
    const base::Descriptor reader{::open(shouted.c_str(), O_RDONLY | O_CLOEXEC)};
    EXPECT_EQ(write("hello"), 5);
    EXPECT_EQ(read_from(reader), "HELLO");
    EXPECT_EQ(poll_for(reader, POLLIN, 0), 0);
    Program python{{"python3", "-c",
                    "import select, os\n"
                    "f = os.open('" +
                        shouted +
                        "', os.O_RDONLY)\n"
                        "p = select.epoll(); p.register(f, select.EPOLLIN)\n"
                        "print('waiting', flush=True)\n"
                        "print(len(p.poll(30)), os.read(f, 64).decode())"}};
    EXPECT_EQ(python.read_line(), "waiting");
    EXPECT_EQ(write("again"), 5);
    EXPECT_EQ(python.read_line(), "1 AGAIN");
    EXPECT_EQ(python.wait(), 0);
    // More than it has room for waits at the device.
    std::string much(5 * SERIAL_ROOM, 'z');
    std::thread writer{[&] {
        const base::Descriptor waits = open(O_RDWR);
        for (std::size_t sent = 0; sent < much.size();) {
            const ssize_t taken = ::write(waits.number(), much.data() + sent, much.size() - sent);
            ASSERT_GT(taken, 0);
            sent += static_cast<std::size_t>(taken);
        }
    }};
    std::string all;
    while (all.size() < much.size()) {
        all += read_from(reader);
    }
    writer.join();
    EXPECT_EQ(all, std::string(much.size(), 'Z'));
    EXPECT_EQ(devctl(file.number(), DCMD_SERIAL_HANG_UP, nullptr, 0, nullptr), EOK);
    EXPECT_EQ(read_from(reader), "");
}

}  // namespace
}  // namespace tocsin::qnx
