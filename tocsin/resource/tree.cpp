// Numbering, finding and describing nodes. Private to tocsin/resource.
#include <tocsin/resource/tree.h>

#include <tocsin/base/check.h>

namespace tocsin::resource {

namespace {

::timespec timespec_of(WallTime time) noexcept {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return {.tv_sec = seconds.time_since_epoch().count(), .tv_nsec = (time - seconds).count()};
}

::mode_t kind_of(const Directory::Entry& entry) noexcept {
    return std::holds_alternative<Directory*>(entry) ? S_IFDIR : S_IFREG;
}

}  // namespace

Resource* Tree::Node::resource() const noexcept {
    const auto* const held = std::get_if<Resource*>(&entry);
    return held == nullptr ? nullptr : *held;
}

Directory* Tree::Node::directory() const noexcept {
    const auto* const held = std::get_if<Directory*>(&entry);
    return held == nullptr ? nullptr : *held;
}

Tree::Tree(Directory::Entry entry, std::shared_ptr<Pending> pending)
    : pending_{std::move(pending)} {
    nodes_.push_back({.entry = entry, .name = {}});
    tie(entry);
}

Tree::~Tree() {
    for (const Node& node : nodes_) {
        if (Resource* const resource = node.resource()) {
            const std::lock_guard lock{resource->pending_mutex_};
            resource->pending_.reset();
        }
    }
}

void Tree::tie(Directory::Entry entry) {
    if (Resource** const resource = std::get_if<Resource*>(&entry)) {
        const std::lock_guard lock{(*resource)->pending_mutex_};
        base::check((*resource)->pending_ == nullptr || (*resource)->pending_ == pending_,
                    "Mount: the resource is on another path already; stop that mount first, or "
                    "make a resource for each path");
        (*resource)->pending_ = pending_;
    }
}

const Tree::Node* Tree::find(std::uint64_t number) const {
    const std::lock_guard lock{mutex_};
    return number - 1 < nodes_.size() ? &nodes_[number - 1] : nullptr;
}

std::uint64_t Tree::look_up(std::uint64_t parent, std::string_view name) {
    const Node* const node = find(parent);
    Directory* const directory = node == nullptr ? nullptr : node->directory();
    if (directory == nullptr) {
        return 0;
    }
    const std::lock_guard lock{mutex_};
    const std::lock_guard directory_lock{directory->mutex_};
    const auto found = directory->entries_.find(name);
    return found == directory->entries_.end() ? 0 : number_locked(parent, name, found->second);
}

std::uint64_t Tree::number_locked(std::uint64_t parent, std::string_view name,
                                  Directory::Entry entry) {
    const auto [place, added] =
        numbers_.try_emplace({parent, std::string{name}}, nodes_.size() + 1);
    if (!added) {
        return place->second;
    }
    try {
        nodes_.push_back({.entry = entry, .name = std::string{name}, .parent = parent});
    } catch (...) {
        numbers_.erase(place);
        throw;
    }
    tie(entry);
    return place->second;
}

Attributes Tree::attributes_of(const Directory& directory) {
    const std::lock_guard lock{directory.mutex_};
    return directory.attributes_;
}

void Tree::set_attributes(Directory& directory, const Attributes& attributes) {
    const std::lock_guard lock{directory.mutex_};
    directory.attributes_ = attributes;
}

struct ::stat Tree::stat_of(std::uint64_t number, const Node& node) const {
    Attributes attributes;
    if (const Resource* const resource = node.resource()) {
        const std::lock_guard lock{resource->mutex()};
        attributes = resource->attributes();
    } else {
        attributes = attributes_of(*node.directory());
    }
    struct ::stat status = {};
    status.st_ino = number;
    status.st_mode = (attributes.mode & 07777U) | kind_of(node.entry);
    status.st_nlink = node.resource() == nullptr ? 2 : 1;
    status.st_uid = attributes.uid;
    status.st_gid = attributes.gid;
    status.st_size = attributes.seekable ? attributes.size : 0;
    status.st_blksize = 4096;
    status.st_atim = timespec_of(attributes.accessed);
    status.st_mtim = timespec_of(attributes.modified);
    status.st_ctim = timespec_of(attributes.changed);
    return status;
}

std::vector<Tree::Listed> Tree::list(std::uint64_t number) {
    const Node* const node = find(number);
    std::vector<Listed> listed;
    if (node == nullptr || node->directory() == nullptr) {
        return listed;
    }
    listed.push_back({.name = ".", .number = number, .kind = S_IFDIR});
    listed.push_back({.name = "..", .number = node->parent, .kind = S_IFDIR});
    const std::lock_guard lock{mutex_};
    const std::lock_guard directory_lock{node->directory()->mutex_};
    for (const auto& [name, entry] : node->directory()->entries_) {
        listed.push_back(
            {.name = name, .number = number_locked(number, name, entry), .kind = kind_of(entry)});
    }
    return listed;
}

std::vector<std::pair<std::string, Resource*>> Tree::known_resources() const {
    const std::lock_guard lock{mutex_};
    std::vector<std::pair<std::string, Resource*>> resources;
    for (const Node& node : nodes_) {
        if (node.resource() == nullptr) {
            continue;
        }
        std::string path = node.name;
        for (const Node* above = &node; above->parent != root; path = above->name + "/" + path) {
            above = &nodes_[above->parent - 1];
        }
        resources.emplace_back(std::move(path), node.resource());
    }
    return resources;
}

}  // namespace tocsin::resource
