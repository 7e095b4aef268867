// The order of delivery is the order of posting, whatever is unregistered in between, and taking
// pending events out is cheap.
#include <tocsin/core/ready_queue.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <vector>

#include <tests/core/does.h>
#include <tests/core/processor_time.h>
#include <tests/core/sanitized.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

// Many events on one loop, and a journal of which have been delivered.
class Crowd {
public:
    explicit Crowd(int size) {
        for (int number = 0; number < size; ++number) {
            members_.emplace_back(*this, number);
        }
    }

    Event& operator[](int number) { return members_[static_cast<std::size_t>(number)].event; }
    [[nodiscard]] int size() const { return static_cast<int>(members_.size()); }
    void post_all() {
        for (Member& member : members_) {
            member.event.post();
        }
    }
    std::vector<int> deliver() {
        loop.run_until_idle();
        return std::exchange(journal_, {});
    }

    Loop loop;

private:
    struct Member {
        Member(Crowd& all, int own_number)
            : crowd{all},
              number{own_number},
              event{all.loop, base::Callback<>::bind<&Member::note>(*this)} {}
        void note() { crowd.journal_.push_back(number); }

        Crowd& crowd;
        int number;
        Event event;
    };

    std::deque<Member> members_;
    std::vector<int> journal_;
};

std::vector<int> numbers_to(int size) {
    std::vector<int> numbers(static_cast<std::size_t>(size));
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
}

TEST(ReadyQueue, the_order_of_delivery_is_the_order_of_posting) {
    Crowd crowd{1000};
    std::vector<int> order = numbers_to(crowd.size());
    std::mt19937 random{1};
    for (int round = 0; round < 20; ++round) {
        std::ranges::shuffle(order, random);
        for (const int number : order) {
            crowd[number].post();
        }
        crowd[order[0]].post();
        EXPECT_EQ(crowd.deliver(), order);
    }
}

// Posts, takes out and puts back at random, and compares with a plain vector of what is pending.
void take_out_at_random(std::uint32_t seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random{seed};
    Crowd crowd{12};
    std::vector<int> pending;
    for (int step = 0; step < 200; ++step) {
        const int number = static_cast<int>(random() % 12);
        const auto place = std::ranges::find(pending, number);
        if (random() % 3 != 0) {
            crowd[number].post();
            if (place == pending.end()) {
                pending.push_back(number);
            }
        } else {
            crowd[number].unregister();
            crowd[number].register_with(crowd.loop);
            if (place != pending.end()) {
                pending.erase(place);
            }
        }
        if (random() % 20 == 0) {
            ASSERT_EQ(crowd.deliver(), std::exchange(pending, {}));
        }
    }
    ASSERT_EQ(crowd.deliver(), pending);
}

TEST(ReadyQueue, the_order_survives_any_unregistering_of_pending_events) {
    const std::uint32_t seed = std::random_device{}();
    for (std::uint32_t run = 0; run < 500; ++run) {
        take_out_at_random(seed + run);
    }
}

// The same from inside a handler, where a turn is being delivered.
void take_out_inside_a_turn(std::uint32_t seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random{seed};
    Crowd crowd{16};
    std::vector<int> expected = numbers_to(crowd.size());
    std::vector<int> posted_again;
    Does<> disturb{[&] {
        for (int step = 0; step < 10; ++step) {
            const int number = static_cast<int>(random() % 16);
            crowd[number].unregister();
            crowd[number].register_with(crowd.loop);
            std::erase(expected, number);
            std::erase(posted_again, number);
            if (random() % 2 == 0) {
                crowd[number].post();
                posted_again.push_back(number);
            }
        }
    }};
    Event event{crowd.loop, disturb};
    event.post();
    crowd.post_all();
    crowd.loop.turn(Wait::no);
    expected.insert(expected.end(), posted_again.begin(), posted_again.end());
    ASSERT_EQ(crowd.deliver(), expected);
}

TEST(ReadyQueue, the_order_survives_unregistering_and_posting_inside_a_turn) {
    const std::uint32_t seed = std::random_device{}();
    for (std::uint32_t run = 0; run < 500; ++run) {
        take_out_inside_a_turn(seed + run);
    }
}

constexpr int many = 65'536;

// Of processor time. A walk for every event that is taken out would need minutes.
constexpr std::chrono::milliseconds limit{sanitized ? 5000 : 1000};

void unregister_all(Crowd& crowd, const std::vector<int>& order) {
    crowd.post_all();
    EXPECT_LT(processor_time_of([&] {
                  for (const int number : order) {
                      crowd[number].unregister();
                  }
              }),
              limit);
    EXPECT_EQ(crowd.deliver(), std::vector<int>{});
}

TEST(ReadyQueue, unregistering_65536_pending_events_oldest_first_is_linear) {
    Crowd crowd{many};
    unregister_all(crowd, numbers_to(many));
}

TEST(ReadyQueue, unregistering_65536_pending_events_newest_first_is_linear) {
    Crowd crowd{many};
    std::vector<int> order = numbers_to(many);
    std::ranges::reverse(order);
    unregister_all(crowd, order);
}

TEST(ReadyQueue, unregistering_65536_pending_events_in_random_order_is_linear) {
    Crowd crowd{many};
    std::vector<int> order = numbers_to(many);
    std::ranges::shuffle(order, std::mt19937{7});
    unregister_all(crowd, order);
}

TEST(ReadyQueue, unregistering_stays_linear_while_others_keep_posting) {
    Crowd crowd{many};
    Crowd* const all = &crowd;
    crowd.post_all();
    EXPECT_LT(processor_time_of([all] {
                  for (int number = many - 1; number > 0; --number) {
                      (*all)[number].unregister();
                      (*all)[number].register_with(all->loop);
                      (*all)[number].post();
                  }
              }),
              limit);
    EXPECT_EQ(crowd.deliver().size(), static_cast<std::size_t>(many));
}

}  // namespace
}  // namespace tocsin::core
