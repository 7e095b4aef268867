// The memory of an execution, by the rules of C++ and not by those of this machine.
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>
#include <vector>

#include <checker/view.h>

namespace interleavings {

using Where = std::source_location;

// The new value that a read-modify-write makes of the old one and its operand.
using Change = std::uint64_t (*)(std::uint64_t old, std::uint64_t operand);

// An atomic word keeps every value that was stored in it. A load takes any of them that its thread
// may still see; a read-modify-write takes the last one, always. A releasing store carries the view
// of its thread, read-modify-writes hand on what the store before them carried, and an acquiring
// load joins it.
//
// A plain word has one value. Two accesses that are not ordered, of which one writes, are a race,
// and so is the end of a word that was used by a thread whose use is not ordered before the end.
//
// Stores of one word follow each other in the order in which they are executed, no load reads what
// is stored later, and seq_cst is taken for acq_rel, which hides nothing.
class Memory {
public:
    static Memory& of_execution() noexcept;

    // Forgets everything: an execution begins. Words that were made before the first one, for the
    // whole process, have their first values again.
    void clear() noexcept;

    // Atomic words, by number.
    std::uint32_t make_word(std::uint64_t value);
    void end_word(std::uint32_t word);
    std::uint64_t load(std::uint32_t word, std::memory_order order, Where where);
    void store(std::uint32_t word, std::uint64_t value, std::memory_order order, Where where);
    std::uint64_t change(std::uint32_t word, Change change, std::uint64_t operand,
                         std::memory_order order, Where where);
    bool compare_exchange(std::uint32_t word, std::uint64_t& expected, std::uint64_t wanted,
                          std::memory_order success, std::memory_order failure, Where where);

    // Plain words, by number.
    std::uint32_t make_plain(std::uint64_t value);
    void end_plain(std::uint32_t plain);
    std::uint64_t read(std::uint32_t plain);
    void write(std::uint32_t plain, std::uint64_t value);

    // What orders threads beside words: starts, ends, mutexes, the kernel.
    View& view_of_self() noexcept;
    [[nodiscard]] View& view_of(std::size_t thread) noexcept { return views_[thread]; }

    // Every store so far has reached the calling thread.
    void settle() noexcept;

private:
    struct Store {
        std::uint64_t value = 0;
        View released;
    };
    struct Word {
        std::vector<Store> stores;
        VectorClock uses{};
        bool gone = false;
    };
    struct Plain {
        std::uint64_t value = 0;
        VectorClock reads{};
        VectorClock writes{};
        bool gone = false;
    };

    // What a thread that spins has seen, and how often in a row.
    struct Spin {
        std::uint32_t word = 0;
        std::uint64_t stores = 0;
        int looks = 0;
    };

    void calm(std::uint32_t word);
    Word& begin_use(std::uint32_t word);
    std::uint64_t take(std::uint32_t word, std::size_t index, bool acquires);
    void append(std::uint32_t word, std::uint64_t value, const View& carried, bool releases);
    Plain& begin_access(std::uint32_t plain, const char* what, const VectorClock& others);

    std::array<View, threads_max> views_;
    std::vector<Word> words_;
    std::size_t word_count_ = 0;
    std::size_t lasting_words_ = 0;
    std::vector<Plain> plains_;
    std::size_t lasting_plains_ = 0;
    std::array<Spin, threads_max> spins_;
    std::uint64_t stores_ = 0;
};

}  // namespace interleavings
