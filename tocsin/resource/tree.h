// The resources and directories of one mount, by the kernel's numbers. Private to tocsin/resource.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include <tocsin/resource/directory.h>
#include <tocsin/resource/resource.h>

namespace tocsin::resource {

// Gives each entry a number when it is first asked for; the number stays its own as long as the
// mount lives, so there is nothing to forget. Resources are tied to the mount at that moment. Any
// thread.
class Tree {
public:
    struct Node {
        Directory::Entry entry;
        std::string name;  // empty at the root
        std::uint64_t parent = root;

        [[nodiscard]] Resource* resource() const noexcept;
        [[nodiscard]] Directory* directory() const noexcept;
    };

    static constexpr std::uint64_t root = 1;

    // Stops the program when the resource is on another path already.
    Tree(Directory::Entry entry, std::shared_ptr<Pending> pending);

    // Unties the resources.
    ~Tree();
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    // The node of a number, or nullptr; it stays where it is.
    [[nodiscard]] const Node* find(std::uint64_t number) const;

    // The number of an entry of a directory, or 0.
    [[nodiscard]] std::uint64_t look_up(std::uint64_t parent, std::string_view name);

    // What stat(2) is told of a node; its resource is not locked by the caller.
    [[nodiscard]] struct ::stat stat_of(std::uint64_t number, const Node& node) const;

    // The attributes of a directory.
    [[nodiscard]] static Attributes attributes_of(const Directory& directory);
    static void set_attributes(Directory& directory, const Attributes& attributes);

    // The entries of a directory, by name: "." and ".." come first.
    struct Listed {
        std::string name;
        std::uint64_t number;
        ::mode_t kind;  // S_IFREG or S_IFDIR
    };
    [[nodiscard]] std::vector<Listed> list(std::uint64_t number);

    // Those that somebody has asked for, in the order of their numbers.
    [[nodiscard]] std::vector<std::pair<std::string, Resource*>> known_resources() const;

private:
    [[nodiscard]] std::uint64_t number_locked(std::uint64_t parent, std::string_view name,
                                              Directory::Entry entry);
    void tie(Directory::Entry entry);

    const std::shared_ptr<Pending> pending_;
    mutable std::mutex mutex_;
    std::deque<Node> nodes_;  // the number is the place plus one
    std::map<std::pair<std::uint64_t, std::string>, std::uint64_t> numbers_;
};

}  // namespace tocsin::resource
