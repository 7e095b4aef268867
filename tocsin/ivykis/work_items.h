// Items of work in a row. Private to tocsin/ivykis.
#pragma once

#include <cstddef>
#include <utility>

#include <iv_list.h>
#include <iv_work.h>

namespace tocsin::ivykis {

// The links are the ones that the items have for the library. Not thread-safe.
class WorkItems {
public:
    WorkItems() noexcept { INIT_IV_LIST_HEAD(&head_); }
    WorkItems(const WorkItems&) = delete;
    WorkItems& operator=(const WorkItems&) = delete;

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] int count() const noexcept { return count_; }
    void push_back(iv_work_item& item) noexcept {
        iv_list_add_tail(&item.list, &head_);
        ++count_;
    }

    // The first one, taken out; nullptr when there is none.
    [[nodiscard]] iv_work_item* pop_front() noexcept {
        if (empty()) {
            return nullptr;
        }
        char* const place = reinterpret_cast<char*>(head_.next);
        iv_list_del(head_.next);
        --count_;
        return reinterpret_cast<iv_work_item*>(place - offsetof(iv_work_item, list));
    }

    // Appends all of `other`, which is empty then.
    void take_all(WorkItems& other) noexcept {
        iv_list_splice_tail_init(&other.head_, &head_);
        count_ += std::exchange(other.count_, 0);
    }

private:
    iv_list_head head_;
    int count_ = 0;
};

}  // namespace tocsin::ivykis
