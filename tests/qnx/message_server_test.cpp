// Shows the message server of the examples and its clients: a name, registered events, and clients
// that die.
#include <cerrno>
#include <csignal>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include <examples/qnx/message_server.h>
#include <tests/places/places.h>
#include <tests/resource/program.h>

#include "server.h"

extern "C" int name_open(const char* path, int flags);
extern "C" int name_close(int coid);

namespace tocsin::qnx {
namespace {

using resource::Program;

class MessageServer : public testing::Test {
protected:
    MessageServer() {
        EXPECT_EQ(manager.read_line(), "attached");
        coid = name_open(name.c_str(), 0);
        EXPECT_GE(coid, 0);
    }
    ~MessageServer() override { name_close(coid); }

    [[nodiscard]] static std::string program(const char* which) { return places::program(which); }
    [[nodiscard]] long ask(std::uint16_t type, int amount = 0) const {
        ::message message = {};
        message.type = type;
        message.amount = amount;
        return MsgSend_r(coid, &message, sizeof message, nullptr, 0);
    }

    const std::string name = "tocsin-test/sum-" + std::to_string(::getpid());
    Program manager{{program("message_server"), name}};
    int coid = -1;
};

TEST_F(MessageServer, what_clients_send_is_added) {
    EXPECT_EQ(ask(MESSAGE_ADD, 5), 5);
    EXPECT_EQ(ask(MESSAGE_ADD, -2), 3);
    EXPECT_EQ(ask(0x300), -ENOSYS);
    Program add{{program("message_client"), name, "add", "4"}};
    EXPECT_EQ(add.read_line(), "7");
    EXPECT_EQ(add.wait(), 0);
    Program nobody{{program("message_client"), name + "-not", "add", "4"}};
    EXPECT_EQ(nobody.wait(), 1);
}

TEST_F(MessageServer, who_has_registered_is_told_of_every_change) {
    Program watcher{{program("message_client"), name, "watch", "2"}};
    EXPECT_EQ(watcher.read_line(), "watching");
    EXPECT_EQ(ask(MESSAGE_ADD, 1), 1);
    EXPECT_EQ(watcher.read_line(), "changed");
    EXPECT_EQ(ask(MESSAGE_ADD, 1), 2);
    EXPECT_EQ(watcher.read_line(), "changed");
    EXPECT_EQ(watcher.wait(), 0);
    EXPECT_TRUE(until([this] { return ask(MESSAGE_CLIENTS) == 0; })) << "it has left";
}

TEST_F(MessageServer, a_client_that_dies_is_forgotten) {
    Program watcher{{program("message_client"), name, "watch", "2"}};
    EXPECT_EQ(watcher.read_line(), "watching");
    EXPECT_EQ(ask(MESSAGE_CLIENTS), 1);
    watcher.kill(SIGKILL);
    EXPECT_EQ(watcher.wait(), -SIGKILL);
    EXPECT_TRUE(until([this] { return ask(MESSAGE_CLIENTS) == 0; }));
}

TEST_F(MessageServer, an_event_that_is_nobodys_is_refused) {
    ::message message = {};
    message.type = MESSAGE_TELL_ME;
    message.event.sigev_notify = SIGEV_PULSE | SIGEV_FLAG_HANDLE;
    message.event.sigev_handle = 4711;
    // A server sees that there is a handle; whose it is only its maker knows.
    EXPECT_LE(MsgSend_r(coid, &message, sizeof message, nullptr, 0), 0);
    message.event = {};
    SIGEV_SET_TYPE(&message.event, 77);
    EXPECT_LT(MsgSend_r(coid, &message, sizeof message, nullptr, 0), 0);
    EXPECT_EQ(ask(MESSAGE_ADD, 1), 1) << "and others are served";
}

}  // namespace
}  // namespace tocsin::qnx
