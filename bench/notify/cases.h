// What is measured. Private to bench/notify.
#pragma once

#include <vector>

#include <bench/measure/program.h>

namespace bench {

void add_trigger_cases(std::vector<Measurement>& all);

// Clients in processes of their own. They start when a case is measured.
void add_client_cases(std::vector<Measurement>& all);

}  // namespace bench
