// Shows which path a node is at, and what is taken for a list of entries.
#include <cstring>
#include <dirent.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/qnx/directory_listing.h>
#include <tocsin/qnx/node_names.h>

namespace tocsin::qnx {
namespace {

constexpr resource::Node root = resource::root_node;

TEST(NodeNames, a_path_has_one_node_as_long_as_it_is_held) {
    NodeNames names;
    const resource::Node a = names.enter(root, "a");
    EXPECT_EQ(names.enter(root, "a"), a);
    const resource::Node b = names.enter(a, "b");
    EXPECT_EQ(names.path_of(root), "");
    EXPECT_EQ(names.path_of(b), "a/b");
    EXPECT_EQ(names.path_of(b, "c"), "a/b/c");
    EXPECT_EQ(names.path_of(root, "c"), "c");
    names.forget(a, 1);
    EXPECT_EQ(names.path_of(a), "a");
    names.forget(a, 1);
    EXPECT_EQ(names.path_of(b), "a/b") << "a child may be forgotten after its parent";
    names.forget(b, 1);
    EXPECT_EQ(names.size(), 0U);
    EXPECT_EQ(names.path_of(b), std::nullopt);
    EXPECT_NE(names.enter(root, "a"), a);
    names.forget(a, 7);
    EXPECT_EQ(names.size(), 1U);
}

TEST(NodeNames, what_is_removed_has_no_path_nor_what_is_below_it) {
    NodeNames names;
    const resource::Node a = names.enter(root, "a");
    const resource::Node b = names.enter(a, "b");
    names.remove(root, "a");
    EXPECT_EQ(names.path_of(a), std::nullopt);
    EXPECT_EQ(names.path_of(b), std::nullopt);
    EXPECT_EQ(names.path_of(b, "c"), std::nullopt);
    const resource::Node another = names.enter(root, "a");
    EXPECT_NE(another, a);
    names.forget(a, 1);
    names.forget(b, 1);
    EXPECT_EQ(names.size(), 1U);
    names.remove(root, "nothing");
    names.forget(another, 1);
    EXPECT_EQ(names.size(), 0U);
}

TEST(NodeNames, what_moves_takes_what_is_below_it_along) {
    NodeNames names;
    const resource::Node a = names.enter(root, "a");
    const resource::Node b = names.enter(a, "b");
    const resource::Node c = names.enter(root, "c");
    const resource::Node lost = names.enter(c, "x");
    names.rename(root, "a", c, "x");
    EXPECT_EQ(names.path_of(a), "c/x");
    EXPECT_EQ(names.path_of(b), "c/x/b");
    EXPECT_EQ(names.path_of(lost), std::nullopt);
    EXPECT_EQ(names.enter(c, "x"), a);
    names.rename(c, "x", c, "x");
    EXPECT_EQ(names.path_of(a), "c/x");
    // One that nobody has looked up takes a name that somebody has.
    names.rename(root, "unknown", c, "x");
    EXPECT_EQ(names.path_of(b), std::nullopt);
    names.forget(lost, 1);
    names.forget(b, 1);
    names.forget(a, 2);
    names.forget(c, 1);
    EXPECT_EQ(names.size(), 0U);
}

// An entry as a manager writes it, with its length said to be `size`.
std::vector<std::byte> entry(std::string_view name, std::size_t size, ::ino_t inode = 1) {
    std::vector<std::byte> bytes(offsetof(struct ::dirent, d_name) + name.size() + 1);
    struct ::dirent header = {};
    header.d_ino = inode;
    header.d_reclen = static_cast<unsigned short>(size);
    std::memcpy(bytes.data(), &header, offsetof(struct ::dirent, d_name));
    std::memcpy(bytes.data() + offsetof(struct ::dirent, d_name), name.data(), name.size());
    return bytes;
}

TEST(DirectoryListing, an_entry_that_is_none_is_refused_whatever_it_says) {
    const auto takes = [](const std::vector<std::byte>& bytes) {
        DirectoryListing listing;
        return listing.take(bytes);
    };
    const std::size_t size = entry("name", 0).size();
    EXPECT_TRUE(takes(entry("name", size)));
    std::vector<std::byte> without_zero = entry("name", size - 1);
    without_zero.pop_back();
    EXPECT_TRUE(takes(without_zero));
    EXPECT_FALSE(takes(entry("name", size + 1)));
    EXPECT_FALSE(takes(entry("name", 0)));
    EXPECT_FALSE(takes(entry("name", offsetof(struct ::dirent, d_name))));
    EXPECT_FALSE(takes(entry("", entry("", 0).size())));
    EXPECT_FALSE(takes(entry("a/b", entry("a/b", 0).size())));
    const std::string longest(255, 'x');
    EXPECT_TRUE(takes(entry(longest, entry(longest, 0).size())));
    EXPECT_FALSE(takes(entry(longest + 'x', entry(longest + 'x', 0).size())));
    for (std::size_t cut = 1; cut < size; ++cut) {
        std::vector<std::byte> bytes = entry("name", size);
        bytes.resize(cut);
        EXPECT_FALSE(takes(bytes)) << cut;
    }
}

TEST(DirectoryListing, entries_are_counted_from_the_start) {
    DirectoryListing listing;
    EXPECT_FALSE(listing.started());
    const std::size_t size = entry("a", 0).size();
    EXPECT_TRUE(listing.take(entry("a", size)));
    EXPECT_TRUE(listing.has(0));
    EXPECT_TRUE(listing.take(entry("b", size)));
    EXPECT_FALSE(listing.reaches(0));
    EXPECT_TRUE(listing.has(1));
    EXPECT_TRUE(listing.take({}));
    EXPECT_TRUE(listing.ended());
    EXPECT_TRUE(listing.has(1)) << "the kernel may come back for it";
    resource::DirectoryEntries entries{1000};
    listing.put(1, entries);
    EXPECT_FALSE(entries.bytes().empty());
    listing.restart();
    EXPECT_FALSE(listing.started());
    EXPECT_TRUE(listing.reaches(0));
}

}  // namespace
}  // namespace tocsin::qnx
