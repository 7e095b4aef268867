// What the processes of one user may hold at a path. Public.
#pragma once

#include <cstdint>

namespace tocsin::resource {

// For each user by himself, at one path, whichever of his processes holds it and however many there
// are. Root is trusted, and who the server was when it mounted the path: nothing of theirs is
// counted or limited. Who calls is what the kernel says with the call. What is limited stays as
// long as it lives, also when the user's rights are taken away meanwhile.
struct UserLimits {
    static constexpr std::uint32_t unlimited = UINT32_MAX;

    // Open files, by who opened them, whoever has their descriptors later. One more fails with
    // EMFILE, before the resource is asked. Each has one place for each condition that poll(2) can
    // wait for, made with it, so poll(2) needs no limit of its own and never fails for one. The
    // server learns of a close(2) a little after that has returned.
    std::uint32_t open_files_max = 4096;

    // Calls that are parked or held, by who called. One more fails with EAGAIN instead of being
    // parked; what is answered at once is not concerned. Calls that are kept elsewhere, unanswered,
    // are limited as well: when there are 64 more than this, of any kind, a further call fails with
    // EAGAIN before the resource is asked.
    std::uint32_t parked_max = 4096;
};

}  // namespace tocsin::resource
