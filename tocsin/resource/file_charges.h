// What a FileServer charges to users. Private to tocsin/resource; installed: a call holds its own.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include <tocsin/resource/user_charge.h>

namespace tocsin::resource {

// The open files that are charged, by the numbers that their FileSystem gave them: that is all that
// the kernel says when it closes one. Those of trusted users are not here. Of files that have one
// number the oldest is taken for the one that is closed. Any thread.
class FileCharges {
    using Files = std::multimap<std::uint64_t, Charge>;

public:
    // One that has no number yet.
    using File = Files::node_type;

    // Throws std::bad_alloc; from then on nothing does.
    [[nodiscard]] static File file_of(Charge charge);

    void enter(File file, std::uint64_t number) noexcept;
    // Empty when none of that number is charged.
    File leave(std::uint64_t number) noexcept;

private:
    std::mutex mutex_;  // a leaf
    Files files_;
};

// What one unanswered call is charged with; empty for that of a trusted user.
struct CallCharges {
    Charge call;
    FileCharges::File file;              // of a call that opens one, until it is open
    std::shared_ptr<FileCharges> files;  // where it goes then
};

}  // namespace tocsin::resource
