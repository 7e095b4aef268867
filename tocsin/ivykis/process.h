// What the first iv_init() does to the process. Private to tocsin/ivykis.
#pragma once

#include <tocsin/ivykis/poll_method.h>

namespace tocsin::ivykis {

// Has SIGPIPE and SIGURG ignored where the program has not said otherwise, raises the limit of open
// descriptors, and chooses the way of waiting; once in the life of the process. Any thread.
void begin_process();

// The method chosen by begin_process(), and its name, or nullptr before. Any thread.
[[nodiscard]] const PollMethod& poll_method_of_process() noexcept;
[[nodiscard]] const char* poll_method_name() noexcept;

}  // namespace tocsin::ivykis
