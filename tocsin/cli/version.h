// The version of the command. Private to tocsin/cli.
#pragma once

namespace tocsin::cli {

// As in CMakeLists.txt; a test compares the two.
inline constexpr const char* version = "0.1.0";

}  // namespace tocsin::cli
