// Lying down, being claimed and getting up. Private to tocsin/qnx.
#include <tocsin/qnx/link/sleepers.h>

#include <bit>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <new>
#include <system_error>

#include <tocsin/base/errors.h>
#include <tocsin/base/fork.h>
#include <tocsin/qnx/process_table.h>

namespace tocsin::qnx {

namespace {

constexpr std::uint64_t bit_of(unsigned number) noexcept {
    return std::uint64_t{1} << number;
}

// A handler of a signal that interrupts the sleep may sleep, too, but not on the same bell.
thread_local constinit bool lies = false;

}  // namespace

// Of the client. What is made once stays: threads may sleep there until the end.
struct Sleepers::Table {
    std::mutex mutex;
    base::Descriptor descriptor;
    std::atomic<Sleepers*> own{nullptr};
};

Sleepers::Table& Sleepers::table() noexcept {
    static constinit ProcessTable<Table> all;
    return all.get();
}

// The place of a thread, until it ends; a forked child takes another.
class Sleepers::Holder {
public:
    Holder() noexcept = default;
    ~Holder() {
        if (all_ != nullptr && generation_ == base::fork_generation()) {
            all_->taken_.fetch_and(~bit_of(number_));
        }
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    [[nodiscard]] Place place(Sleepers& all) noexcept {
        if (all_ != &all) {
            take_one(all);
        }
        return all_ == nullptr ? Place{} : Place{all, number_};
    }

private:
    void take_one(Sleepers& all) noexcept {
        all_ = nullptr;
        std::uint64_t taken = all.taken_;
        while (taken != ~std::uint64_t{0}) {
            const auto number = static_cast<unsigned>(std::countr_one(taken));
            if (all.taken_.compare_exchange_weak(taken, taken | bit_of(number))) {
                all_ = &all;
                number_ = number;
                generation_ = base::fork_generation();
                return;
            }
        }
    }

    Sleepers* all_ = nullptr;
    unsigned number_ = 0;
    std::uint32_t generation_ = 0;
};

Sleepers::Sleepers(const base::Descriptor& descriptor)
    : memory_{Area::accept(0, size, descriptor)} {}

Sleepers::Shared& Sleepers::shared() const noexcept {
    return *reinterpret_cast<Shared*>(memory_->message());
}

base::Descriptor Sleepers::share() {
    Table& all = table();
    const std::lock_guard lock{all.mutex};
    if (all.own == nullptr) {
        base::Descriptor descriptor;
        std::shared_ptr<Area> memory = Area::make(0, size, descriptor);
        new (memory->message()) Shared;
        all.own = new Sleepers{std::move(memory)};
        all.descriptor = std::move(descriptor);
    }
    base::Descriptor copy{::fcntl(all.descriptor.number(), F_DUPFD_CLOEXEC, 0)};
    if (!copy) {
        throw std::system_error{base::last_error(), "cannot share memory"};
    }
    return copy;
}

Sleepers::Place Sleepers::own_place() noexcept {
    static thread_local Holder holder;
    Sleepers* const own = table().own.load(std::memory_order_acquire);
    return own == nullptr || lies ? Place{} : holder.place(*own);
}

// One that somebody else claims in between is not there any more. A client could change the word
// for ever, and is tried as often as it has threads to sleep there.
bool Sleepers::wake_one() const noexcept {
    Shared& all = shared();
    std::uint64_t asleep = all.asleep.load(std::memory_order_seq_cst);
    for (unsigned attempt = 0; attempt < slots_max && asleep != 0; ++attempt) {
        const auto number = static_cast<unsigned>(std::countr_zero(asleep));
        if (all.asleep.compare_exchange_weak(asleep, asleep & ~bit_of(number),
                                             std::memory_order_seq_cst)) {
            all.bells.at(number).ring();
            return true;
        }
    }
    return false;
}

void Sleepers::Place::lie_down() const noexcept {
    lies = true;
    all_->shared().asleep.fetch_or(bit_of(number_), std::memory_order_seq_cst);
}

bool Sleepers::Place::get_up() const noexcept {
    lies = false;
    const std::uint64_t before =
        all_->shared().asleep.fetch_and(~bit_of(number_), std::memory_order_seq_cst);
    return (before & bit_of(number_)) == 0;
}

}  // namespace tocsin::qnx
