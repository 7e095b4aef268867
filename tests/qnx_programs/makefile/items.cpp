// Keeping items in their order. For the sample in C++.
#include "items.h"

bool Items::full() const {
    return items_.size() >= ITEMS_LIMIT;
}

void Items::add(const std::string& item) {
    items_.push_back(item);
}

std::string Items::take() {
    if (items_.empty()) {
        return std::string();
    }
    const std::string first = items_.front();
    items_.pop_front();
    return first;
}

int Items::count() const {
    return static_cast<int>(items_.size());
}
