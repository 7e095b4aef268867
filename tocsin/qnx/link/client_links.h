// Where other processes connect. Private to tocsin/qnx.
#pragma once

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

    // From now on processes may connect. 0, or an errno; once is enough.
    [[nodiscard]] static int listen() noexcept;

    // Whose ticket that is; empty when it is nobody's.
    [[nodiscard]] static std::shared_ptr<ClientLink> find(std::uint64_t ticket) noexcept;

    // The link has ended.
    static void remove(const ClientLink& link) noexcept;
};

}  // namespace tocsin::qnx
