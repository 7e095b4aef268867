// Posts, sleeps and wakes: no post is lost, and a handler sees what was written before the post.
#include <array>

#include <scenarios/scenario.h>
#include <scenarios/turning.h>

namespace interleavings {

namespace {

// An event whose poster writes a plain word first, which the handler reads: a race when the post
// does not order the two.
class Letter {
public:
    explicit Letter(Turning& turning) noexcept
        : turning_{turning},
          event_{turning.loop(), base::Callback<>::bind<&Letter::deliver>(*this)} {}

    void send() noexcept {
        text_ = 1;
        event_.post();
    }

private:
    void deliver() {
        expect(text_ == 1, "the handler sees what was written before the post");
        turning_.count_delivery();
    }

    Turning& turning_;
    Shared<int> text_{0};
    core::Event event_;
};

void one_post_wakes() {
    Turning turning{1};
    Letter letter{turning};
    start([&] { letter.send(); });
    turning.run();
    join();
}

void two_posts_wake() {
    Turning turning{2};
    Letter one{turning};
    Letter other{turning};
    start([&] { one.send(); });
    start([&] { other.send(); });
    turning.run();
    join();
}

void three_posts_wake() {
    Turning turning{3};
    Letter one{turning};
    Letter other{turning};
    Letter third{turning};
    start([&] { one.send(); });
    start([&] { other.send(); });
    start([&] { third.send(); });
    turning.run();
    join();
}

// One event that several threads post, each after a word of its own, which they store as weakly as
// can be. The loop goes on until a handler has seen all words: that it sleeps for ever means that a
// post was swallowed.
class Board {
public:
    Board(core::Loop& loop, int writers) noexcept
        : loop_{loop},
          writers_{writers},
          event_{loop, base::Callback<>::bind<&Board::look>(*this)} {}

    void write(int writer) noexcept {
        words_[writer].store(1, std::memory_order_relaxed);
        event_.post();
    }

private:
    void look() {
        int seen = 0;
        for (int writer = 0; writer < writers_; ++writer) {
            seen += words_[writer].load(std::memory_order_relaxed);
        }
        if (seen == writers_) {
            loop_.stop();
        }
    }

    core::Loop& loop_;
    int writers_;
    std::array<Atomic<int>, 3> words_;
    core::Event event_;
};

void merged_posts_are_seen() {
    Turning turning{1};
    Board board{turning.loop(), 2};
    start([&] { board.write(0); });
    start([&] { board.write(1); });
    turning.run();
    join();
}

void three_merged_posts_are_seen() {
    Turning turning{1};
    Board board{turning.loop(), 3};
    start([&] { board.write(0); });
    start([&] { board.write(1); });
    start([&] { board.write(2); });
    turning.run();
    join();
}

// What a handler posts belongs to a later turn, also when others post meanwhile.
struct Relay {
    explicit Relay(Turning& of) noexcept
        : turning{of},
          first{of.loop(), base::Callback<>::bind<&Relay::hand_on>(*this)},
          second{of.loop(), base::Callback<>::bind<&Relay::arrive>(*this)} {}

    void hand_on() {
        text = text + 1;
        turn_of_post = turning.loop().turn_number();
        second.post();
        turning.count_delivery();
    }
    void arrive() {
        expect(turning.loop().turn_number() > turn_of_post,
               "what a handler posts is delivered in a later turn");
        turning.count_delivery();
    }

    Turning& turning;
    Shared<int> text{0};
    std::uint64_t turn_of_post = 0;
    core::Event first;
    core::Event second;
};

void a_handler_posts() {
    Turning turning{3};
    Relay relay{turning};
    Letter letter{turning};
    start([&] {
        relay.text = 1;
        relay.first.post();
    });
    start([&] { letter.send(); });
    turning.run();
    join();
}

// A poster's own events are delivered in its order.
void posts_stay_in_order() {
    struct Pair {
        explicit Pair(Turning& of) noexcept
            : turning{of},
              early{of.loop(), base::Callback<>{[this] { came_early(); }}},
              late{of.loop(), base::Callback<>{[this] { came_late(); }}} {}
        void came_early() {
            early_came = true;
            turning.count_delivery();
        }
        void came_late() {
            expect(early_came, "events are delivered in the order of posting");
            turning.count_delivery();
        }
        Turning& turning;
        bool early_came = false;
        core::Event early;
        core::Event late;
    };
    Turning turning{3};
    Pair pair{turning};
    Letter letter{turning};
    start([&] {
        pair.early.post();
        pair.late.post();
    });
    start([&] { letter.send(); });
    turning.run();
    join();
}

constexpr Scenario scenarios[] = {
    {"one_post_wakes", &one_post_wakes, {}},
    {"two_posts_wake", &two_posts_wake, {}},
    {"merged_posts_are_seen", &merged_posts_are_seen, {}},
    {"a_handler_posts", &a_handler_posts, {}},
    {"posts_stay_in_order", &posts_stay_in_order, {}},
    {"three_posts_wake", &three_posts_wake, {}},
    {"three_merged_posts_are_seen", &three_merged_posts_are_seen, {}},
};

}  // namespace

std::span<const Scenario> event_scenarios() noexcept {
    return scenarios;
}

}  // namespace interleavings
