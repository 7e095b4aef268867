// Shows how channels are found by name.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

#include "environment.h"
#include "process.h"

namespace tocsin::qnx {
namespace {

std::string own_name() {
    return "tocsin-test/" + std::to_string(::getpid());
}

// The thread sanitizer does not see that a thread that is cancelled in a system call locks anything
// afterwards.
#ifndef __SANITIZE_THREAD__
TEST(Names, a_thread_that_is_cancelled_while_it_attaches_ends_alone) {
    const std::string name = own_name();
    Thread cancelled{[&] {
        ::pthread_cancel(::pthread_self());
        if (name_attach_t* const attached = name_attach(nullptr, name.c_str(), 0)) {
            name_detach(attached, 0);
        }
        ::pthread_testcancel();
    }};
    EXPECT_EQ(cancelled.join(), PTHREAD_CANCELED);
}
#endif

TEST(Names, a_channel_is_found_by_its_name_until_it_is_detached) {
    const std::string name = own_name();
    EXPECT_EQ(name_open(name.c_str(), 0), -1);
    EXPECT_EQ(errno, ENOENT);
    name_attach_t* const attached = name_attach(nullptr, name.c_str(), 0);
    ASSERT_NE(attached, nullptr) << ::strerror(errno);
    EXPECT_EQ(name_attach(nullptr, name.c_str(), 0), nullptr);
    EXPECT_EQ(errno, EEXIST);
    for (const char* const wrong : {"", "/x", "../x", "a/../b"}) {
        EXPECT_EQ(name_attach(nullptr, wrong, 0), nullptr);
        EXPECT_EQ(errno, EINVAL);
        EXPECT_EQ(name_open(wrong, 0), -1);
        EXPECT_EQ(errno, EINVAL);
    }
    std::thread server{[&] {
        _io_connect message = {};
        const int rcvid = MsgReceive(attached->chid, &message, sizeof message, nullptr);
        EXPECT_EQ(message.type, _IO_CONNECT);
        EXPECT_EQ(MsgError(rcvid, EOK), 0);
        struct ::_pulse pulse = {};
        EXPECT_EQ(MsgReceivePulse(attached->chid, &pulse, sizeof pulse, nullptr), 0);
        EXPECT_EQ(pulse.code, 5);
    }};
    const int coid = name_open(name.c_str(), 0);
    EXPECT_GE(coid, 0);
    EXPECT_EQ(MsgSendPulse(coid, 10, 5, 0), 0);
    server.join();
    EXPECT_EQ(name_close(coid), 0);
    EXPECT_EQ(name_detach(attached, 0), 0);
    EXPECT_EQ(name_open(name.c_str(), 0), -1);
    EXPECT_EQ(errno, ENOENT);
}

TEST(Names, another_process_is_found_and_a_dead_one_leaves_its_name_to_the_next) {
    const std::string name = own_name();
    const auto serve = [&](Process& self) {
        name_attach_t* const attached = name_attach(nullptr, name.c_str(), 0);
        self.from.say(attached != nullptr ? 1 : 0);
        char message[64];
        int rcvid = 0;
        while ((rcvid = MsgReceive(attached->chid, message, sizeof message, nullptr)) >= 0) {
            if (rcvid > 0) {
                MsgReply(rcvid, ::getpid(), nullptr, 0);
            }
        }
        return 0;
    };
    for (int round = 0; round < 2; ++round) {
        Process server{serve};
        ASSERT_EQ(server.from.hear(), 1);
        const int coid = name_open(name.c_str(), 0);
        ASSERT_GE(coid, 0) << ::strerror(errno);
        EXPECT_EQ(MsgSend(coid, "x", 1, nullptr, 0), server.pid);
        EXPECT_EQ(name_close(coid), 0);
        server.kill(SIGKILL);
        server.wait();
        EXPECT_EQ(name_open(name.c_str(), 0), -1);
        EXPECT_EQ(errno, ENOENT);
    }
    name_attach_t* const attached = name_attach(nullptr, name.c_str(), 0);
    ASSERT_NE(attached, nullptr);
    EXPECT_EQ(name_detach(attached, 0), 0);
}

// Who asks for a name looks at its file, and may be slow.
TEST(Names, somebody_who_looks_keeps_nobody_from_the_name) {
    const resource::TemporaryDirectory temporary;
    const Variable runtime{"XDG_RUNTIME_DIR", temporary.path()};
    const std::string directory =
        ::geteuid() == 0 ? "/run/tocsin/name/local" : temporary / "tocsin/name/local";
    std::filesystem::create_directories(directory);
    const std::string name = "tocsin-looked-at-" + std::to_string(::getpid());
    const std::string file = directory + '/' + name;
    const base::Descriptor looked_at{::open(file.c_str(), O_CREAT | O_RDONLY | O_CLOEXEC, 0644)};
    struct ::flock readers = {};
    readers.l_type = F_RDLCK;
    ASSERT_EQ(::flock(looked_at.number(), LOCK_SH), 0);
    ASSERT_EQ(::fcntl(looked_at.number(), F_OFD_SETLK, &readers), 0);
    name_attach_t* const attached = name_attach(nullptr, name.c_str(), 0);
    ASSERT_NE(attached, nullptr);
    EXPECT_EQ(name_attach(nullptr, name.c_str(), 0), nullptr);
    EXPECT_EQ(errno, EEXIST);
    EXPECT_EQ(name_detach(attached, 0), 0);
}

}  // namespace
}  // namespace tocsin::qnx
