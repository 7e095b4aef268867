// Ends a program that breaks the rules of the interface. Private to tocsin/ivykis.
#pragma once

#include <iv.h>

namespace tocsin::ivykis {

// Ends the program by iv_fatal() with `message` unless `holds`. The message begins with the call,
// and says what was wrong with it.
inline void require(bool holds, const char* message) {
    if (!holds) [[unlikely]] {
        iv_fatal("%s", message);
    }
}

}  // namespace tocsin::ivykis
