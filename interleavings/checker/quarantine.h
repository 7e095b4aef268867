// Memory that is freed in an execution stays as it is until its end.
#pragma once

namespace interleavings {

// Frees what has been deleted in the execution that is over. Until then a word that is used after
// its end is still there to say so.
void empty_quarantine() noexcept;

}  // namespace interleavings
