// Where in the product calls are made. For tests.
#pragma once

#include <cstdint>
#include <string>

#include <tests/failure/calls.h>

namespace tocsin::failure {

// The place in the product from which a call that returns to `caller` is made, or nullptr when it
// is made elsewhere. Calls that other libraries make count for the place that has called these.
[[nodiscard]] const void* site_of(const void* caller) noexcept;

// Whether the dynamic linker has made it, which keeps memory for threads that have ended.
[[nodiscard]] bool is_linkers(const void* caller) noexcept;

// Remembers that the call was made there, or that it has failed there.
void remember_site(Call call, const void* site, bool failed) noexcept;

struct SiteFigures {
    int seen = 0;
    int failed = 0;
    std::int64_t failures = 0;
    std::string never_failed;  // a line for each, with the function
};

// Of all that was remembered, also in forked children.
[[nodiscard]] SiteFigures site_figures();

}  // namespace tocsin::failure
