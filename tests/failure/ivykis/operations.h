// The operations of tocsin/ivykis. For tests.
#pragma once

#include <vector>

#include <tests/failure/operation.h>

namespace tocsin::failure {

// In a thread that has called iv_init().
[[nodiscard]] std::vector<Operation> operations_of_ivykis();

}  // namespace tocsin::failure
