// Where other processes connect. Private to tocsin/qnx.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <sys/types.h>

#include <tocsin/qnx/link/client_link.h>

namespace tocsin::qnx {

// The links of all clients. Any thread.
class ClientLinks {
public:
    // How many links processes of one user may have to this one, root and the own user excepted.
    static constexpr int links_of_user_max = 64;

    // How many areas they have together, so that the mappings of this process, of which the kernel
    // gives it 65,530, suffice for several such users.
    static constexpr int areas_of_user_max = 8192;

    // From now on processes may connect. 0, or an errno; once is enough.
    [[nodiscard]] static int listen() noexcept;

    // Whose ticket that is; empty when it is nobody's.
    [[nodiscard]] static std::shared_ptr<ClientLink> find(std::uint64_t ticket) noexcept;

    // A link of that user's maps one area more; false when they are too many. Each is given back.
    [[nodiscard]] static bool take_area(::uid_t user) noexcept;
    static void give_back_areas(::uid_t user, std::size_t count) noexcept;

    // The link has ended.
    static void remove(const ClientLink& link) noexcept;
};

}  // namespace tocsin::qnx
