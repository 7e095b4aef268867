// The intrusive list: order, unlinking, merging, sorting.
#include <tocsin/base/list.h>

#include <algorithm>
#include <deque>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace tocsin::base {
namespace {

struct SecondList {};

struct Item : Link<>, Link<SecondList> {
    explicit Item(int item_key, int item_number = 0) : key{item_key}, number{item_number} {}
    int key;
    int number;
};

using Items = List<Item>;

std::vector<int> keys_of(Items& list) {
    std::vector<int> keys;
    for (const Item* item = list.first(); item != nullptr; item = list.next_of(*item)) {
        keys.push_back(item->key);
    }
    return keys;
}

bool by_key(const Item& left, const Item& right) {
    return left.key < right.key;
}

bool linked(const Item& item) {
    return static_cast<const Link<>&>(item).linked();
}

TEST(List, keeps_the_order_of_pushing_at_both_ends) {
    Item one{1}, two{2}, three{3};
    Items list;
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.first(), nullptr);
    list.push_back(two);
    list.push_back(three);
    list.push_front(one);
    EXPECT_EQ(keys_of(list), (std::vector{1, 2, 3}));
    EXPECT_EQ(&list.front(), &one);
    EXPECT_EQ(&list.back(), &three);
    EXPECT_EQ(&list.pop_front(), &one);
    EXPECT_FALSE(linked(one));
}

TEST(List, puts_an_element_before_another) {
    Item one{1}, two{2}, three{3};
    Items list;
    list.push_back(three);
    list.insert_before(three, one);
    list.insert_before(three, two);
    EXPECT_EQ(keys_of(list), (std::vector{1, 2, 3}));
}

TEST(List, an_element_leaves_from_any_place_and_can_come_back) {
    Item one{1}, two{2}, three{3};
    Items list;
    for (Item* item : {&one, &two, &three}) {
        list.push_back(*item);
    }
    static_cast<Link<>&>(two).unlink();
    static_cast<Link<>&>(two).unlink();
    EXPECT_EQ(keys_of(list), (std::vector{1, 3}));
    static_cast<Link<>&>(three).unlink();
    static_cast<Link<>&>(one).unlink();
    EXPECT_TRUE(list.empty());
    list.push_back(two);
    EXPECT_EQ(keys_of(list), (std::vector{2}));
}

TEST(List, an_element_is_on_as_many_lists_as_it_has_links) {
    Item one{1}, two{2};
    Items list;
    List<Item, SecondList> other;
    list.push_back(one);
    list.push_back(two);
    other.push_back(two);
    other.push_back(one);
    static_cast<Link<>&>(one).unlink();
    EXPECT_EQ(&list.front(), &two);
    EXPECT_EQ(&other.front(), &two);
    EXPECT_EQ(&other.back(), &one);
}

TEST(List, splicing_appends_all_and_empties_the_other) {
    Item one{1}, two{2}, three{3};
    Items list, other;
    list.push_back(one);
    other.push_back(two);
    other.push_back(three);
    list.splice_back(other);
    EXPECT_TRUE(other.empty());
    list.splice_back(other);
    EXPECT_EQ(keys_of(list), (std::vector{1, 2, 3}));
    other.splice_back(list);
    EXPECT_EQ(keys_of(other), (std::vector{1, 2, 3}));
    EXPECT_TRUE(list.empty());
}

TEST(List, merging_takes_equal_elements_of_this_list_first) {
    std::deque<Item> items;
    Items list, other;
    for (const int key : {1, 3, 3, 7}) {
        list.push_back(items.emplace_back(key, 0));
    }
    for (const int key : {0, 3, 8}) {
        other.push_back(items.emplace_back(key, 1));
    }
    list.merge(other, by_key);
    EXPECT_EQ(keys_of(list), (std::vector{0, 1, 3, 3, 3, 7, 8}));
    EXPECT_TRUE(other.empty());
    std::vector<int> sources;
    for (const Item* item = list.first(); item != nullptr; item = list.next_of(*item)) {
        sources.push_back(item->number);
    }
    EXPECT_EQ(sources, (std::vector{1, 0, 0, 0, 1, 0, 1}));
}

TEST(List, leaves_no_element_linked_when_it_goes) {
    Item one{1}, two{2};
    {
        Items list;
        list.push_back(one);
        list.push_back(two);
    }
    EXPECT_FALSE(linked(one));
    EXPECT_FALSE(linked(two));
}

// Sorts `size` random keys, of which many are equal, and compares with the library's stable sort.
void sort_as_the_library_does(std::size_t size, std::uint32_t seed) {
    SCOPED_TRACE(testing::Message() << "size " << size << ", seed " << seed);
    std::mt19937 random{seed};
    std::deque<Item> items;
    std::vector<const Item*> expected;
    Items list;
    for (std::size_t number = 0; number < size; ++number) {
        const int key = static_cast<int>(random() % (size / 3 + 1));
        list.push_back(items.emplace_back(key, static_cast<int>(number)));
        expected.push_back(&items.back());
    }
    // Not std::stable_sort: in g++ 12's library it uses what clang calls deprecated.
    std::ranges::sort(expected, {},
                      [](const Item* item) { return std::pair{item->key, item->number}; });
    list.sort(by_key);
    std::vector<const Item*> sorted;
    for (const Item* item = list.first(); item != nullptr; item = list.next_of(*item)) {
        sorted.push_back(item);
    }
    EXPECT_EQ(sorted, expected);
}

TEST(List, sorting_keeps_the_order_of_equal_elements) {
    const std::uint32_t seed = std::random_device{}();
    for (std::uint32_t size = 0; size < 70; ++size) {
        sort_as_the_library_does(size, seed + size);
    }
    sort_as_the_library_does(10'000, seed);
}

}  // namespace
}  // namespace tocsin::base
