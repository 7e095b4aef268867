// Proves that hide_syscalls hides what it is told to, and nothing else. A test program. The build
// puts the launcher beside it. It starts itself again below the launcher, as `--probe NAME`.

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <map>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

namespace {

using Arguments = std::vector<std::string>;

struct Probe {
    std::string name;  // What the launcher is asked to hide.
    std::string call;  // What must fail then: the call itself, or its older form.
    std::function<long()> attempt;
};

// Raw calls, so that no second try of libc can stand in for a hidden one.
const std::vector<Probe>& probes() {
    static int pair[2];
    static epoll_event ready;
    static const timespec no_time{};
    static const std::vector<Probe> all{
        {"eventfd2", "eventfd2", [] { return syscall(SYS_eventfd2, 0, 0); }},
        {"socketpair", "socketpair",
         [] { return syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair); }},
        {"pipe2", "pipe2", [] { return syscall(SYS_pipe2, pair, 0); }},
        {"epoll_create1", "epoll_create1", [] { return syscall(SYS_epoll_create1, 0); }},
        {"epoll_pwait2", "epoll_pwait2",
         [] {
             const long epoll = syscall(SYS_epoll_create1, 0);
             return syscall(SYS_epoll_pwait2, epoll, &ready, 1, &no_time, nullptr, 0);
         }},
        {"pidfd_open", "pidfd_open", [] { return syscall(SYS_pidfd_open, getpid(), 0); }},
        {"memfd_create", "memfd_create", [] { return syscall(SYS_memfd_create, "probe", 0); }},
        {"signalfd4", "signalfd4",
         [] {
             static const unsigned long no_signals = 0;
             return syscall(SYS_signalfd4, -1, &no_signals, sizeof no_signals, 0);
         }},
        {"timerfd_create", "timerfd_create",
         [] { return syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0); }},
        {"eventfd", "eventfd2", [] { return syscall(SYS_eventfd2, 0, 0); }},
        {"epoll_create", "epoll_create1", [] { return syscall(SYS_epoll_create1, 0); }},
#ifdef SYS_eventfd
        {"eventfd2", "eventfd", [] { return syscall(SYS_eventfd, 0); }},
#endif
#ifdef SYS_epoll_create
        {"epoll_create1", "epoll_create", [] { return syscall(SYS_epoll_create, 1); }},
#endif
#ifdef SYS_signalfd
        {"signalfd4", "signalfd",
         [] {
             static const unsigned long no_signals = 0;
             return syscall(SYS_signalfd, -1, &no_signals, sizeof no_signals);
         }},
#endif
    };
    return all;
}

#if defined(__x86_64__)
// Calls getpid() of the 32-bit table, where the same numbers mean other calls.
long call_32_bit_entry() {
    long result = 20;
    asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    return result;
}
#endif

// The probe's answer is its exit status: 0 when the call worked, else its errno.
int answer_probe(std::string_view call) {
#if defined(__x86_64__)
    if (call == "32-bit entry") {
        return call_32_bit_entry() >= 0 ? 0 : 255;
    }
#endif
    for (const Probe& probe : probes()) {
        if (probe.call == call) {
            return probe.attempt() >= 0 ? 0 : errno;
        }
    }
    return 255;
}

std::string own_path() {
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : std::string();
}

std::string launcher_path() {
    const std::string path = own_path();
    return path.substr(0, path.rfind('/') + 1) + "hide_syscalls";
}

struct Outcome {
    int status = -1;
    std::string complaint;
};

std::string read_to_end(int descriptor) {
    std::string text;
    char block[512];
    for (ssize_t got = read(descriptor, block, sizeof block); got > 0;
         got = read(descriptor, block, sizeof block)) {
        text.append(block, static_cast<std::size_t>(got));
    }
    return text;
}

