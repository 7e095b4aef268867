// Where channels are found by name. Private to tocsin/qnx.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <sys/types.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/base/fork.h>

namespace tocsin::qnx {

// A name is a file that its owner has locked as long as it lives. Whoever may read it may connect.
// Functions throw std::system_error.
class Names {
public:
    // Whose channel that is. `token` opens it.
    struct Place {
        ::pid_t process = 0;
        int chid = 0;
        std::uint64_t token = 0;
    };

    // A name that is in use until this goes.
    class Owned {
    public:
        explicit Owned(std::string path) noexcept : path_{std::move(path)} {}
        ~Owned();
        Owned(const Owned&) = delete;
        Owned& operator=(const Owned&) = delete;

        // The name is in use from here on.
        void own(base::Descriptor file) noexcept;

        // Throws std::system_error.
        void write(const Place& place) const;

    private:
        const std::string path_;
        const std::uint32_t fork_generation_ = base::fork_generation();
        base::Descriptor file_;
    };

    // EEXIST: somebody who lives has it. EINVAL: it is empty, begins with a slash, or leads
    // upwards.
    [[nodiscard]] static std::unique_ptr<Owned> add(const std::string& name, const Place& place);

    // ENOENT: nobody who lives has it.
    [[nodiscard]] static Place find(const std::string& name);
};

}  // namespace tocsin::qnx
