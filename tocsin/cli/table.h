// Columns of text for a terminal. Private to tocsin/cli.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::cli {

using Row = std::vector<std::string>;

// The rows below each other, every column as wide as its widest cell, the first row being the
// heading. Each line ends with an end of line.
[[nodiscard]] std::string layout(const std::vector<Row>& rows, std::string_view indent = "");

// `text` as it may be shown on a terminal: control characters are escaped, since paths and commands
// come from others.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace tocsin::cli
