// Events on the loop's own thread: delivery, merging, unregistering and freeing anywhere.
#include <tocsin/core/event.h>

#include <gtest/gtest.h>
#include <memory>
#include <vector>

#include <tests/core/does.h>
#include <tests/core/open_descriptors.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

// An event that writes its number into a journal.
struct Noted {
    Noted(Loop& loop, std::vector<int>& entries, int own_number)
        : journal{entries},
          number{own_number},
          event{loop, base::Callback<>::bind<&Noted::note>(*this)} {}
    void note() { journal.push_back(number); }

    std::vector<int>& journal;
    int number;
    Event event;
};

TEST(Event, a_post_is_delivered_once) {
    Loop loop;
    int delivered = 0;
    Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
    loop.run_until_idle();
    EXPECT_EQ(delivered, 0);
    event.post();
    EXPECT_EQ(delivered, 0);
    loop.run_until_idle();
    EXPECT_EQ(delivered, 1);
    loop.run_until_idle();
    EXPECT_EQ(delivered, 1);
}

TEST(Event, posts_before_the_delivery_are_merged) {
    Loop loop;
    int delivered = 0;
    Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
    for (int post = 0; post < 1000; ++post) {
        event.post();
    }
    loop.run_until_idle();
    EXPECT_EQ(delivered, 1);
    event.post();
    loop.run_until_idle();
    EXPECT_EQ(delivered, 2);
}

TEST(Event, a_post_does_nothing_while_the_event_is_not_registered) {
    Loop loop;
    int delivered = 0;
    Event event{base::Callback<>{[&delivered] { ++delivered; }}};
    event.post();
    EXPECT_FALSE(event.registered());
    event.register_with(loop);
    EXPECT_TRUE(event.registered());
    loop.run_until_idle();
    EXPECT_EQ(delivered, 0);
    event.unregister();
    event.post();
    loop.run_until_idle();
    EXPECT_EQ(delivered, 0);
}

TEST(Event, can_be_registered_again_with_the_same_or_another_loop) {
    Loop first;
    Loop second;
    int delivered = 0;
    Event event{first, base::Callback<>{[&delivered] { ++delivered; }}};
    event.post();
    event.unregister();
    event.unregister();
    event.register_with(second);
    first.run_until_idle();
    second.run_until_idle();
    EXPECT_EQ(delivered, 0) << "the post of before is dropped";
    event.post();
    first.run_until_idle();
    EXPECT_EQ(delivered, 0);
    second.run_until_idle();
    EXPECT_EQ(delivered, 1);
}

TEST(Event, a_pending_delivery_calls_the_handler_that_was_set_last) {
    Loop loop;
    int old_called = 0;
    int new_called = 0;
    Event event{loop, base::Callback<>{[&old_called] { ++old_called; }}};
    event.post();
    event.set_handler(base::Callback<>{[&new_called] { ++new_called; }});
    loop.run_until_idle();
    EXPECT_EQ(old_called, 0);
    EXPECT_EQ(new_called, 1);
}

TEST(Event, one_without_a_handler_is_delivered_to_nobody) {
    Loop loop;
    Event event;
    event.register_with(loop);
    event.post();
    EXPECT_TRUE(loop.turn(Wait::no));
    EXPECT_FALSE(loop.turn(Wait::no));
}

TEST(Event, may_be_freed_inside_its_own_handler) {
    Loop loop;
    auto event = std::make_unique<Event>();
    int delivered = 0;
    Does<> free{[&] {
        ++delivered;
        event->post();
        event.reset();
    }};
    event->set_handler(free);
    event->register_with(loop);
    event->post();
    loop.run_until_idle();
    EXPECT_EQ(delivered, 1);
    EXPECT_EQ(loop.registered_count(), 0U);
}

TEST(Event, may_be_freed_inside_the_handler_of_another_with_a_post_pending) {
    Loop loop;
    std::vector<int> journal;
    std::vector<std::unique_ptr<Noted>> events;
    Event freer{loop, base::Callback<>{[&events] { events.clear(); }}};
    for (int number = 0; number < 10; ++number) {
        events.push_back(std::make_unique<Noted>(loop, journal, number));
    }
    events[0]->event.post();
    freer.post();
    for (int number = 9; number > 0; --number) {
        events[static_cast<std::size_t>(number)]->event.post();
    }
    loop.run_until_idle();
    EXPECT_EQ(journal, (std::vector{0}));
    EXPECT_EQ(loop.registered_count(), 1U);
}

TEST(Event, may_be_registered_again_inside_its_own_handler) {
    Loop loop;
    int delivered = 0;
    Event event;
    Does<> register_again{[&] {
        if (++delivered < 3) {
            event.unregister();
            event.register_with(loop);
            event.post();
        }
    }};
    event.set_handler(register_again);
    event.register_with(loop);
    event.post();
    loop.run_until_idle();
    EXPECT_EQ(delivered, 3);
}

TEST(Event, destroying_it_unregisters_it) {
    Loop loop;
    std::vector<int> journal;
    {
        Noted noted{loop, journal, 1};
        noted.event.post();
        EXPECT_EQ(loop.registered_count(), 1U);
    }
    EXPECT_EQ(loop.registered_count(), 0U);
    loop.run_until_idle();
    EXPECT_TRUE(journal.empty());
}

TEST(Event, a_hundred_thousand_idle_ones_cost_no_descriptor_and_40_bytes_each) {
    static_assert(sizeof(Event) == 40);
    Loop loop;
    const std::set<int> before = open_descriptors();
    std::vector<Event> events(100'000);
    int delivered = 0;
    for (Event& event : events) {
        event.set_handler(base::Callback<>{[&delivered] { ++delivered; }});
        event.register_with(loop);
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(loop.registered_count(), 100'000U);
    events[77'777].post();
    loop.run_until_idle();
    EXPECT_EQ(delivered, 1);
}

}  // namespace
}  // namespace tocsin::core
