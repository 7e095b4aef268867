// The operations of tocsin/qnx. For tests.
#pragma once

#include <vector>

#include <tests/failure/operation.h>

namespace tocsin::failure {

[[nodiscard]] std::vector<Operation> operations_of_channels();
[[nodiscard]] std::vector<Operation> operations_of_dispatch();
[[nodiscard]] std::vector<Operation> operations_of_other_processes();
[[nodiscard]] std::vector<Operation> operations_of_notification();

}  // namespace tocsin::failure
