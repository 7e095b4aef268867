// Numbering paths. Private to tocsin/qnx.
#include <tocsin/qnx/attached_paths.h>

#include <map>
#include <mutex>

namespace tocsin::qnx {

namespace {

struct Table {
    std::mutex mutex;
    std::map<int, std::string> paths;
    int next = 0;
};

// A forked child keeps the numbers of its parent, whose objects it has a copy of.
Table& table() {
    static auto& all = *new Table;
    return all;
}

}  // namespace

AttachedPaths::Number::Number(std::string path, bool directory) {
    if (directory && !path.ends_with('/')) {
        path += '/';
    }
    Table& all = table();
    const std::lock_guard lock{all.mutex};
    value_ = all.next;
    all.paths.emplace(value_, std::move(path));
    ++all.next;
}

AttachedPaths::Number::~Number() {
    Table& all = table();
    const std::lock_guard lock{all.mutex};
    all.paths.erase(value_);
}

std::optional<std::string> AttachedPaths::path_of(int number) {
    Table& all = table();
    const std::lock_guard lock{all.mutex};
    const auto found = all.paths.find(number);
    return found == all.paths.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace tocsin::qnx
