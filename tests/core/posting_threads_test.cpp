// Posts from several threads: none lost, none doubled, none swallowed.
#include <tocsin/core/event.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <tests/core/on_processor.h>
#include <tests/core/patience.h>
#include <tests/core/sanitized.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

constexpr int thread_count = 4;

// One event and the data that travel with its posts: written by the poster before it posts, read by
// the handler, both without any order of their own.
struct Parcel {
    explicit Parcel(Loop& loop) : event{loop, base::Callback<>::bind<&Parcel::receive>(*this)} {}

    void receive() {
        const std::int64_t count = delivered.load(std::memory_order_relaxed) + 1;
        wrong += content != count ? 1 : 0;
        delivered.store(count, std::memory_order_release);
    }
    bool at_home(std::int64_t posts) const {
        return delivered.load(std::memory_order_acquire) == posts;
    }

    std::int64_t content = 0;
    std::int64_t wrong = 0;
    std::atomic<std::int64_t> delivered{0};
    Event event;
};

// Waits until `holds()`, at first without leaving the processor; false when the test has given up.
template <typename Holds>
bool wait_until(const std::stop_token& stop, Holds&& holds) {
    for (int look = 0; !holds(); ++look) {
        if (stop.stop_requested()) {
            return false;
        }
        if (look > 100) {
            std::this_thread::yield();
        }
    }
    return true;
}

// Posts each of `parcels` in turn, `rounds` times, each as soon as its last post was delivered.
void post_in_turn(const std::stop_token& stop, const std::vector<Parcel*>& parcels,
                  std::int64_t rounds) {
    for (std::int64_t round = 0; round < rounds; ++round) {
        for (Parcel* const parcel : parcels) {
            if (!wait_until(stop, [&] { return parcel->at_home(round); })) {
                return;
            }
            parcel->content = round + 1;
            parcel->event.post();
        }
    }
}

// Each of the threads owns `parcels_each` events. Whoever loses a post waits for ever. At least
// `posts` are made: all events are posted equally often.
void deliver_each_post_once(int parcels_each, std::int64_t posts) {
    Loop loop;
    std::deque<Parcel> parcels;
    std::vector<std::jthread> posters;
    const std::int64_t events = std::int64_t{thread_count} * parcels_each;
    const std::int64_t rounds = (posts + events - 1) / events;
    for (int thread = 0; thread < thread_count; ++thread) {
        std::vector<Parcel*> own;
        for (int number = 0; number < parcels_each; ++number) {
            own.push_back(&parcels.emplace_back(loop));
        }
        posters.emplace_back(post_in_turn, own, rounds);
    }
    for (const Parcel& parcel : parcels) {
        ASSERT_TRUE(turn_until(loop, [&] { return parcel.at_home(rounds); })) << "a post was lost";
    }
    posters.clear();
    loop.run_until_idle();
    for (const Parcel& parcel : parcels) {
        EXPECT_TRUE(parcel.at_home(rounds)) << "a delivery too many";
        EXPECT_EQ(parcel.wrong, 0) << "what was written before the post was not seen";
    }
}

