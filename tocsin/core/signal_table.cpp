// Installing, telling and forking of signal handlers. Private to tocsin/core.
#include <tocsin/core/signal_table.h>

#include <cerrno>
#include <pthread.h>

#include <tocsin/base/check.h>
#include <tocsin/base/fork.h>
#include <tocsin/core/errors.h>
#include <tocsin/core/wait_a_moment.h>

namespace tocsin::core {

namespace {

// Longer than a change or a look of a handler takes, unless it has lost the processor.
constexpr int looks_max = 1000;

// Several threads may fork at a time.
thread_local constinit sigset_t mask_before_fork{};

sigset_t block_all_signals() noexcept {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    return before;
}

void restore_signals(const sigset_t& mask) noexcept {
    ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

std::uint64_t word_of(std::uint32_t users) noexcept {
    return std::uint64_t{base::fork_generation()} << 32U | users;
}

bool is_of_this_process(std::uint64_t word) noexcept {
    return word >> 32U == base::fork_generation();
}

std::uint32_t users_in(std::uint64_t word) noexcept {
    return is_of_this_process(word) ? static_cast<std::uint32_t>(word) : 0;
}

}  // namespace

// A change, with every signal blocked.
class SignalTable::Change {
public:
    explicit Change(SignalTable& table) noexcept : mask_{block_all_signals()}, table_{table} {
        table_.begin_change();
    }
    ~Change() {
        table_.end_change();
        restore_signals(mask_);
    }
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

private:
    sigset_t mask_;
    SignalTable& table_;
};

// Never destroyed: signals arrive until the very end.
SignalTable& SignalTable::of_process() noexcept {
    alignas(SignalTable) static std::array<std::byte, sizeof(SignalTable)> place;
    static SignalTable* const table = ::new (place.data()) SignalTable;
    return *table;
}

SignalTable::SignalTable() noexcept {
    ::pthread_atfork(&before_fork, &after_fork_in_parent, &after_fork_in_child);
}

void SignalTable::begin_change() noexcept {
    for (int look = 0;; ++look) {
        std::uint64_t word = users_.load(std::memory_order_relaxed);
        if (users_in(word) == 0 &&
            users_.compare_exchange_weak(word, word_of(changing), std::memory_order_acquire,
                                         std::memory_order_relaxed)) {
            if (!is_of_this_process(word)) {
                forget_all();
            }
            return;
        }
        if (look >= looks_max) {
            wait_a_moment();
        }
    }
}

void SignalTable::end_change() noexcept {
    users_.store(word_of(0), std::memory_order_release);
}

void SignalTable::begin_look() noexcept {
    for (int look = 0;; ++look) {
        std::uint64_t word = users_.load(std::memory_order_relaxed);
        if (users_in(word) != changing &&
            users_.compare_exchange_weak(word, word_of(users_in(word) + 1),
                                         std::memory_order_acquire, std::memory_order_relaxed)) {
            return;
        }
        if (look >= looks_max) {
            wait_a_moment();
        }
    }
}

std::error_code SignalTable::add(SignalWatch& watch) noexcept {
    if (watch.signal_ <= 0 || watch.signal_ >= NSIG) {
        return Error::not_catchable;
    }
    const Change change{*this};
    Row& row = rows_[static_cast<std::size_t>(watch.signal_)];
    if (!row.installed && !install(watch.signal_, row)) {
        return Error::not_catchable;
    }
    insert(watch, row);
    return {};
}

bool SignalTable::install(int signal, Row& row) noexcept {
    struct sigaction action{};
    action.sa_handler = &handle;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    ::sigfillset(&action.sa_mask);
    row.installed = ::sigaction(signal, &action, &row.before) == 0;
    return row.installed;
}

// Exclusive ones stand before the others, each kind in the order of registration.
void SignalTable::insert(SignalWatch& watch, Row& row) noexcept {
    SignalWatch* next = watch.share_ == SignalShare::exclusive ? row.watches.first() : nullptr;
    while (next != nullptr && next->share_ == SignalShare::exclusive) {
        next = row.watches.next_of(*next);
    }
    if (next == nullptr) {
        row.watches.push_back(watch);
    } else {
        row.watches.insert_before(*next, watch);
    }
}

void SignalTable::remove(SignalWatch& watch) noexcept {
    const Change change{*this};
    if (!static_cast<base::Link<>&>(watch).linked()) {
        return;
    }
    Row& row = rows_[static_cast<std::size_t>(watch.signal_)];
    take_out(watch, row);
    // It alone was told of a signal that nobody has handled yet.
    if (watch.share_ == SignalShare::exclusive && watch.event_.pending()) {
        tell_sharing(row, watch.this_thread_only_, watch.thread_);
    }
}

void SignalTable::abandon(const Loop& loop) noexcept {
    const Change change{*this};
    for (Row& row : rows_) {
        for (SignalWatch* watch = row.watches.first(); watch != nullptr;) {
            SignalWatch* const next = row.watches.next_of(*watch);
            if (watch->event_.loop() == &loop) {
                take_out(*watch, row);
            }
            watch = next;
        }
    }
}

void SignalTable::take_out(SignalWatch& watch, Row& row) noexcept {
    static_cast<base::Link<>&>(watch).unlink();
    if (row.watches.empty() && row.installed) {
        ::sigaction(watch.signal_, &row.before, nullptr);
        row.installed = false;
    }
}

void SignalTable::handle(int signal) noexcept {
    const int error = errno;
    SignalTable& table = of_process();
    table.begin_look();
    Row& row = table.rows_[static_cast<std::size_t>(signal)];
    for (SignalWatch* watch = row.watches.first(); watch != nullptr;
         watch = row.watches.next_of(*watch)) {
        if (watch->share_ == SignalShare::always) {
            watch->event_.post();
        }
    }
    tell_sharing(row, true, ::pthread_self());
    table.end_look();
    errno = error;
}

// Tells those of the thread, and if there are none, or `of_thread` is false, those of the process.
void SignalTable::tell_sharing(Row& row, bool of_thread, pthread_t thread) noexcept {
    bool any = false;
    for (SignalWatch* watch = row.watches.first(); watch != nullptr;
         watch = row.watches.next_of(*watch)) {
        if (watch->share_ == SignalShare::always || watch->this_thread_only_ != of_thread ||
            (of_thread && ::pthread_equal(watch->thread_, thread) == 0)) {
            continue;
        }
        watch->event_.post();
        any = true;
        if (watch->share_ == SignalShare::exclusive) {
            break;
        }
    }
    if (of_thread && !any) {
        tell_sharing(row, false, thread);
    }
}

void SignalTable::before_fork() noexcept {
    SignalTable& table = of_process();
    const sigset_t mask = block_all_signals();
    table.begin_look();
    mask_before_fork = mask;
}

void SignalTable::after_fork_in_parent() noexcept {
    SignalTable& table = of_process();
    table.end_look();
    restore_signals(mask_before_fork);
}

// The child would swallow signals for loops that only its parent turns. Whoever else looked at the
// fork does not exist in it.
void SignalTable::after_fork_in_child() noexcept {
    SignalTable& table = of_process();
    table.users_.store(word_of(1), std::memory_order_relaxed);
    table.forget_all();
    after_fork_in_parent();
}

void SignalTable::forget_all() noexcept {
    for (std::size_t signal = 0; signal < rows_.size(); ++signal) {
        Row& row = rows_[signal];
        row.watches.clear();
        if (row.installed) {
            ::sigaction(static_cast<int>(signal), &row.before, nullptr);
            row.installed = false;
        }
    }
}

}  // namespace tocsin::core
