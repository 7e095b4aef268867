// Putting events and taking them. Private to tocsin/qnx.
#include <tocsin/qnx/link/mailbox.h>

#include <cstring>
#include <new>

namespace tocsin::qnx {

Mailbox::Mailbox(base::Descriptor& descriptor) : memory_{Area::make(0, size, descriptor)} {
    new (memory_->message()) Shared;
}

Mailbox::Mailbox(const base::Descriptor& descriptor) : memory_{Area::accept(0, size, descriptor)} {}

Mailbox::Shared& Mailbox::shared() const noexcept {
    return *reinterpret_cast<Shared*>(memory_->message());
}

// Whoever takes stores how far it is before it looks whether there is more, and this one puts
// before it looks how far that is: one of the two sees the other.
Mailbox::Put Mailbox::put(const struct ::sigevent& event) noexcept {
    Shared& all = shared();
    if (next_ - all.taken.load(std::memory_order_acquire) >= events_max) {
        return Put::no_room;
    }
    std::memcpy(&all.events[next_ % events_max], &event, sizeof event);
    ++next_;
    all.put.store(next_, std::memory_order_seq_cst);
    return all.taken.load(std::memory_order_seq_cst) == next_ - 1 ? Put::first : Put::behind_others;
}

bool Mailbox::take(struct ::sigevent& event) noexcept {
    Shared& all = shared();
    const std::uint32_t count = all.put.load(std::memory_order_seq_cst) - next_;
    if (count == 0 || count > events_max) {
        return false;
    }
    std::memcpy(&event, &all.events[next_ % events_max], sizeof event);
    ++next_;
    all.taken.store(next_, std::memory_order_seq_cst);
    return true;
}

void Mailbox::note_handled() noexcept {
    shared().handled.fetch_add(1, std::memory_order_release);
}

bool Mailbox::has_handled(std::uint32_t count) const noexcept {
    return shared().handled.load(std::memory_order_acquire) == count;
}

}  // namespace tocsin::qnx
