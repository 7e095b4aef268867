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

    // As how many clients of channels they are known, also after they have gone, until the server
    // has received what tells it so.
    static constexpr int clients_of_user_max = 4096;

    // From now on processes may connect. 0, or an errno; once is enough.
    [[nodiscard]] static int listen() noexcept;

    // Whose ticket that is; empty when it is nobody's.
    [[nodiscard]] static std::shared_ptr<ClientLink> find(std::uint64_t ticket) noexcept;

    // Takes one thing more for processes of that user; false when they have too many. Each is given
    // back.
    enum class Share : std::uint8_t { area, client };
    [[nodiscard]] static bool take(Share share, ::uid_t user) noexcept;
    static void give_back(Share share, ::uid_t user, std::size_t count = 1) noexcept;

    // The link has ended.
    static void remove(const ClientLink& link) noexcept;
};

}  // namespace tocsin::qnx
