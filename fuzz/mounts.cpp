// Fuzz target: lines of /proc/self/mountinfo, whose paths and names anybody may choose.
// Private to fuzz.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <tocsin/resource/mount_table.h>

// Refused, or an entry that can be looked for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tocsin::resource;
    const std::string_view line{reinterpret_cast<const char*>(data), size};
    MountEntry entry;
    if (!parse_mount_line(line, entry)) {
        return 0;
    }
    if (entry.id == 0 || entry.path.empty() || entry.path.front() != '/' || entry.type.empty() ||
        entry.path.size() > size) {
        std::abort();
    }
    const std::vector<MountEntry> entries = {entry};
    if (find_mount(entries, entry.path) != &entries.front()) {
        std::abort();
    }
    return 0;
}
