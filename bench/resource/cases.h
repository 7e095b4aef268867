// What is measured. Private to bench/resource.
#pragma once

#include <vector>

#include <bench/measure/program.h>

namespace bench {

// Servers start when a case is measured, so these only say what there is.
void add_file_call_cases(std::vector<Measurement>& all);
void add_poll_cases(std::vector<Measurement>& all);
void add_epoll_cases(std::vector<Measurement>& all);
void add_pulse_cycle_cases(std::vector<Measurement>& all);
void add_crowd_cases(std::vector<Measurement>& all);
void add_in_process_cases(std::vector<Measurement>& all);

}  // namespace bench
