// Takes the place of the product's header of this name: the same names, for words of the checker.
#pragma once

#include <checker/alternatives.h>
#include <checker/words.h>

namespace tocsin::base {

template <typename T>
using Atomic = interleavings::Atomic<T>;

template <typename T>
using Shared = interleavings::Shared<T>;

}  // namespace tocsin::base