// Runs a program to its end and returns its exit status and what it wrote to standard error.
Outcome run(Arguments arguments) {
    std::vector<char*> words;
    for (std::string& argument : arguments) {
        words.push_back(argument.data());
    }
    words.push_back(nullptr);

    int complaint[2];
    EXPECT_EQ(pipe2(complaint, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, complaint[1], STDERR_FILENO);
    pid_t child = -1;
    const int error = posix_spawn(&child, words[0], &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(complaint[1]);

    Outcome outcome;
    EXPECT_EQ(error, 0) << "cannot start " << words[0];
    if (error == 0) {
        outcome.complaint = read_to_end(complaint[0]);
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
    }
    close(complaint[0]);
    return outcome;
}

Outcome launch(Arguments arguments) {
    arguments.insert(arguments.begin(), launcher_path());
    return run(std::move(arguments));
}

int probe_below(const std::string& rules, const std::string& call) {
    return launch({rules, "--", own_path(), "--probe", call}).status;
}

const std::map<std::string, int>& error_names() {
    // Nothing fails with EXDEV by itself here, so it can only come from the filter.
    static const std::map<std::string, int> all{
        {"ENOSYS", ENOSYS}, {"EPERM", EPERM}, {"EINVAL", EINVAL}, {"EXDEV", EXDEV}};
    return all;
}

TEST(HideSyscalls, each_named_call_fails_with_the_errno_asked_for) {
    for (const Probe& probe : probes()) {
        for (const auto& [error_name, error] : error_names()) {
            EXPECT_EQ(probe_below(probe.name + "=" + error_name, probe.call), error)
                << probe.call << " below " << probe.name << "=" << error_name;
        }
    }
}

TEST(HideSyscalls, each_call_works_while_only_others_are_hidden) {
    for (const Probe& probe : probes()) {
        const std::string other = probe.call == "memfd_create" ? "timerfd_create" : "memfd_create";
        EXPECT_EQ(probe_below(other + "=EXDEV", probe.call), 0) << probe.call;
    }
}

TEST(HideSyscalls, several_calls_are_hidden_at_once_each_with_its_own_errno) {
    const std::string rules = "eventfd2=ENOSYS,socketpair=EPERM,epoll_pwait2=EINVAL";
    EXPECT_EQ(probe_below(rules, "eventfd2"), ENOSYS);
    EXPECT_EQ(probe_below(rules, "socketpair"), EPERM);
    EXPECT_EQ(probe_below(rules, "epoll_pwait2"), EINVAL);
    EXPECT_EQ(probe_below(rules, "pipe2"), 0);
}

TEST(HideSyscalls, all_names_fit_into_one_filter) {
    const std::string rules = "eventfd2=EXDEV,socketpair=EXDEV,pipe2=EXDEV,epoll_create1=EXDEV,"
                              "epoll_pwait2=EXDEV,pidfd_open=EXDEV,memfd_create=EXDEV,"
                              "signalfd4=EXDEV,timerfd_create=EXDEV";
    for (const Probe& probe : probes()) {
        EXPECT_EQ(probe_below(rules, probe.call), EXDEV) << probe.call;
    }
}

TEST(HideSyscalls, what_the_command_starts_cannot_see_the_call_either) {
    const std::string script = "'" + own_path() + "' --probe eventfd2";
    EXPECT_EQ(launch({"eventfd2=EXDEV", "--", "/bin/sh", "-c", script}).status, EXDEV);
}

#if defined(__x86_64__)
TEST(HideSyscalls, the_32_bit_entry_is_no_way_around_the_filter) {
    // A kernel without that entry stops the program as well, but with SIGSEGV.
    const int status = probe_below("eventfd2=EXDEV", "32-bit entry");
    EXPECT_TRUE(status == 256 + SIGSYS || status == 256 + SIGSEGV) << status;
}
#endif

TEST(HideSyscalls, the_exit_status_of_the_command_is_passed_on) {
    EXPECT_EQ(launch({"eventfd2=ENOSYS", "--", "/bin/sh", "-c", "exit 42"}).status, 42);
}

TEST(HideSyscalls, bad_input_ends_with_status_2_and_a_message_that_names_it) {
    const std::vector<std::pair<Arguments, std::string>> cases{
        {{}, "nothing to hide was named"},
        {{"eventfd2=ENOSYS"}, "'--' must follow"},
        {{"eventfd2=ENOSYS", "true"}, "'--' must follow"},
        {{"eventfd2=ENOSYS", "--"}, "no command follows"},
        {{"", "--", "true"}, "'' has no errno"},
        {{"eventfd2", "--", "true"}, "'eventfd2' has no errno"},
        {{"eventfd2=ENOSYS,", "--", "true"}, "'' has no errno"},
        {{"reboot=ENOSYS", "--", "true"}, "'reboot' is not a system call"},
        {{"eventfd2=", "--", "true"}, "'' is not the name of an errno"},
        {{"eventfd2=38", "--", "true"}, "'38' is not the name of an errno"},
        {{"eventfd2=EPERM,eventfd=EPERM", "--", "true"}, "'eventfd' is hidden twice"},
    };
    for (const auto& [arguments, complaint] : cases) {
        const Outcome outcome = launch(arguments);
        EXPECT_EQ(outcome.status, 2) << complaint;
        EXPECT_NE(outcome.complaint.find(complaint), std::string::npos) << outcome.complaint;
    }
}

TEST(HideSyscalls, a_command_that_cannot_be_run_ends_with_status_127_and_its_name) {
    const Outcome outcome = launch({"eventfd2=ENOSYS", "--", "/nowhere/to/be/found"});
    EXPECT_EQ(outcome.status, 127);
    EXPECT_NE(outcome.complaint.find("/nowhere/to/be/found"), std::string::npos);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == "--probe") {
        return answer_probe(argv[2]);
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
