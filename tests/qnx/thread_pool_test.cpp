// Shows that a pool has as many threads as its marks say.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

resmgr_context_t* alloc_context(dispatch_t* dpp) {
    return &dispatch_context_alloc(dpp)->resmgr_context;
}
dispatch_context_t* whole(resmgr_context_t* ctp) {
    return reinterpret_cast<dispatch_context_t*>(ctp);
}

thread_pool_attr_t attributes_of(dispatch_t* dpp) {
    thread_pool_attr_t attr = {};
    attr.handle = dpp;
    attr.context_alloc = alloc_context;
    attr.context_free = [](resmgr_context_t* ctp) { dispatch_context_free(whole(ctp)); };
    attr.block_func = [](resmgr_context_t* ctp) {
        return reinterpret_cast<resmgr_context_t*>(dispatch_block(whole(ctp)));
    };
    attr.unblock_func = [](resmgr_context_t* ctp) { dispatch_unblock(whole(ctp)); };
    attr.handler_func = [](resmgr_context_t* ctp) { return dispatch_handler(whole(ctp)); };
    attr.lo_water = 2;
    attr.hi_water = 4;
    attr.increment = 1;
    attr.maximum = 6;
    return attr;
}

TEST(ThreadPool, there_are_as_many_threads_as_wait_and_work) {
    dispatch_t* const dpp = dispatch_create();
    static std::atomic<bool> hold{true};
    static std::atomic<int> inside{0};
    hold = true;
    const auto work = [](message_context_t* ctp, int, unsigned, void*) {
        ++inside;
        while (hold) {
            std::this_thread::yield();
        }
        --inside;
        return MsgReply(ctp->rcvid, 0, nullptr, 0);
    };
    EXPECT_EQ(message_attach(dpp, nullptr, 7, 7, work, nullptr), 0);
    thread_pool_attr_t attr = attributes_of(dpp);
    thread_pool_attr_t wrong = attr;
    wrong.hi_water = 1;
    EXPECT_EQ(thread_pool_create(&wrong, 0), nullptr);
    EXPECT_EQ(errno, EINVAL);
    thread_pool_t* const pool = thread_pool_create(&attr, 0);
    ASSERT_NE(pool, nullptr);
    EXPECT_EQ(thread_pool_start(pool), 0);
    const int coid = message_connect(dpp, MSG_FLAG_SIDE_CHANNEL);
    std::vector<std::thread> clients;
    for (int count = 0; count < 10; ++count) {
        clients.emplace_back([&] {
            const std::uint16_t type = 7;
            EXPECT_EQ(MsgSend(coid, &type, sizeof type, nullptr, 0), 0);
        });
    }
    EXPECT_TRUE(until([] { return inside == 6; })) << "the maximum, and no more";
    EXPECT_EQ(inside, 6);
    hold = false;
    for (std::thread& client : clients) {
        client.join();
    }
    EXPECT_EQ(thread_pool_limits(pool, 1, 1, -1, -1, 0), 0);
    EXPECT_EQ(thread_pool_limits(pool, 2, 1, -1, -1, 0), -1);
    EXPECT_EQ(thread_pool_destroy(pool), 0);
    EXPECT_EQ(ConnectDetach(coid), 0);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

TEST(ThreadPool, one_whose_threads_have_no_memory_to_begin_with_says_so) {
    dispatch_t* const dpp = dispatch_create();
    thread_pool_attr_t attr = attributes_of(dpp);
    attr.context_alloc = [](dispatch_t*) -> resmgr_context_t* { return nullptr; };
    thread_pool_t* const pool = thread_pool_create(&attr, 0);
    ASSERT_NE(pool, nullptr);
    EXPECT_EQ(thread_pool_start(pool), -1);
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_EQ(thread_pool_destroy(pool), 0);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

// The thread that starts it would be its only one.
TEST(ThreadPool, one_whose_own_thread_has_no_memory_to_begin_with_says_so) {
    dispatch_t* const dpp = dispatch_create();
    thread_pool_attr_t attr = attributes_of(dpp);
    attr.lo_water = 1;
    attr.context_alloc = [](dispatch_t*) -> resmgr_context_t* { return nullptr; };
    thread_pool_t* const pool = thread_pool_create(&attr, POOL_FLAG_USE_SELF);
    ASSERT_NE(pool, nullptr);
    EXPECT_EQ(thread_pool_start(pool), -1);
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_EQ(thread_pool_destroy(pool), 0);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

// How many threads this process has of that name.
int threads_called(const std::string& name) {
    int count = 0;
    for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
        std::string found;
        std::ifstream{task.path() / "comm"} >> found;
        count += found == name ? 1 : 0;
    }
    return count;
}

TEST(ThreadPool, it_shrinks_and_grows_as_it_is_told) {
    dispatch_t* const dpp = dispatch_create();
    thread_pool_attr_t attr = attributes_of(dpp);
    attr.tid_name = "pooled";
    attr.lo_water = attr.hi_water = 4;
    thread_pool_t* const pool = thread_pool_create(&attr, 0);
    ASSERT_NE(pool, nullptr);
    EXPECT_EQ(thread_pool_start(pool), 0);
    EXPECT_TRUE(until([] { return threads_called("pooled") == 4; }));
    attr.lo_water = attr.hi_water = 1;
    constexpr unsigned marks = THREAD_POOL_CONTROL_LOWATER | THREAD_POOL_CONTROL_HIWATER;
    EXPECT_EQ(thread_pool_control(pool, &attr, 1, 1, marks), 0);
    EXPECT_TRUE(until([] { return threads_called("pooled") == 1; }));
    attr.lo_water = attr.hi_water = 3;
    EXPECT_EQ(thread_pool_control(pool, &attr, 3, 6, marks), 0);
    EXPECT_GE(threads_called("pooled"), 3);
    attr.hi_water = 7;
    EXPECT_EQ(thread_pool_control(pool, &attr, 0, 6, marks | THREAD_POOL_CONTROL_NONBLOCK), -1);
    EXPECT_EQ(errno, EINVAL) << "above the maximum";
    EXPECT_EQ(thread_pool_control(pool, &attr, 2, 1, 0), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(thread_pool_destroy(pool), 0);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

// A program ends when its main thread returns.
TEST(ThreadPool, the_thread_that_has_started_it_stays_however_few_are_wanted) {
    dispatch_t* const dpp = dispatch_create();
    thread_pool_attr_t attr = attributes_of(dpp);
    attr.tid_name = "pooled";
    attr.lo_water = attr.hi_water = 4;
    thread_pool_t* const pool = thread_pool_create(&attr, POOL_FLAG_USE_SELF);
    ASSERT_NE(pool, nullptr);
    std::atomic<bool> returned{false};
    std::thread starter{[&] {
        thread_pool_start(pool);
        returned = true;
    }};
    EXPECT_TRUE(until([] { return threads_called("pooled") == 3; })) << "and itself";
    attr.lo_water = attr.hi_water = 1;
    constexpr unsigned marks = THREAD_POOL_CONTROL_LOWATER | THREAD_POOL_CONTROL_HIWATER;
    EXPECT_EQ(thread_pool_control(pool, &attr, 0, 2, marks), 0);
    // The starter comes back to wait, whoever waits already.
    for (int round = 0; round < 20; ++round) {
        dispatch_context_t* const any = dispatch_context_alloc(dpp);
        dispatch_unblock(any);
        dispatch_context_free(any);
    }
    EXPECT_FALSE(returned);
    EXPECT_EQ(thread_pool_destroy(pool), 0);
    starter.join();
    EXPECT_TRUE(returned);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

// The thread sanitizer does not see that a thread that is cancelled in a system call locks anything
// afterwards.
#ifndef __SANITIZE_THREAD__
TEST(ThreadPool, a_thread_that_is_cancelled_is_replaced_and_not_waited_for) {
    dispatch_t* const dpp = dispatch_create();
    static std::atomic<::pthread_t> waiting{};
    static std::atomic<int> number{0};
    waiting = ::pthread_t{};
    number = 0;
    thread_pool_attr_t attr = attributes_of(dpp);
    attr.lo_water = attr.hi_water = attr.increment = 1;
    attr.block_func = [](resmgr_context_t* ctp) {
        waiting = ::pthread_self();
        number = ::gettid();
        return reinterpret_cast<resmgr_context_t*>(dispatch_block(whole(ctp)));
    };
    thread_pool_t* const pool = thread_pool_create(&attr, 0);
    ASSERT_NE(pool, nullptr);
    EXPECT_EQ(thread_pool_start(pool), 0);
    EXPECT_TRUE(until([] { return number != 0 && is_asleep(number); }));
    const int first = number;
    ::pthread_cancel(waiting);
    EXPECT_TRUE(until([&] { return number != first; }));
    EXPECT_EQ(thread_pool_destroy(pool), 0);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

// It counts as long as it has not left.
TEST(ThreadPool, a_thread_that_is_cancelled_is_replaced_also_where_there_may_be_no_more) {
    dispatch_t* const dpp = dispatch_create();
    static std::atomic<::pthread_t> waiting{};
    static std::atomic<int> number{0};
    thread_pool_attr_t attr = attributes_of(dpp);
    attr.lo_water = attr.hi_water = attr.increment = attr.maximum = 1;
    attr.block_func = [](resmgr_context_t* ctp) {
        waiting = ::pthread_self();
        number = ::gettid();
        return reinterpret_cast<resmgr_context_t*>(dispatch_block(whole(ctp)));
    };
    thread_pool_t* const pool = thread_pool_create(&attr, 0);
    ASSERT_NE(pool, nullptr);
    EXPECT_EQ(thread_pool_start(pool), 0);
    for (int round = 0; round < 3; ++round) {
        EXPECT_TRUE(until([] { return number != 0 && is_asleep(number); }));
        const int before = number;
        ::pthread_cancel(waiting);
        EXPECT_TRUE(until([&] { return number != before; }));
    }
    EXPECT_EQ(thread_pool_destroy(pool), 0);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

// The first thread of a pool does not end before the second has come to wait for that.
struct Lingering {
    ~Lingering() {
        leaving = true;
        EXPECT_TRUE(until([] { return second != 0 && is_asleep(second); }));
    }
    static inline std::atomic<int> first{0};
    static inline std::atomic<int> second{0};
    static inline std::atomic<bool> leaving{false};
};

// A call of the pool's own that may wait is none that ends a thread.
TEST(ThreadPool, a_thread_that_is_to_be_cancelled_has_itself_replaced_first) {
    dispatch_t* const dpp = dispatch_create();
    static std::atomic<::pthread_t> waiting{};
    static std::atomic<int> third{0};
    thread_pool_attr_t attr = attributes_of(dpp);
    attr.lo_water = attr.hi_water = attr.increment = 1;
    attr.block_func = [](resmgr_context_t* ctp) {
        if (Lingering::first == 0) {
            thread_local const Lingering lingering;
            waiting = ::pthread_self();
            Lingering::first = ::gettid();
        } else if (Lingering::second == 0) {
            EXPECT_TRUE(until([] { return Lingering::leaving.load(); }));
            Lingering::second = ::gettid();
            ::pthread_cancel(::pthread_self());
            return ctp;
        } else {
            third = ::gettid();
        }
        return reinterpret_cast<resmgr_context_t*>(dispatch_block(whole(ctp)));
    };
    attr.handler_func = [](resmgr_context_t* /*ctp*/) {
        ::pthread_testcancel();
        return 0;
    };
    thread_pool_t* const pool = thread_pool_create(&attr, 0);
    ASSERT_NE(pool, nullptr);
    EXPECT_EQ(thread_pool_start(pool), 0);
    EXPECT_TRUE(until([] { return Lingering::first != 0 && is_asleep(Lingering::first); }));
    ::pthread_cancel(waiting);
    EXPECT_TRUE(until([] { return third != 0 && is_asleep(third); }));
    EXPECT_EQ(thread_pool_destroy(pool), 0);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

TEST(ThreadPool, a_thread_that_is_to_be_cancelled_leaves_as_others_do) {
    dispatch_t* const dpp = dispatch_create();
    static std::atomic<int> freed{0};
    static std::atomic<bool> waits{false};
    freed = 0;
    waits = false;
    thread_pool_attr_t attr = attributes_of(dpp);
    attr.lo_water = attr.hi_water = attr.increment = 1;
    attr.block_func = [](resmgr_context_t* ctp) {
        waits = true;
        auto* const got = reinterpret_cast<resmgr_context_t*>(dispatch_block(whole(ctp)));
        ::pthread_cancel(::pthread_self());
        return got;
    };
    attr.context_free = [](resmgr_context_t* ctp) {
        ::pthread_testcancel();
        dispatch_context_free(whole(ctp));
        ++freed;
    };
    thread_pool_t* const pool = thread_pool_create(&attr, 0);
    ASSERT_NE(pool, nullptr);
    EXPECT_EQ(thread_pool_start(pool), 0);
    EXPECT_TRUE(until([] { return waits.load(); }));
    EXPECT_EQ(thread_pool_destroy(pool), 0);
    EXPECT_EQ(freed, 1);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}
#endif

TEST(ThreadPool, a_wait_that_fails_is_told_to_who_wants_to_know) {
    dispatch_t* const dpp = dispatch_create();
    static std::atomic<int> failed{0};
    failed = 0;
    thread_pool_attr_t attr = attributes_of(dpp);
    attr.error_func = [](resmgr_context_t* ctp) { return ctp == nullptr ? 1 : (++failed, 0); };
    thread_pool_t* const pool = thread_pool_create(&attr, POOL_FLAG_CALL_BLOCK_ERRF);
    ASSERT_NE(pool, nullptr);
    EXPECT_EQ(thread_pool_start(pool), 0);
    dispatch_context_t* const any = dispatch_context_alloc(dpp);
    EXPECT_TRUE(until([any] {
        dispatch_unblock(any);
        return failed > 0;
    }));
    dispatch_context_free(any);
    EXPECT_EQ(thread_pool_destroy(pool), 0);
    EXPECT_EQ(dispatch_destroy(dpp), 0);
}

}  // namespace
}  // namespace tocsin::qnx
