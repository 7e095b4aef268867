// The native clients of one open file. Private to tocsin/qnx.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sys/types.h>
#include <utility>
#include <vector>

#include <tocsin/qnx/client.h>

namespace tocsin::qnx {

// Who has armed something through which of its descriptors. Any thread.
class NativeUsers {
public:
    // How many descriptors one process may have armed with this process, and all of one user.
    static constexpr std::size_t of_client_max = 4096;
    static constexpr std::size_t of_user_max = 65'536;

    struct User {
        std::shared_ptr<Client> client;
        int coid = 0;
    };

    NativeUsers() noexcept = default;
    ~NativeUsers();
    NativeUsers(const NativeUsers&) = delete;
    NativeUsers& operator=(const NativeUsers&) = delete;

    // 0, or ENOMEM when the client or its user has too many, or memory is short.
    [[nodiscard]] int add(const User& user) noexcept;

    // Takes one out; false when it is not there.
    bool remove(const User& user) noexcept;

    // Takes one out, of that client or any; or none.
    [[nodiscard]] std::optional<User> take(const Client* client) noexcept;

    // A thread has closed a descriptor, and the kernel's word of it comes next; whether it is that.
    void note_closed_by(::pid_t thread) noexcept;
    [[nodiscard]] bool is_closed_by(::pid_t thread) noexcept;

private:
    std::mutex mutex_;
    std::map<std::pair<int, int>, User> users_;  // by scoid and coid
    std::vector<::pid_t> closing_;
};

}  // namespace tocsin::qnx
