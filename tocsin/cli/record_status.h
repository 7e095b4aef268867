// What `tocsin stat` learns about records, as JSON. Private to tocsin/cli.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <tocsin/cli/publication.h>
#include <tocsin/cli/record_reader.h>

namespace tocsin::cli {

// The state of the ring and of its input.
[[nodiscard]] nlohmann::json describe(Publication& publication, std::uint64_t threshold);

// One reader's place. `id` tells readers of one server apart.
[[nodiscard]] nlohmann::json describe(RecordReader& reader, std::uint64_t id);

// As a text of at most `size_max` bytes: elements are taken from the array `document[list]` until
// it fits, and `document[list + "_omitted"]` says how many.
[[nodiscard]] std::string print_bounded(nlohmann::json document, const char* list,
                                        std::size_t size_max);

}  // namespace tocsin::cli
