// Operations of a client whose server is another process. For tests.
#include <sys/iofunc.h>

#include <tests/failure/qnx/operations.h>

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <tests/core/forked.h>
#include <tests/core/patience.h>
#include <tests/core/pipe.h>
#include <tests/failure/qnx/channel.h>

namespace tocsin::failure {

namespace {

// Answers every message with "yes", in another process, until this one has ended.
struct OtherProcess {
    explicit OtherProcess(Trial& trial) {
        core::Pipe pipe;
        id = core::start_child([&] {
            trial.end();
            pipe.writer.reset(::fcntl(pipe.writer.number(), F_DUPFD_CLOEXEC, 0));
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            const int number = ChannelCreate(0);
            if (::write(pipe.writer.number(), &number, sizeof number) != sizeof number) {
                return 1;
            }
            serve(number);
            return 0;
        });
        int number = 0;
        ::pollfd entry{.fd = pipe.reader.number(), .events = POLLIN, .revents = 0};
        ::poll(&entry, 1, -1);
        EXPECT_EQ(::read(pipe.reader.number(), &number, sizeof number), ssize_t{sizeof number});
        channel = number;
    }
    OtherProcess(const OtherProcess&) = delete;
    OtherProcess& operator=(const OtherProcess&) = delete;
    ~OtherProcess() {
        ::kill(id, SIGKILL);
        ::waitpid(id, nullptr, 0);
    }

    static void serve(int number) {
        while (true) {
            char message[64] = {};
            const int rcvid = MsgReceive(number, message, sizeof message, nullptr);
            if (rcvid > 0) {
                MsgReply(rcvid, 0, "yes", 4);
            }
        }
    }

    ::pid_t id = 0;
    int channel = 0;
};

const OtherProcess& server(Trial& trial) {
    static const OtherProcess process{trial};
    return process;
}

std::error_code connect_to_another_process(Trial& trial) {
    const Connection connection{server(trial).channel, server(trial).id};
    return {};
}

std::error_code ask_another_process(Trial& trial) {
    const Connection connection{server(trial).channel, server(trial).id};
    char answer[4] = {};
    const bool told = MsgSend(connection.number, "ask", 4, answer, sizeof answer) < 0;
    const std::error_code error = told ? last_error() : std::error_code{};
    EXPECT_TRUE(told || std::string_view{answer} == "yes");
    trial.end();
    // Another one is answered when the shortage is over, unless the link had to be given up.
    const bool again = MsgSend(connection.number, "ask", 4, answer, sizeof answer) == 0;
    EXPECT_TRUE(again || errno == ESRCH || errno == EBADF) << errno;
    return error;
}

std::error_code send_a_pulse_to_another_process(Trial& trial) {
    const Connection connection{server(trial).channel, server(trial).id};
    return MsgSendPulse(connection.number, 10, 1, 1) == 0 ? std::error_code{} : last_error();
}

std::error_code register_an_event_for_another_process(Trial& trial) {
    const Channel channel;
    const Connection own{channel.number};
    const Connection connection{server(trial).channel, server(trial).id};
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, own.number, 10, 1, 7);
    if (MsgRegisterEvent(&event, connection.number) != 0) {
        return last_error();
    }
    EXPECT_EQ(MsgUnregisterEvent(&event), 0);
    return {};
}

// Makes all that a process makes once: a child begins without it.
std::error_code in_a_new_process(std::error_code (*run)(Trial&), Trial& trial) {
    const int status = core::in_child([&] {
        try {
            return run(trial).value();
        } catch (const std::system_error& error) {
            return error.code().value();
        }
    });
    EXPECT_GE(status, 0) << "ended by a signal";
    return error_of(status);
}

std::error_code begin_with_a_channel(Trial& trial) {
    return in_a_new_process(
        [](Trial&) {
            const Channel channel;
            const Connection connection{channel.number};
            return std::error_code{};
        },
        trial);
}

// A client, in another process, of this one. It tries until it is answered.
int be_a_client(int channel, ::pid_t server_process) {
    const auto ask = [&] {
        const int connection = ConnectAttach(0, server_process, channel, _NTO_SIDE_CHANNEL, 0);
        char answer[4] = {};
        const bool told = connection >= 0 && MsgSendPulse(connection, 10, 1, 1) == 0 &&
                          MsgSend(connection, "ask", 4, answer, sizeof answer) == 0;
        if (connection >= 0) {
            ConnectDetach(connection);
        }
        return told && std::string_view{answer} == "yes";
    };
    return core::comes_true(ask, std::chrono::seconds{5}) ? 0 : 1;
}

// Whatever the server has no memory for, it goes on, and serves the client in the end.
std::error_code serve_another_process(Trial& trial) {
    const Channel channel{_NTO_CHF_DISCONNECT};
    const ::pid_t server_process = ::getpid();
    const ::pid_t client = core::start_child([&] {
        trial.end();
        return be_a_client(channel.number, server_process);
    });
    int status = 0;
    for (int look = 0; ::waitpid(client, &status, WNOHANG) == 0; ++look) {
        if (look == 50) {
            trial.end();
        }
        char message[64] = {};
        const int rcvid = channel.look(message);
        if (rcvid > 0) {
            static_cast<void>(MsgReply(rcvid, 0, "yes", 4));
        }
        if (rcvid < 0) {
            std::this_thread::yield();
        }
    }
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    return {};
}

}  // namespace

std::vector<Operation> operations_of_other_processes() {
    // Of what a connection says, as of a process that is gone or does not answer.
    const std::vector<int> gone{ESRCH, EBADF, EAGAIN, ENOMEM, ETIMEDOUT};
    return {
        {"begin_with_a_channel", &begin_with_a_channel, gone},
        {"serve_another_process", &serve_another_process},
        {"connect_to_another_process", &connect_to_another_process, gone},
        {"ask_another_process", &ask_another_process, gone},
        {"send_a_pulse_to_another_process", &send_a_pulse_to_another_process, gone},
        {"register_an_event_for_another_process", &register_an_event_for_another_process, gone}};
}

}  // namespace tocsin::failure
