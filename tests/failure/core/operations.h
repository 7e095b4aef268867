// The operations of tocsin/core. For tests.
#pragma once

#include <vector>

#include <tests/failure/operation.h>

namespace tocsin::failure {

[[nodiscard]] std::vector<Operation> operations_of_loops();
[[nodiscard]] std::vector<Operation> operations_of_watches();

}  // namespace tocsin::failure
