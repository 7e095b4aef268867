// One client's open(2) of a resource. Public.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sys/types.h>

#include <tocsin/core/arm.h>
#include <tocsin/core/conditions.h>
#include <tocsin/resource/attributes.h>
#include <tocsin/resource/request.h>
#include <tocsin/resource/user_charge.h>

struct fuse_pollhandle;

namespace tocsin::resource {

class Channel;
class Operations;
class Resource;
class Session;

// What open(2) was called with.
struct Opening {
    Caller caller;
    int flags = 0;  // O_RDONLY ... O_NONBLOCK, O_TRUNC and so on
};

// What one open(2) made: shared by all duplicates of the descriptor, also in forked children, and
// destroyed after the last of them is closed. Derive from it to keep a place for each client. The
// library owns it; it is used with its resource locked.
class OpenFile {
public:
    OpenFile() noexcept = default;
    virtual ~OpenFile();
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    // The derived class that Resource::open() made.
    template <typename Derived>
    [[nodiscard]] Derived& as() noexcept {
        return static_cast<Derived&>(*this);
    }

    // Never given to another open file of the same mount.
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    [[nodiscard]] const Opening& opening() const noexcept { return opening_; }
    [[nodiscard]] bool readable() const noexcept;
    [[nodiscard]] bool writable() const noexcept;

    // From what amount on a condition counts as met for poll(2); 1 unless it was set.
    [[nodiscard]] std::int64_t threshold(core::Condition condition) const noexcept;
    void set_threshold(core::Condition condition, std::int64_t amount) noexcept;

private:
    friend class Resource;
    friend class Operations;
    friend class Session;
    friend class Status;

    // What a kernel poll can ask for.
    static constexpr std::size_t place_count = 5;

    struct Waiting {
        core::Arm arm;
        std::int64_t threshold = 1;
        WallTime since;
    };

    void notify(core::Conditions conditions) noexcept;
    [[nodiscard]] Waiting& waiting(core::Condition condition) noexcept;

    Opening opening_;
    Charge charge_;  // to who opened it
    std::uint64_t id_ = 0;
    WallTime since_ = std::chrono::system_clock::now();
    int flags_ = 0;  // as the client's last request had them
    std::shared_ptr<Channel> channel_;
    ::fuse_pollhandle* poll_handle_ = nullptr;  // set before the first arm, then never changed
    std::array<Waiting, place_count> waiting_;
};

}  // namespace tocsin::resource
