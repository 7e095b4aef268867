// Child watches: how an end is told, which children are reaped, and which never.
#include <tocsin/core/child_watch.h>

#include <csignal>
#include <gtest/gtest.h>
#include <initializer_list>
#include <linux/sched.h>
#include <memory>
#include <poll.h>
#include <set>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <tests/core/does.h>
#include <tests/core/forked.h>
#include <tests/core/hidden_call.h>
#include <tests/core/open_descriptors.h>
#include <tests/core/patience.h>
#include <tests/core/pipe.h>
#include <tocsin/core/errors.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

using std::chrono::milliseconds;

// A watch that remembers what it was told.
struct Witness {
    int calls = 0;
    ChildEnd end;
    ChildWatch watch{ChildWatch::Handler{[this](const ChildEnd& told) {
        ++calls;
        end = told;
    }}};
};

bool is_told(Loop& loop, const Witness& witness) {
    return turn_until(loop, [&witness] { return witness.calls == 1; });
}

pid_t child_that_exits(int status) {
    return start_child([status] { return status; });
}

pid_t child_that_is_killed_by(int signal) {
    return start_child([signal] {
        ::signal(signal, SIG_DFL);
        return ::raise(signal);
    });
}

// A child that ends as soon as the pipe has something to read, or no writer any more.
pid_t child_that_waits_for(Pipe& pipe) {
    return start_child([&pipe] {
        pipe.writer.reset();
        pollfd entry{.fd = pipe.reader.number(), .events = POLLIN, .revents = 0};
        return ::poll(&entry, 1, static_cast<int>(milliseconds{patience}.count())) == 1;
    });
}

// Waits until `child` has ended, and leaves it to be reaped.
bool has_ended(pid_t child) {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0;
}

bool pidfds_are_there() {
    const base::Descriptor own{static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0))};
    return static_cast<bool>(own);
}

TEST(ChildWatch, tells_how_the_child_has_ended_once) {
    Loop loop;
    Witness witness;
    Pipe pipe;
    const pid_t child = child_that_waits_for(pipe);
    ASSERT_FALSE(witness.watch.register_with(loop, child));
    EXPECT_EQ(witness.watch.pid(), child);
    loop.run_until_idle();
    EXPECT_EQ(witness.calls, 0);
    pipe.write_byte();
    ASSERT_TRUE(is_told(loop, witness));
    EXPECT_EQ(witness.end.pid, child);
    EXPECT_TRUE(witness.end.known);
    EXPECT_EQ(witness.end.wait_status, 0);
    EXPECT_GT(witness.end.usage.ru_maxrss, 0);
    EXPECT_FALSE(witness.watch.registered());
    EXPECT_EQ(witness.watch.pid(), 0);
    loop.run_until_idle();
    EXPECT_EQ(witness.calls, 1);
    EXPECT_EQ(::waitpid(child, nullptr, WNOHANG), -1) << "it has been reaped";
}

TEST(ChildWatch, the_status_is_what_waitpid_gives) {
    for (const auto& start : std::initializer_list<pid_t (*)()>{
             [] { return child_that_exits(0); }, [] { return child_that_exits(7); },
             [] { return child_that_exits(255); }, [] { return child_that_is_killed_by(SIGKILL); },
             [] { return child_that_is_killed_by(SIGTERM); }}) {
        Loop loop;
        Witness witness;
        ASSERT_FALSE(witness.watch.register_with(loop, start()));
        ASSERT_TRUE(is_told(loop, witness));
        const pid_t twin = start();
        int status = -1;
        ASSERT_EQ(::waitpid(twin, &status, 0), twin);
        EXPECT_EQ(witness.end.wait_status, status);
    }
}

TEST(ChildWatch, a_child_that_had_ended_before_is_told_as_well) {
    Loop loop;
    Witness witness;
    const pid_t child = child_that_exits(7);
    ASSERT_TRUE(has_ended(child));
    ASSERT_FALSE(witness.watch.register_with(loop, child));
    ASSERT_TRUE(is_told(loop, witness));
    EXPECT_TRUE(witness.end.known);
    EXPECT_EQ(WEXITSTATUS(witness.end.wait_status), 7);
}

TEST(ChildWatch, of_a_child_that_somebody_else_has_reaped_nothing_but_the_end_is_known) {
    Loop loop;
    Witness witness;
    Pipe pipe;
    const pid_t child = child_that_waits_for(pipe);
    ASSERT_FALSE(witness.watch.register_with(loop, child));
    pipe.write_byte();
    ASSERT_EQ(status_of(child), 0);
    ASSERT_TRUE(is_told(loop, witness));
    EXPECT_EQ(witness.end.pid, child);
    EXPECT_FALSE(witness.end.known);
    EXPECT_FALSE(witness.watch.registered());
}

// Starts a child with the number `pid` that ends with `status`; false where that is not allowed.
bool start_child_of_number(pid_t pid, int status) {
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<std::uintptr_t>(&pid);
    arguments.set_tid_size = 1;
    const long child = ::syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0) {
        ::syscall(SYS_exit_group, status);
    }
    return child == pid;
}

// It was reaped in the place of the watched one, or made the loop spin as long as it lived.
TEST(ChildWatch, another_child_that_has_got_the_number_of_a_reaped_one_is_left_alone) {
    Loop loop;
    Witness witness;
    const pid_t child = child_that_exits(7);
    ASSERT_FALSE(witness.watch.register_with(loop, child));
    ASSERT_EQ(status_of(child), 7);
    const bool recycled = pidfds_are_there() && start_child_of_number(child, 9);
    ASSERT_TRUE(!recycled || has_ended(child));
    ASSERT_TRUE(is_told(loop, witness));
    EXPECT_FALSE(witness.end.known);
    if (recycled) {
        EXPECT_EQ(status_of(child), 9) << "the other child is there to be waited for";
    }
}

