// Running out of descriptors or memory is an error with nothing changed, and passes.
#include <deque>
#include <gtest/gtest.h>
#include <new>
#include <sys/syscall.h>
#include <system_error>

#include <tests/core/both_ways.h>
#include <tests/core/counting_allocator.h>
#include <tests/core/forked.h>
#include <tests/core/hidden_call.h>
#include <tests/core/open_descriptors.h>
#include <tests/core/patience.h>
#include <tests/core/pipe.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/raw_event.h>

namespace tocsin::core {
namespace {

class Exhaustion : public BothWays {
protected:
    Exhaustion() { loop.run_until_idle(); }
};
INSTANTIATE_TEST_SUITE_P(Kernel, Exhaustion, testing::Bool(), way_of);

int descriptors_of_a_channel() {
    WakeChannel channel;
    EXPECT_FALSE(channel.open());
    return channel.medium() == WakeMedium::eventfd ? 1 : 2;
}

TEST_P(Exhaustion, an_event_needs_no_descriptor) {
    const FewDescriptors none{0};
    int delivered = 0;
    Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
    event.post();
    loop.run_until_idle();
    EXPECT_EQ(delivered, 1);
}

TEST_P(Exhaustion, a_raw_event_without_a_descriptor_is_an_error_and_changes_nothing) {
    int delivered = 0;
    RawEvent event{base::Callback<>{[&delivered] { ++delivered; }}};
    const int needed = descriptors_of_a_channel();
    const std::set<int> before = open_descriptors();
    for (int left = 0; left < needed; ++left) {
        const FewDescriptors few{left};
        EXPECT_EQ(event.register_with(loop), std::errc::too_many_files_open);
        EXPECT_FALSE(event.registered());
        EXPECT_EQ(loop.registered_count(), 0U);
        event.post();
    }
    EXPECT_EQ(open_descriptors(), before);
    ASSERT_FALSE(event.register_with(loop));
    event.post();
    loop.turn(Wait::yes);
    EXPECT_EQ(delivered, 1);
}

TEST_P(Exhaustion, a_poster_without_a_descriptor_is_an_error_and_changes_nothing) {
    RawEvent event;
    RawPoster poster;
    ASSERT_FALSE(event.register_with(loop));
    const FewDescriptors none{0};
    EXPECT_EQ(event.make_poster(poster), std::errc::too_many_files_open);
    EXPECT_EQ(poster.descriptor(), -1);
    EXPECT_TRUE(event.registered());
}

TEST_P(Exhaustion, a_loop_without_descriptors_throws_and_leaks_none) {
    const std::set<int> before = open_descriptors();
    int failures = 0;
    for (int left = 0; left <= 3; ++left) {
        const FewDescriptors few{left};
        try {
            Loop made{LoopOptions{.use_epoll = GetParam()}};
            made.run_until_idle();
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(), std::errc::too_many_files_open);
            ++failures;
        }
    }
    EXPECT_GE(failures, 1);
    EXPECT_LE(failures, 3) << "three descriptors are enough";
    EXPECT_EQ(open_descriptors(), before);
}

TEST_P(Exhaustion, a_loop_without_memory_throws_and_leaks_no_descriptor) {
    const std::set<int> before = open_descriptors();
    int failures = 0;
    for (bool made = false; !made; failures += made ? 0 : 1) {
        const FewAllocations few{failures};
        try {
            const Loop attempt{LoopOptions{.use_epoll = GetParam()}};
            made = true;
        } catch (const std::bad_alloc&) {
        }
    }
    EXPECT_GE(failures, 1);
    EXPECT_EQ(open_descriptors(), before);
}

TEST_P(Exhaustion, a_watch_needs_no_memory_of_the_process) {
    const Pipe pipe;
    Watch watch;
    {
        const FewAllocations none{0};
        EXPECT_FALSE(watch.register_with(loop, pipe.reader.number(), Condition::input));
    }
    pipe.write_byte();
    EXPECT_TRUE(loop.turn(Wait::yes));
}

// The kernel's answers are put in its mouth, in a child with a loop of its own.
template <typename Body>
int in_child_with_loop(bool use_epoll, Body body) {
    return in_child([use_epoll, &body] {
        Loop own{LoopOptions{.use_epoll = use_epoll}};
        return body(own);
    });
}

TEST_P(Exhaustion, a_table_of_watches_that_cannot_grow_is_an_error_and_changes_nothing) {
    EXPECT_EQ(in_child_with_loop(
                  GetParam(),
                  [](Loop& own) {
                      const Pipe pipe;
                      const base::Descriptor high{::fcntl(pipe.reader.number(), F_DUPFD, 700)};
                      Watch low_watch;
                      Watch high_watch;
                      if (!high || !hide_call(SYS_mremap, ENOMEM) ||
                          low_watch.register_with(own, pipe.reader.number(), Condition::input)) {
                          return false;
                      }
                      const std::error_code error =
                          high_watch.register_with(own, high.number(), Condition::input);
                      pipe.write_byte();
                      return error == std::errc::not_enough_memory && !high_watch.registered() &&
                             own.registered_count() == 1 && own.turn(Wait::yes);
                  }),
              0);
}

// The array for poll(2) has room for 256 entries, the bell's included, until it grows.
TEST_P(Exhaustion, an_array_for_poll_that_cannot_grow_is_an_error_and_changes_nothing) {
    const bool epoll = uses_epoll();
    EXPECT_EQ(in_child_with_loop(
                  GetParam(),
                  [epoll](Loop& own) {
                      const Pipe pipe;
                      const base::Descriptor high{::fcntl(pipe.reader.number(), F_DUPFD, 700)};
                      std::deque<base::Descriptor> duplicates;
                      std::deque<Watch> watches(256);
                      bool fine = high && !watches[0].register_with(own, high.number(), {}) &&
                                  hide_call(SYS_mremap, ENOMEM);
                      std::error_code error;
                      for (std::size_t number = 1; fine && number < watches.size(); ++number) {
                          duplicates.emplace_back(::dup(pipe.reader.number()));
                          error = watches[number].register_with(own, duplicates.back().number(),
                                                                Condition::input);
                          fine = !error == watches[number].registered();
                          fine = fine && (!error || number == 255);
                      }
                      pipe.write_byte();
                      return fine && (error == std::errc::not_enough_memory) == !epoll &&
                             own.registered_count() == (epoll ? 256 : 255) && own.turn(Wait::yes);
                  }),
              0);
}

TEST_P(Exhaustion, a_raw_event_that_the_kernel_will_not_watch_is_an_error_and_changes_nothing) {
    const bool epoll = uses_epoll();
    EXPECT_EQ(in_child_with_loop(GetParam(),
                                 [epoll](Loop& own) {
                                     const std::set<int> before = open_descriptors();
                                     RawEvent event;
                                     const bool hidden = hide_call(SYS_epoll_ctl, ENOSPC);
                                     const std::error_code error = event.register_with(own);
                                     if (!epoll) {
                                         return hidden && !error;
                                     }
                                     return hidden && error == std::errc::no_space_on_device &&
                                            !event.registered() && own.registered_count() == 0 &&
                                            open_descriptors() == before;
                                 }),
              0);
}

TEST_P(Exhaustion, an_interest_that_needs_more_memory_than_there_is_is_told_as_an_error) {
    const bool epoll = uses_epoll();
    EXPECT_EQ(in_child_with_loop(
                  GetParam(),
                  [epoll](Loop& own) {
                      const Pipe pipe;
                      Conditions told;
                      Watch watch{
                          base::Callback<Conditions>{[&told](Conditions now) { told = now; }}};
                      if (watch.register_with(own, pipe.reader.number(), Condition::input) ||
                          !hide_call(SYS_epoll_ctl, ENOMEM)) {
                          return false;
                      }
                      watch.set_interest(Condition::input | Condition::out_of_band);
                      own.turn(Wait::no);
                      return told.has(Condition::error) == epoll;
                  }),
              0);
}

TEST_P(Exhaustion, memory_that_is_short_for_a_channel_is_no_reason_for_another_medium) {
    EXPECT_EQ(in_child_with_loop(GetParam(),
                                 [](Loop& own) {
                                     RawEvent event;
                                     return hide_call(SYS_eventfd2, ENOMEM) &&
                                            event.register_with(own) ==
                                                std::errc::not_enough_memory &&
                                            !event.registered();
                                 }),
              0);
}

}  // namespace
}  // namespace tocsin::core
