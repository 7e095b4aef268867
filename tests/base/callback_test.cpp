// Callbacks: what fits into two words, and what is called.
#include <tocsin/base/callback.h>

#include <gtest/gtest.h>

namespace tocsin::base {
namespace {

struct Counter {
    void add(int amount) { sum += amount; }
    void count() { ++sum; }
    int sum = 0;
};

int plain_calls = 0;
void plain_function() {
    ++plain_calls;
}

TEST(Callback, an_empty_one_does_nothing_when_it_is_called) {
    const Callback<> nothing;
    EXPECT_FALSE(nothing);
    nothing();
    const Callback<int> nothing_of_an_int;
    nothing_of_an_int(1);
}

TEST(Callback, takes_two_words_and_copies_as_plain_memory) {
    static_assert(sizeof(Callback<int>) == 2 * sizeof(void*));
    static_assert(std::is_trivially_copyable_v<Callback<int>>);
    Counter counter;
    const Callback<> first{[&counter] { counter.count(); }};
    const Callback<> second = first;
    first();
    second();
    EXPECT_EQ(counter.sum, 2);
}

TEST(Callback, calls_a_function_with_its_context) {
    Counter counter;
    const Callback<int> callback{
        [](void* context, int amount) { static_cast<Counter*>(context)->add(amount); }, &counter};
    callback(5);
    EXPECT_EQ(counter.sum, 5);
}

TEST(Callback, calls_a_lambda_that_captures_one_word_of_any_kind) {
    Counter counter;
    const Callback<int> by_reference{[&counter](int amount) { counter.add(amount); }};
    by_reference(2);
    static int seen = 0;
    const short small = static_cast<short>(counter.sum - 5);
    const Callback<> by_value{[small] { seen = small; }};
    by_value();
    EXPECT_EQ(seen, -3);
    const Callback<> of_nothing{[] { seen = 9; }};
    of_nothing();
    EXPECT_EQ(seen, 9);
    EXPECT_EQ(counter.sum, 2);
}

TEST(Callback, calls_a_method_and_a_plain_function) {
    Counter counter;
    const Callback<int> method = Callback<int>::bind<&Counter::add>(counter);
    method(4);
    EXPECT_EQ(counter.sum, 4);
    plain_calls = 0;
    const Callback<> function{&plain_function};
    function();
    EXPECT_EQ(plain_calls, 1);
}

TEST(Callback, refuses_at_compile_time_what_would_have_to_be_allocated_or_destroyed) {
    Counter one;
    Counter two;
    const auto two_words = [&one, &two] { one.sum = two.sum; };
    static_assert(!std::is_constructible_v<Callback<>, decltype(two_words)>);
    struct Owner {
        ~Owner() {}
        void operator()() const {}
    };
    static_assert(!std::is_constructible_v<Callback<>, Owner>);
    const auto takes_an_int = [](int) {};
    static_assert(!std::is_constructible_v<Callback<>, decltype(takes_an_int)>);
    static_assert(std::is_constructible_v<Callback<int>, decltype(takes_an_int)>);
}

}  // namespace
}  // namespace tocsin::base
