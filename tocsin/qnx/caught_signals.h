// Whether a wait that was interrupted was so by the program. Private to tocsin/qnx.
#pragma once

namespace tocsin::qnx {

// Whether the program has a handler for any signal. Without one EINTR comes of what Linux does
// beside signals: the process was stopped and goes on, or somebody has begun to trace it. True when
// it cannot be told. Any thread.
[[nodiscard]] bool catches_signals() noexcept;

}  // namespace tocsin::qnx
