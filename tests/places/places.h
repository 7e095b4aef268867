// Where what the tests start and read lies. The names are put together at run time, out of the
// compiler's sight: what gcc says of a source must not depend on where the tree lies.
#pragma once

#include <string>
#include <string_view>

namespace places {

// Of the program `name`, of this build; of their folder, with "".
[[nodiscard]] std::string program(std::string_view name);

// Of the file `name` of the project, given from its root.
[[nodiscard]] std::string source(std::string_view name);

}  // namespace places
