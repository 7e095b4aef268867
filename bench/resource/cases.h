// What is measured. Private to bench/resource.
#pragma once

#include <vector>

#include <bench/rounds.h>

namespace bench {

// Servers start when a case is first measured, so these only say what there is.
[[nodiscard]] std::vector<Case> file_call_cases();
[[nodiscard]] std::vector<Case> poll_cases();
[[nodiscard]] std::vector<Case> pulse_cycle_cases();
[[nodiscard]] std::vector<Case> crowd_cases();
[[nodiscard]] std::vector<Case> in_process_cases();

}  // namespace bench
