// The names below a served directory, as long as the kernel knows them. Private to tocsin/qnx.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <tocsin/resource/file_system.h>

namespace tocsin::qnx {

// A manager knows paths, the kernel knows nodes: this says which path a node is at. A path keeps
// its node as long as the kernel holds that, whatever the manager has there. Any thread.
class NodeNames {
public:
    using Node = resource::Node;

    // Where it is, relative to what is attached, as "a/b"; "" for the root. Nothing when it has
    // been removed, or is unknown. Throws std::bad_alloc.
    [[nodiscard]] std::optional<std::string> path_of(Node node) const;

    // As above, of a name in it, which nobody need have entered.
    [[nodiscard]] std::optional<std::string> path_of(Node parent, std::string_view name) const;

    // The node of a name, which the kernel holds once more. Throws std::bad_alloc.
    [[nodiscard]] Node enter(Node parent, std::string_view name);

    // The kernel holds it `count` times less.
    void forget(Node node, std::uint64_t count) noexcept;

    // The name is gone. What had it stays, without a path.
    void remove(Node parent, std::string_view name) noexcept;

    // What had the first name has the other now, and what had that one has none. Throws
    // std::bad_alloc, with nothing changed.
    void rename(Node parent, std::string_view name, Node new_parent, std::string_view new_name);

    // How many nodes the kernel knows beside the root.
    [[nodiscard]] std::size_t size() const noexcept;

private:
    struct Entry {
        Node parent = 0;  // 0 when it has no path any more
        std::string name = {};
        std::uint64_t held = 0;
        // A child may be forgotten after its parent.
        std::map<std::string, Node, std::less<>> children = {};
    };
    using Entries = std::unordered_map<Node, Entry>;

    [[nodiscard]] std::optional<std::string> path_locked(Node node) const;
    [[nodiscard]] Node child_locked(Node parent, std::string_view name) const noexcept;
    void detach_locked(Node node) noexcept;
    void drop_unused_locked(Node node) noexcept;

    mutable std::mutex mutex_;
    Entries entries_{{resource::root_node, Entry{}}};
    Node next_ = resource::root_node + 1;
};

}  // namespace tocsin::qnx
