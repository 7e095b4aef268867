// The handler of a slot, in its first two words. Public.
#pragma once

#include <tocsin/base/callback.h>

namespace tocsin::base {

// The first base of a slot. So the slot begins with the context and the function of its handler,
// and a face in C can lay a struct with a cookie and a function over it.
template <typename... Arguments>
class Handled {
protected:
    Handled() noexcept = default;
    explicit Handled(Callback<Arguments...> handler) noexcept : handler_{handler} {}

    Callback<Arguments...> handler_;
};

}  // namespace tocsin::base