TEST(PostingThreads, ten_million_posts_of_distinct_events_are_each_delivered_once) {
    deliver_each_post_once(512, rounds_or(10'000'000, 400'000));
}

TEST(PostingThreads, no_wake_up_is_lost_when_the_loop_sleeps_between_posts) {
    deliver_each_post_once(1, rounds_or(200'000, 20'000));
}

// The litmus test: several threads hammer one event. Each writes its own word and posts, and now
// and then waits until a handler run has seen the word; after a swallowed post it waits for ever.
struct Hammered {
    static constexpr std::chrono::seconds time_max{2};

    struct alignas(64) Word {
        std::atomic<std::int64_t> written{0};
        std::atomic<std::int64_t> seen{0};
    };

    explicit Hammered(Loop& loop)
        : event{loop, base::Callback<>::bind<&Hammered::look>(*this)},
          spinner{loop, base::Callback<>{[this] { spinner.post(); }}} {
        spinner.post();
    }

    void look() {
        for (Word& word : words) {
            word.seen.store(word.written.load(std::memory_order_relaxed),
                            std::memory_order_relaxed);
        }
    }
    // For `posts` posts or `time_max`, whichever is less.
    void hammer(std::size_t thread, std::int64_t posts) {
        const OnProcessor there{1 + static_cast<int>(thread % 3)};
        const auto end = std::chrono::steady_clock::now() + time_max;
        std::minstd_rand random{static_cast<std::uint32_t>(thread) + 1};
        Word& own = words[thread];
        bool all_seen = true;
        for (std::int64_t post = 1; all_seen && post <= posts; ++post) {
            own.written.store(post, std::memory_order_relaxed);
            event.post();
            const bool last = post == posts || std::chrono::steady_clock::now() > end;
            if (last || random() % 2 == 0) {
                all_seen = sees(own, post);
            }
            if (last) {
                break;
            }
        }
        (all_seen ? finished : swallowed).fetch_add(1);
    }

    static bool sees(const Word& word, std::int64_t post) {
        const auto seen = [&] { return word.seen.load(std::memory_order_relaxed) >= post; };
        for (int look = 0; look < 100; ++look) {
            if (seen()) {
                return true;
            }
        }
        return comes_true(seen);
    }

    std::array<Word, thread_count> words;
    std::atomic<int> finished{0};
    std::atomic<int> swallowed{0};
    Event event;
    Event spinner;
};

// Thread n hammers `targets[n % targets.size()]`.
void swallow_no_post(Loop& loop, std::deque<Hammered>& targets) {
    std::vector<std::jthread> posters;
    for (std::size_t thread = 0; thread < thread_count; ++thread) {
        Hammered& target = targets[thread % targets.size()];
        posters.emplace_back(&Hammered::hammer, &target, thread, rounds_or(1'000'000, 50'000));
    }
    int finished = 0;
    int swallowed = 0;
    while (finished + swallowed < thread_count) {
        loop.turn(Wait::yes);
        finished = swallowed = 0;
        for (const Hammered& target : targets) {
            finished += target.finished.load();
            swallowed += target.swallowed.load();
        }
    }
    EXPECT_EQ(swallowed, 0)
        << "a handler run that followed a post did not see what was written before it";
}

TEST(PostingThreads, no_post_of_one_event_that_all_threads_hammer_is_swallowed) {
    Loop loop;
    std::deque<Hammered> one;
    one.emplace_back(loop);
    swallow_no_post(loop, one);
}

TEST(PostingThreads, no_post_of_distinct_events_that_a_thread_each_hammers_is_swallowed) {
    Loop loop;
    std::deque<Hammered> several;
    for (int thread = 0; thread < thread_count; ++thread) {
        several.emplace_back(loop);
    }
    swallow_no_post(loop, several);
}

// Takes one event after the other, each of which is posted by another thread and freed by its own
// handler as soon as it runs: a post that touched its event after publishing it would show.
struct Disposable {
    explicit Disposable(Loop& loop, std::atomic<int>& all_freed)
        : freed{all_freed}, event{loop, base::Callback<>::bind<&Disposable::free>(*this)} {}
    void free() {
        freed.fetch_add(1, std::memory_order_relaxed);
        delete this;
    }

    std::atomic<int>& freed;
    Event event;
};

TEST(PostingThreads, an_event_may_be_freed_by_its_handler_while_its_poster_is_on_its_way_out) {
    const int rounds = static_cast<int>(rounds_or(200'000, 20'000));
    Loop loop;
    std::atomic<int> freed{0};
    std::atomic<Disposable*> next{nullptr};
    std::jthread poster{[&next, rounds](const std::stop_token& stop) {
        for (int round = 0; round < rounds; ++round) {
            Disposable* disposable = nullptr;
            if (!wait_until(stop,
                            [&] { return (disposable = next.exchange(nullptr)) != nullptr; })) {
                return;
            }
            disposable->event.post();
        }
    }};
    for (int round = 0; round < rounds; ++round) {
        next.store(new Disposable{loop, freed});
        ASSERT_TRUE(comes_true([&] {
            loop.turn(Wait::no);
            return freed.load() == round + 1;
        }));
    }
}

TEST(PostingThreads, unregistering_drops_what_another_thread_has_posted_and_keeps_the_rest) {
    const int rounds = static_cast<int>(rounds_or(100'000, 10'000));
    Loop loop;
    std::int64_t delivered = 0;
    Event dropped{base::Callback<>{[&delivered] { delivered += 1'000'000'000; }}};
    Event kept{loop, base::Callback<>{[&delivered] { ++delivered; }}};
    std::atomic<int> begun{0};
    std::atomic<int> posted{0};
    std::jthread poster{[&](const std::stop_token& stop) {
        for (int round = 1; round <= rounds; ++round) {
            if (!wait_until(stop, [&] { return begun.load() == round; })) {
                return;
            }
            kept.post();
            dropped.post();
            posted.store(round);
        }
    }};
    for (int round = 1; round <= rounds; ++round) {
        dropped.register_with(loop);
        begun.store(round);
        ASSERT_TRUE(comes_true([&] { return posted.load() == round; }));
        dropped.unregister();
        loop.turn(Wait::yes);
        ASSERT_EQ(delivered, round);
    }
}

}  // namespace
}  // namespace tocsin::core
