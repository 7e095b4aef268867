// The types of what threads share without a lock. Public.
#pragma once

#include <atomic>

namespace tocsin::base {

// A word that several threads use at once. A name of our own for std::atomic, so that
// interleavings/ can put a word in its place whose every step is chosen by a checker.
template <typename T>
using Atomic = std::atomic<T>;

// A plain word that several threads use one after the other, in an order that Atomic words give
// them. Nothing but T here; in interleavings/ an access that is not so ordered is an error.
template <typename T>
using Shared = T;

}  // namespace tocsin::base
