// Descriptors that a forked child does not keep. Private to tocsin/qnx.
#pragma once

namespace tocsin::qnx {

// The other end of a socket takes it for a sign of life, and would take a child's copy of it for
// one of its parent: children close these before fork(2) returns in them. Any thread.
class Unshared {
public:
    // Not kept by children that are forked after this has returned.
    static void add(int descriptor) noexcept;

    // Before it is closed. A fork at this moment may leave a copy in the child, so what hangs on
    // the other end is shut down before.
    static void remove(int descriptor) noexcept;
};

}  // namespace tocsin::qnx
