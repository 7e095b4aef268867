// Paths of nodes. Private to tocsin/qnx.
#include <tocsin/qnx/node_names.h>

#include <algorithm>

namespace tocsin::qnx {

std::optional<std::string> NodeNames::path_locked(Node node) const {
    std::string path;
    while (node != resource::root_node) {
        const auto found = entries_.find(node);
        if (found == entries_.end() || found->second.parent == 0) {
            return {};
        }
        const Entry& entry = found->second;
        path.insert(0, path.empty() ? entry.name : entry.name + '/');
        node = entry.parent;
    }
    return path;
}

std::optional<std::string> NodeNames::path_of(Node node) const {
    const std::lock_guard lock{mutex_};
    return path_locked(node);
}

std::optional<std::string> NodeNames::path_of(Node parent, std::string_view name) const {
    const std::lock_guard lock{mutex_};
    std::optional<std::string> path = path_locked(parent);
    if (path) {
        path->append(path->empty() ? "" : "/").append(name);
    }
    return path;
}

NodeNames::Node NodeNames::child_locked(Node parent, std::string_view name) const noexcept {
    const auto entry = entries_.find(parent);
    if (entry == entries_.end()) {
        return 0;
    }
    const auto child = entry->second.children.find(name);
    return child == entry->second.children.end() ? 0 : child->second;
}

NodeNames::Node NodeNames::enter(Node parent, std::string_view name) {
    const std::lock_guard lock{mutex_};
    Node node = child_locked(parent, name);
    if (node == 0) {
        node = next_;
        entries_.emplace(node, Entry{.parent = parent, .name = std::string{name}});
        try {
            entries_.at(parent).children.emplace(name, node);
        } catch (...) {
            entries_.erase(node);
            throw;
        }
        ++next_;
    }
    ++entries_.at(node).held;
    return node;
}

// What neither the kernel holds nor anything below it needs goes, and its parent perhaps with it.
void NodeNames::drop_unused_locked(Node node) noexcept {
    while (node != resource::root_node) {
        const auto found = entries_.find(node);
        if (found == entries_.end() || found->second.held > 0 || !found->second.children.empty()) {
            return;
        }
        const Node parent = found->second.parent;
        detach_locked(node);
        entries_.erase(found);
        node = parent;
    }
}

void NodeNames::detach_locked(Node node) noexcept {
    Entry& entry = entries_.at(node);
    if (entry.parent != 0) {
        entries_.at(entry.parent).children.erase(entry.name);
        entry.parent = 0;
    }
}

void NodeNames::forget(Node node, std::uint64_t count) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(node);
    if (found != entries_.end()) {
        found->second.held -= std::min(count, found->second.held);
        drop_unused_locked(node);
    }
}

void NodeNames::remove(Node parent, std::string_view name) noexcept {
    const std::lock_guard lock{mutex_};
    if (const Node node = child_locked(parent, name); node != 0) {
        detach_locked(node);
        drop_unused_locked(node);
        drop_unused_locked(parent);
    }
}

void NodeNames::rename(Node parent, std::string_view name, Node new_parent,
                       std::string_view new_name) {
    std::string copy{new_name};
    const std::lock_guard lock{mutex_};
    const Node node = child_locked(parent, name);
    const Node replaced = child_locked(new_parent, new_name);
    if (node == replaced) {
        return;
    }
    if (node != 0) {
        // Made before anything is changed, as this may fail.
        entries_.at(new_parent).children.insert_or_assign(copy, node);
        Entry& entry = entries_.at(node);
        entries_.at(parent).children.erase(entry.name);
        entry.parent = new_parent;
        entry.name = std::move(copy);
    }
    if (replaced != 0) {
        Entry& lost = entries_.at(replaced);
        if (node == 0) {
            entries_.at(new_parent).children.erase(lost.name);
        }
        lost.parent = 0;
        drop_unused_locked(replaced);
    }
    drop_unused_locked(parent);
}

std::size_t NodeNames::size() const noexcept {
    const std::lock_guard lock{mutex_};
    return entries_.size() - 1;
}

}  // namespace tocsin::qnx
