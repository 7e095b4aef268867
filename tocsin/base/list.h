// An intrusive, doubly linked list: its links live in the listed objects. Public.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace tocsin::base {

struct DefaultList {};

// One place in a list. A class derives from Link<Tag> once for each list it can be on at a time.
// Destroying it does not unlink it: the owner decides what that means.
template <typename Tag = DefaultList>
class Link {
public:
    Link() noexcept = default;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    [[nodiscard]] bool linked() const noexcept { return next_ != nullptr; }

    // Leaves whatever list it is on; does nothing when it is on none.
    void unlink() noexcept {
        if (linked()) {
            next_->previous_ = previous_;
            previous_->next_ = next_;
            next_ = nullptr;
            previous_ = nullptr;
        }
    }

private:
    template <typename T, typename ListTag>
    friend class List;

    Link* next_ = nullptr;
    Link* previous_ = nullptr;
};

// A list of T, which derives from Link<Tag>. It owns nothing; every step is O(1). Not thread-safe.
template <typename T, typename Tag = DefaultList>
class List {
public:
    List() noexcept { clear_links(); }
    ~List() { clear(); }
    List(const List&) = delete;
    List& operator=(const List&) = delete;

    [[nodiscard]] bool empty() const noexcept { return root_.next_ == &root_; }
    [[nodiscard]] T& front() noexcept { return element(*root_.next_); }
    [[nodiscard]] T& back() noexcept { return element(*root_.previous_); }

    void push_back(T& element) noexcept { insert(root_, element); }
    void push_front(T& element) noexcept { insert(*root_.next_, element); }

    // Puts `element` before `position`, which is on this list.
    void insert_before(T& position, T& element) noexcept {
        insert(static_cast<Link<Tag>&>(position), element);
    }

    T& pop_front() noexcept {
        T& first = front();
        static_cast<Link<Tag>&>(first).unlink();
        return first;
    }

    // Appends all of `other` in its order and leaves `other` empty.
    void splice_back(List& other) noexcept {
        if (other.empty()) {
            return;
        }
        Link<Tag>* const first = other.root_.next_;
        Link<Tag>* const last = other.root_.previous_;
        other.clear_links();
        first->previous_ = root_.previous_;
        root_.previous_->next_ = first;
        last->next_ = &root_;
        root_.previous_ = last;
    }

    // Merges `other`, which is sorted as this list is, and leaves it empty. Of equal elements those
    // of this list come first.
    template <typename Less>
    void merge(List& other, Less less) {
        for (T* position = first(); position != nullptr && !other.empty();) {
            if (less(other.front(), *position)) {
                insert_before(*position, other.pop_front());
            } else {
                position = next_of(*position);
            }
        }
        splice_back(other);
    }

    // Sorts by merging; equal elements keep their order. Allocates nothing.
    template <typename Less>
    void sort(Less less) {
        std::array<List, 48> runs;  // runs[n] is empty or holds 2^n elements
        std::size_t used = 0;
        while (!empty()) {
            List carry;
            carry.push_back(pop_front());
            std::size_t number = 0;
            for (; number < used && !runs[number].empty(); ++number) {
                runs[number].merge(carry, less);
                carry.splice_back(runs[number]);
            }
            runs[number].splice_back(carry);
            used = std::max(used, number + 1);
        }
        for (std::size_t number = 0; number < used; ++number) {
            runs[number].merge(*this, less);
            splice_back(runs[number]);
        }
    }

    // Becomes empty without touching the elements, whose memory may be gone already.
    void forget() noexcept { clear_links(); }

    // Unlinks every element.
    void clear() noexcept {
        while (!empty()) {
            root_.next_->unlink();
        }
    }

    // Calls `visit(element)` for each element in order; it must not change the list.
    template <typename Visit>
    void for_each(Visit visit) const {
        for (const Link<Tag>* link = root_.next_; link != &root_; link = link->next_) {
            visit(static_cast<const T&>(*link));
        }
    }

    // The element after `element`, or nullptr at the end.
    [[nodiscard]] T* next_of(const T& element) const noexcept {
        Link<Tag>* const next = static_cast<const Link<Tag>&>(element).next_;
        return next == &root_ ? nullptr : static_cast<T*>(next);
    }
    [[nodiscard]] T* first() noexcept { return empty() ? nullptr : &front(); }

    // The element before `element`, or nullptr at the beginning.
    [[nodiscard]] T* previous_of(const T& element) const noexcept {
        Link<Tag>* const previous = static_cast<const Link<Tag>&>(element).previous_;
        return previous == &root_ ? nullptr : static_cast<T*>(previous);
    }
    [[nodiscard]] T* last() noexcept { return empty() ? nullptr : &back(); }

private:
    static T& element(Link<Tag>& link) noexcept { return static_cast<T&>(link); }

    void clear_links() noexcept {
        root_.next_ = &root_;
        root_.previous_ = &root_;
    }

    static void insert(Link<Tag>& position, Link<Tag>& link) noexcept {
        link.next_ = &position;
        link.previous_ = position.previous_;
        position.previous_->next_ = &link;
        position.previous_ = &link;
    }

    Link<Tag> root_;
};

}  // namespace tocsin::base
