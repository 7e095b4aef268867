// Shows which thread a loop takes for its own.
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

#include <tests/core/forked.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

TEST(LoopThread, a_loop_is_of_the_thread_that_made_it_or_turned_it_last) {
    Loop loop;
    EXPECT_EQ(loop.thread_id(), ::gettid());
    std::thread{[&loop] {
        EXPECT_NE(loop.thread_id(), ::gettid());
        loop.turn(Wait::no);
        EXPECT_EQ(loop.thread_id(), ::gettid());
    }}.join();
    EXPECT_NE(loop.thread_id(), ::gettid());
    loop.turn(Wait::no);
    EXPECT_EQ(loop.thread_id(), ::gettid());
}

TEST(LoopThread, a_loop_that_a_forked_child_makes_is_the_childs) {
    const Loop before;
    EXPECT_EQ(in_child([] { return Loop{}.thread_id() == ::gettid(); }), 0);
}

}  // namespace
}  // namespace tocsin::core