TEST(ChildWatch, children_that_are_not_watched_are_left_alone) {
    Loop loop;
    Witness witness;
    const pid_t stranger = child_that_exits(3);
    ASSERT_TRUE(has_ended(stranger));
    ASSERT_FALSE(witness.watch.register_with(loop, child_that_exits(7)));
    ASSERT_TRUE(is_told(loop, witness));
    EXPECT_EQ(WEXITSTATUS(witness.end.wait_status), 7);
    EXPECT_EQ(status_of(stranger), 3);
}

TEST(ChildWatch, every_watch_is_told_of_its_own_child) {
    Loop loop;
    Witness witnesses[3];
    int status = 10;
    for (Witness& witness : witnesses) {
        ASSERT_FALSE(witness.watch.register_with(loop, child_that_exits(status++)));
    }
    status = 10;
    for (Witness& witness : witnesses) {
        ASSERT_TRUE(is_told(loop, witness));
        EXPECT_EQ(WEXITSTATUS(witness.end.wait_status), status++);
    }
}

TEST(ChildWatch, what_is_no_child_to_be_reaped_is_refused_with_nothing_changed) {
    Loop loop;
    const std::set<int> before = open_descriptors();
    Witness witness;
    const pid_t reaped = child_that_exits(0);
    ASSERT_EQ(status_of(reaped), 0);
    for (const pid_t pid : {reaped, ::getpid(), ::getppid(), 0, -1}) {
        const std::error_code error = witness.watch.register_with(loop, pid);
        EXPECT_EQ(error, Error::not_a_child) << pid;
        EXPECT_EQ(error, std::errc::no_child_process);
        EXPECT_FALSE(witness.watch.registered());
        EXPECT_EQ(loop.registered_count(), 0U);
    }
    EXPECT_EQ(open_descriptors(), before);
}

TEST(ChildWatch, a_watch_that_is_unregistered_leaves_the_child_to_the_caller) {
    Loop loop;
    Witness witness;
    const pid_t child = child_that_exits(7);
    ASSERT_FALSE(witness.watch.register_with(loop, child));
    ASSERT_TRUE(has_ended(child));
    witness.watch.unregister();
    witness.watch.unregister();
    loop.run_until_idle();
    EXPECT_EQ(witness.calls, 0);
    EXPECT_EQ(loop.registered_count(), 0U);
    EXPECT_EQ(status_of(child), 7);
}

TEST(ChildWatch, may_be_registered_for_another_child_in_its_own_handler) {
    Loop loop;
    ChildWatch watch;
    std::vector<int> statuses;
    Does<const ChildEnd&> go_on{[&](const ChildEnd& end) {
        statuses.push_back(WEXITSTATUS(end.wait_status));
        if (statuses.size() < 3) {
            EXPECT_FALSE(
                watch.register_with(loop, child_that_exits(static_cast<int>(statuses.size()))));
        }
    }};
    watch.set_handler(go_on);
    ASSERT_FALSE(watch.register_with(loop, child_that_exits(0)));
    EXPECT_TRUE(turn_until(loop, [&] { return statuses.size() == 3; }));
    EXPECT_EQ(statuses, (std::vector{0, 1, 2}));
}

TEST(ChildWatch, may_be_freed_in_its_own_handler) {
    Loop loop;
    auto watch = std::make_unique<ChildWatch>();
    Does<const ChildEnd&> free{[&watch](const ChildEnd&) { watch.reset(); }};
    watch->set_handler(free);
    ASSERT_FALSE(watch->register_with(loop, child_that_exits(0)));
    EXPECT_TRUE(turn_until(loop, [&watch] { return watch == nullptr; }));
    EXPECT_EQ(loop.registered_count(), 0U);
}

TEST(ChildWatch, a_forked_child_that_ends_what_it_inherited_leaves_the_parents_alone) {
    Loop loop;
    auto witness = std::make_unique<Witness>();
    Pipe pipe;
    ASSERT_FALSE(witness->watch.register_with(loop, child_that_waits_for(pipe)));
    EXPECT_EQ(in_child([&witness] {
                  witness.reset();
                  Loop own_loop;
                  Witness own;
                  return !own.watch.register_with(own_loop, child_that_exits(0)) &&
                         is_told(own_loop, own) && own.end.known;
              }),
              0);
    pipe.write_byte();
    EXPECT_TRUE(is_told(loop, *witness));
    EXPECT_TRUE(witness->end.known);
}

// The rest of the suite runs in this way in the mode pidfd-missing.
TEST(ChildWatch, works_by_SIGCHLD_where_pidfds_are_refused) {
    for (const int refusal : {ENOSYS, EPERM}) {
        EXPECT_EQ(in_child([refusal] {
                      if (!hide_call(SYS_pidfd_open, refusal)) {
                          return 1;
                      }
                      Loop loop;
                      Witness early;
                      Witness late;
                      Pipe pipe;
                      const pid_t ended = child_that_exits(7);
                      if (!has_ended(ended) || early.watch.register_with(loop, ended) ||
                          late.watch.register_with(loop, child_that_waits_for(pipe))) {
                          return 2;
                      }
                      if (!is_told(loop, early) || WEXITSTATUS(early.end.wait_status) != 7) {
                          return 3;
                      }
                      loop.run_until_idle();
                      pipe.write_byte();
                      if (late.calls != 0 || !is_told(loop, late) || !late.end.known) {
                          return 4;
                      }
                      struct sigaction now{};
                      ::sigaction(SIGCHLD, nullptr, &now);
                      return now.sa_handler == SIG_DFL ? 0 : 5;
                  }),
                  0);
    }
}

}  // namespace
}  // namespace tocsin::core
