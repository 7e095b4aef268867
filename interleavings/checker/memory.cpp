// Loads, stores and races.
#include <checker/memory.h>

#include <checker/execution.h>
#include <checker/trace.h>

namespace interleavings {

namespace {

bool acquires(std::memory_order order) noexcept {
    return order != std::memory_order_relaxed && order != std::memory_order_release;
}

bool releases(std::memory_order order) noexcept {
    return order == std::memory_order_release || order == std::memory_order_acq_rel ||
           order == std::memory_order_seq_cst;
}

constexpr int looks_max = 3;

// Whether everything in `steps` has happened before what `clock` knows.
bool ordered(const VectorClock& steps, const VectorClock& clock) noexcept {
    for (std::size_t thread = 0; thread < threads_max; ++thread) {
        if (steps[thread] > clock[thread]) {
            return false;
        }
    }
    return true;
}

}  // namespace

Memory& Memory::of_execution() noexcept {
    static Memory memory;
    return memory;
}

void Memory::clear() noexcept {
    views_ = {};
    spins_ = {};
    stores_ = 0;
    word_count_ = lasting_words_;
    for (std::size_t word = 0; word < lasting_words_; ++word) {
        words_[word].stores.resize(1);
        words_[word].uses = {};
    }
    plains_.resize(lasting_plains_);
}

View& Memory::view_of_self() noexcept {
    return views_[Execution::current().self()];
}

void Memory::settle() noexcept {
    for (std::size_t word = 0; word < word_count_; ++word) {
        view_of_self().oldest[word] = static_cast<std::uint16_t>(words_[word].stores.size() - 1);
    }
}

std::uint32_t Memory::make_word(std::uint64_t value) {
    if (word_count_ == words_max) {
        fail("the scenario has too many atomic words for the checker");
    }
    if (word_count_ == words_.size()) {
        words_.emplace_back();
    }
    Word& word = words_[word_count_];
    word.stores.assign(1, Store{value, {}});
    word.uses = {};
    word.gone = false;
    lasting_words_ += Execution::current().running() ? 0 : 1;
    return static_cast<std::uint32_t>(word_count_++);
}

// Each step of a thread has a number of its own, so that one after a release is not taken for one
// before it.
Memory::Word& Memory::begin_use(std::uint32_t word) {
    const std::size_t self = Execution::current().self();
    Word& used = words_[word];
    used.uses[self] = ++views_[self].clock[self];
    return used;
}

void Memory::end_word(std::uint32_t word) {
    if (words_[word].gone || !ordered(words_[word].uses, view_of_self().clock)) {
        fail("an atomic word ends, and what another thread did to it is not ordered before");
    }
    words_[word].gone = true;
}

std::uint64_t Memory::take(std::uint32_t word, std::size_t index, bool acquires) {
    const Store& store = words_[word].stores[index];
    View& view = view_of_self();
    view.oldest[word] = static_cast<std::uint16_t>(index);
    if (acquires) {
        view.join(store.released);
    }
    return store.value;
}

void Memory::append(std::uint32_t word, std::uint64_t value, const View& carried, bool releases) {
    std::vector<Store>& stores = words_[word].stores;
    view_of_self().oldest[word] = static_cast<std::uint16_t>(stores.size());
    Store store{value, carried};
    if (releases) {
        store.released.join(view_of_self());
    }
    stores.push_back(store);
    ++stores_;
}

// A thread that looks at a word again and again, while nobody stores anything, lets the others go
// on first: what it waits for is theirs to do.
void Memory::calm(std::uint32_t word) {
    Spin& spin = spins_[Execution::current().self()];
    const bool again = spin.word == word && spin.stores == stores_;
    spin = {word, stores_, again ? spin.looks + 1 : 0};
    if (spin.looks == looks_max) {
        spin.looks = 0;
        Execution::current().pause();
    }
}

std::uint64_t Memory::load(std::uint32_t word, std::memory_order order, Where where) {
    calm(word);
    Execution::current().step();
    const Word& used = begin_use(word);
    const std::size_t last = used.stores.size() - 1;
    const std::size_t back = Execution::current().choose_age(last - view_of_self().oldest[word]);
    const std::uint64_t value = take(word, last - back, acquires(order));
    note({Kind::atomic, "load", word, order, value, value, back, where});
    if (used.gone) {
        fail("an atomic word is used after its end");
    }
    return value;
}

void Memory::store(std::uint32_t word, std::uint64_t value, std::memory_order order, Where where) {
    Execution::current().step();
    const Word& used = begin_use(word);
    note({Kind::atomic, "store", word, order, used.stores.back().value, value, 0, where});
    append(word, value, View{}, releases(order));
    if (used.gone) {
        fail("an atomic word is used after its end");
    }
}

std::uint64_t Memory::change(std::uint32_t word, Change change, std::uint64_t operand,
                             std::memory_order order, Where where) {
    Execution::current().step();
    const Word& used = begin_use(word);
    const View carried = used.stores.back().released;
    const std::uint64_t old = take(word, used.stores.size() - 1, acquires(order));
    note({Kind::atomic, "change", word, order, old, change(old, operand), 0, where});
    append(word, change(old, operand), carried, releases(order));
    if (used.gone) {
        fail("an atomic word is used after its end");
    }
    return old;
}

// One that fails is a load, so it may fail for an older value, too. It does not fail for nothing.
bool Memory::compare_exchange(std::uint32_t word, std::uint64_t& expected, std::uint64_t wanted,
                              std::memory_order success, std::memory_order failure, Where where) {
    Execution::current().step();
    const Word& used = begin_use(word);
    const std::size_t last = used.stores.size() - 1;
    std::size_t ages = 0;
    while (ages < last - view_of_self().oldest[word] &&
           used.stores[last - ages - 1].value != expected) {
        ++ages;
    }
    const std::size_t back = Execution::current().choose_age(ages);
    const bool equal = back == 0 && used.stores[last].value == expected;
    const View carried = used.stores[last].released;
    const std::uint64_t old = take(word, last - back, acquires(equal ? success : failure));
    note({Kind::atomic, equal ? "exchange" : "no exchange", word, equal ? success : failure, old,
          equal ? wanted : old, back, where});
    if (equal) {
        append(word, wanted, carried, releases(success));
    }
    if (used.gone) {
        fail("an atomic word is used after its end");
    }
    expected = old;
    return equal;
}

std::uint32_t Memory::make_plain(std::uint64_t value) {
    Plain plain{.value = value};
    if (Execution::current().running()) {
        const std::size_t self = Execution::current().self();
        plain.writes[self] = ++views_[self].clock[self];
    }
    plains_.push_back(plain);
    lasting_plains_ += Execution::current().running() ? 0 : 1;
    return static_cast<std::uint32_t>(plains_.size() - 1);
}

Memory::Plain& Memory::begin_access(std::uint32_t plain, const char* what,
                                    const VectorClock& others) {
    const std::size_t self = Execution::current().self();
    View& view = views_[self];
    ++view.clock[self];
    Plain& used = plains_[plain];
    note({.kind = Kind::plain,
          .what = what,
          .word = plain,
          .before = used.value,
          .after = used.value,
          .where = {}});
    if (used.gone) {
        fail("a plain word is used after its end");
    }
    if (!ordered(used.writes, view.clock) || !ordered(others, view.clock)) {
        fail("a race: what another thread did to a plain word is not ordered before");
    }
    return used;
}

void Memory::end_plain(std::uint32_t plain) {
    begin_access(plain, "end", plains_[plain].reads).gone = true;
}

std::uint64_t Memory::read(std::uint32_t plain) {
    Plain& used = begin_access(plain, "read", {});
    const std::size_t self = Execution::current().self();
    used.reads[self] = views_[self].clock[self];
    return used.value;
}

void Memory::write(std::uint32_t plain, std::uint64_t value) {
    Plain& used = begin_access(plain, "write", plains_[plain].reads);
    const std::size_t self = Execution::current().self();
    used.writes[self] = views_[self].clock[self];
    used.value = value;
}

}  // namespace interleavings
