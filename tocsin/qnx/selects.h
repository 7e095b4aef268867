// The descriptors that a dispatch waits for beside its own. Private to tocsin/qnx.
#pragma once

#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include <tocsin/base/descriptor.h>
#include <tocsin/core/wake_channel.h>

namespace tocsin::qnx {

// Each is armed once, and again by rearm(). Functions that return int return 0 or an errno. Any
// thread.
class Selects {
public:
    struct Select {
        unsigned flags = 0;  // SELECT_FLAG_*
        int (*function)(::select_context_t*, int, unsigned, void*) = nullptr;
        void* handle = nullptr;
    };
    struct Ready {
        int descriptor = -1;
        unsigned flags = 0;  // what is met
        Select select;
    };

    // Throws std::system_error.
    Selects();

    // Readable when one of them is ready.
    [[nodiscard]] int descriptor() const noexcept { return set_.number(); }

    // Arms one, in the place of what was attached for it. A file that is always ready is so.
    [[nodiscard]] int attach(int descriptor, const Select& select) noexcept;
    [[nodiscard]] int detach(int descriptor) noexcept;
    [[nodiscard]] int rearm(int descriptor) noexcept;

    [[nodiscard]] std::optional<Select> find(int descriptor) const noexcept;

    // One that is ready, which is disarmed; or none. Never blocks.
    [[nodiscard]] std::optional<Ready> take() noexcept;

private:
    struct Entry {
        Select select;
        core::WakeChannel stand_in;  // for one that cannot be waited for
    };

    [[nodiscard]] int arm_locked(int descriptor, Entry& entry, int operation) noexcept;

    const base::Descriptor set_;
    mutable std::mutex mutex_;
    std::unordered_map<int, Entry> entries_;
};

}  // namespace tocsin::qnx
