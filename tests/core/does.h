// A handler that may capture as much as a test likes. For tests.
#pragma once

#include <functional>
#include <utility>

#include <tocsin/base/callback.h>

namespace tocsin::core {

// Owns a function and lends it as a Callback; has to outlive the slot that calls it.
template <typename... Arguments>
class Does {
public:
    explicit Does(std::function<void(Arguments...)> function) : function_{std::move(function)} {}
    Does(const Does&) = delete;
    Does& operator=(const Does&) = delete;

    operator base::Callback<Arguments...>() {  // NOLINT(google-explicit-constructor)
        return base::Callback<Arguments...>::template bind<&Does::call>(*this);
    }

private:
    void call(Arguments... arguments) { function_(arguments...); }

    std::function<void(Arguments...)> function_;
};

}  // namespace tocsin::core
